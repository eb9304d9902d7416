#!/bin/sh
# Builds the programs that `outrigger bench` measures: plain ones, linked with the C library of the machine.
# Usage: build.sh OUTPUT-DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -o "$out/outrigger-calls" "$here/calls.c"
${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$out/outrigger-memory" "$here/memory.c" -lm
