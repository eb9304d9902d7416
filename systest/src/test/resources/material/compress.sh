# Round trips of deterministic data of $MIB mebibytes through the compressors, in parallel where they can.
set -eu
seq 1 $((MIB * 150000)) | head -c $((MIB << 20)) > data; sha256sum < data
for c in "xz -T0 -1" "xz -T4 -2 --block-size=1MiB" "zstd -q -T0 -3" "zstd -q -T4 -1 --long" "gzip -4" "bzip2 -2"; do
    $c -c < data > packed; case $c in gzip*|bzip2*) stat -c "%s" packed;; esac
    ${c%% *} -dc < packed | sha256sum
done
xz -T3 -0 -k data; xz -t data.xz; echo "test $?"; xz -l data.xz | tail -1 | awk '{print $2 > 1}'; rm -f 1
head -c 1000 packed > cut; bzip2 -dc cut > /dev/null 2>&1 || echo "cut short $?"
tar -I 'zstd -T2' -cf a.tar.zst data; tar -I zstd -tf a.tar.zst; zstd -q -b1 -e2 -i0 data > /dev/null 2>&1; echo "bench $?"
