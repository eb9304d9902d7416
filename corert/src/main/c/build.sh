#!/bin/sh
# Builds the core-side runtime, the bootstrap, the launcher, liboutrigger and the Java description of the shared layout.
# Usage: build.sh OUTPUT-DIRECTORY GENERATED-JAVA-DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
java=$2
cc=${CC:-cc}
mkdir -p "$out/classes/org/outrigger/corert" "$out/c" "$java/org/outrigger/corert"
resources=$out/classes/org/outrigger/corert
warn="-Wall -Wextra -Werror"
cd "$here"

$cc -std=gnu11 -O1 $warn -o "$out/c/layout-gen" layout-gen.c
"$out/c/layout-gen" > "$java/org/outrigger/corert/Layout.java"

# rbp stays the program's, so that who walks frame pointers comes out at the program's frames. Symbols and lines stay in
# runtime.elf, for debuggers (docs/debugging.md); what is mapped has the same build id.
flags="-std=gnu11 -O2 -g $warn -ffixed-rbp -ffreestanding -fno-stack-protector -fcf-protection=none -mgeneral-regs-only -mno-red-zone
       -fPIE -fvisibility=hidden -fasynchronous-unwind-tables -fno-tree-loop-distribute-patterns -fno-jump-tables"
objects=
for source in entry.S init.c trap.c channel.c signal.c mask.c task.c memory.c; do
    object=$out/c/${source%.*}.o
    $cc $flags -c "$source" -o "$object"
    objects="$objects $object"
done
$cc -E -P -D__ASSEMBLER__ -x c -include layout.h runtime.lds > "$out/c/runtime.lds"
$cc -nostdlib -static -Wl,--build-id -Wl,--eh-frame-hdr -Wl,-z,max-page-size=4096 -Wl,-T,"$out/c/runtime.lds" -o "$out/c/runtime.elf" $objects
objcopy --strip-all "$out/c/runtime.elf" "$resources/runtime.bin"
$cc $flags -c bootstrap.S -o "$out/c/bootstrap.o"
objcopy -O binary -j .text "$out/c/bootstrap.o" "$resources/bootstrap.bin"

$cc -std=gnu11 -O2 -D_GNU_SOURCE $warn -o "$out/outrigger-launch" launch.c launch-rank.c
cp "$out/outrigger-launch" "$resources/outrigger-launch"

# liboutrigger, for programs that share memory: header, static and shared library.
lib=$out/liboutrigger
mkdir -p "$lib/include" "$lib/lib/pkgconfig"
cp liboutrigger/outrigger.h "$lib/include/"
$cc -std=gnu11 -O2 -g -D_GNU_SOURCE $warn -fPIC -fvisibility=hidden -c liboutrigger/share.c -o "$out/c/share.o"
rm -f "$lib/lib/liboutrigger.a"
ar rcs "$lib/lib/liboutrigger.a" "$out/c/share.o"
$cc -shared -Wl,-soname,liboutrigger.so.1 -Wl,-z,defs -o "$lib/lib/liboutrigger.so.1" "$out/c/share.o"
ln -sf liboutrigger.so.1 "$lib/lib/liboutrigger.so"
cat > "$lib/lib/pkgconfig/outrigger.pc" <<END
prefix=\${pcfiledir}/../..
Name: outrigger
Description: memory shared by name between the processes of an Outrigger job
Version: 0.1.0
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/lib -loutrigger
END
