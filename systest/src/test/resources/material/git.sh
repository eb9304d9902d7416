# A local repository: many commits, branches, a merge, a clone, gc and fsck. Identities and dates are fixed.
set -eu
export GIT_CONFIG_NOSYSTEM=1 HOME=$PWD GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=c \
    GIT_COMMITTER_EMAIL=c@example.org GIT_PAGER=cat
git init -q -b main one; cd one
for i in $(seq 1 "${COMMITS:-40}"); do
    mkdir -p d$((i % 7)); seq $i $((i + 300)) > d$((i % 7))/f$i; echo "$i" >> log
    export GIT_AUTHOR_DATE="$((1600000000 + i)) +0000" GIT_COMMITTER_DATE="$((1600000000 + i)) +0000"
    git add -A; git commit -q -m "commit $i"
done
git checkout -q -b side HEAD~5; echo side > side; git add side; git commit -q -m side
git checkout -q main; git merge -q --no-ff -m merge side; git tag -a v1 -m v1
git log --oneline | wc -l; git rev-parse HEAD v1
cd ..; git clone -q one two; git clone -q --bare "file://$PWD/one" three.git
cd two; git log --format='%H %s' | sha256sum; git status --short; git diff --stat HEAD~3 | tail -1
git gc -q --prune=now; git fsck --full --strict 2>/dev/null; echo "fsck $?"; git count-objects -v | grep -E '^(count|in-pack|packs)'
cd ../three.git; git repack -adfq --threads=3; git fsck 2>/dev/null; echo "fsck $?"; git archive HEAD | sha256sum
cd ../one; git rebase -q HEAD~3 2>&1 | tail -1; git stash list; git grep -c 300 -- d1 | head -2
