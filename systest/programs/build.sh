#!/bin/sh
# Builds the system-call test programs: build.sh OUTDIR
#
# All programs dynamically; some of them again as NAME-static, NAME-musl (where musl-gcc is there) and NAME-nopie.
# Environment: CC, CXX (default cc, c++).
set -eu
[ $# -eq 1 ] || { echo "usage: build.sh OUTDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
CC=${CC:-cc}
CXX=${CXX:-c++}
warn="-Wall -Wextra -Werror"
cflags="-std=gnu11 -O2 $warn -pthread"

static="counter cxx forkthread limits limits_bss memory_brk memory_fork memory_map memory_model memory_protect memory_remap memory_touch process_exec
process_ids process_sites process_spawn signals_action signals_stack signals_storm signals_sync signals_wait sites storm sudself threads
trapsites threads_cancel threads_fpu"
musl="counter forkthread limits memory_brk memory_fork memory_map memory_model memory_protect memory_remap process_exec process_ids
process_spawn signals_action signals_stack signals_storm signals_sync signals_wait sites threads threads_fpu"
nopie="forkthread memory_brk process_exec signals_context sites trapsites"

cd "$here"
# compile NAME OUTPUT [FLAG...]
compile() {
    name=$1 output=$2
    shift 2
    if [ -f "$name.cc" ]; then
        # shellcheck disable=SC2086
        $CXX -std=c++17 -O2 $warn -pthread "$@" -o "$out/$output" "$name.cc" -lm
    else
        # shellcheck disable=SC2086
        $CC $cflags "$@" -o "$out/$output" "$name.c" -lm
    fi
}

for source in *.c *.cc; do
    name=${source%.c}
    name=${name%.cc}
    compile "$name" "$name"
done
for name in $static; do compile "$name" "$name-static" -static; done
for name in $nopie; do compile "$name" "$name-nopie" -no-pie -fno-pie; done
if command -v musl-gcc >/dev/null 2>&1; then
    for name in $musl; do CC=musl-gcc compile "$name" "$name-musl" -static; done
fi
