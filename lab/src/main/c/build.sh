#!/bin/sh
# Builds the laboratory's programs: plain ones, linked with the C library of the machine. `outrigger bench calls` measures
# outrigger-calls; outrigger-keep starts what is measured and puts the machine back; outrigger-load is competing work;
# outrigger-noise measures what a core does besides; outrigger-inject makes noise of a known pattern.
# Usage: build.sh OUTPUT-DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
for program in calls keep load noise inject; do
    ${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -o "$out/outrigger-$program" "$here/$program.c"
done
# It is started once more for each run of a comparison: static, its own start costs little.
${CC:-cc} -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -static -o "$out/outrigger-meter" "$here/meter.c"
