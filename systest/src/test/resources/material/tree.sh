# coreutils over a tree of some 3,000 files with fixed content and fixed times.
set -eu
umask 022
mkdir tree
for d in $(seq -w 0 29); do mkdir -p tree/d$d/sub/deep; done
seq 0 2999 | awk '{
  d = sprintf("tree/d%02d", $1 % 30); if ($1 % 3 == 1) d = d "/sub"; if ($1 % 3 == 2) d = d "/sub/deep";
  f = sprintf("%s/f%04d.txt", d, $1); n = ($1 * 7919) % 200;
  for (i = 0; i < n; i++) printf "%d line %d of %d\n", $1, i, n > f; printf "" > f; close(f) }'
ln -s ../d01 tree/d00/link; ln tree/d02/f0002.txt tree/d02/hard 2>/dev/null || ln "$(find tree/d02 -type f | sort | head -1)" tree/d02/hard
find tree -exec touch -h -d '2020-02-02 02:02:02 UTC' {} +
find tree -type f | wc -l
find tree -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum
find tree -type f | xargs -P 4 -n 100 wc -c | awk '$2 != "total" {n += $1} END {print "bytes", n}'
cp -a tree copy; diff -r tree copy && echo "copy is the same"
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf tree.tar tree; sha256sum tree.tar
mkdir out; tar -xf tree.tar -C out; diff -r --no-dereference tree out/tree && echo "unpacked is the same"
du -s --apparent-size tree/d05/sub/deep | cut -f1 | awk '{print ($1 > 0)}'
ls -lR --time-style=+%s tree | awk '/^total/ {next} $1 ~ /^d/ {$5 = "size"} {print}' | sha256sum
find copy -name 'f*7.txt' -delete; find copy -type f | wc -l
find tree -type f -name '*.txt' | sort | head -400 | xargs cat | sort -u | sort -t' ' -k1,1n -k3,3n | md5sum
find tree -type f | sort | head -200 | xargs cat | split -b 10000 - part.; cat part.* | cksum; ls part.* | wc -l
cut -d' ' -f1 tree/d00/*.txt | uniq -c | sort -rn | head -3
head -c 100000 tree.tar | base64 -w 80 | tail -n 2; paste <(seq 3) <(seq 4 6); comm -12 <(seq 1 9) <(seq 5 12) | tr '\n' ' '; echo
dd if=tree.tar of=dd.out bs=4096 count=50 status=none; cmp -n 204800 dd.out tree.tar && echo dd
truncate -s 1M sparse; stat -c '%s %b' sparse; shuf --random-source=tree.tar -i 1-1000 | head -3
rm -rf copy out tree part.*; ls
