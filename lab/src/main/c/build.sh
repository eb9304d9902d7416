#!/bin/sh
# Builds the program that `outrigger bench calls` measures: a plain one, linked with the C library of the machine.
# Usage: build.sh OUTPUT-DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -o "$out/outrigger-calls" "$here/calls.c"
# What runs the programs of `outrigger compare`: static, so that its own start costs little and is the same everywhere.
${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -static -o "$out/outrigger-meter" "$here/meter.c"
