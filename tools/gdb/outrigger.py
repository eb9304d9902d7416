"""Outrigger in gdb: backtraces through the core-side runtime, for live processes and for core files.

    gdb -x tools/gdb/outrigger.py -p PID
    gdb -x tools/gdb/outrigger.py PROGRAM CORE

When the process has the runtime mapped, the runtime's symbols are loaded from corert/target/c/runtime.elf, or from the file that
the variable OUTRIGGER_RUNTIME_ELF names, and SIGSYS is passed on in silence. The frames of one call in the runtime are then shown
as one; `bt -no-filters` shows them all. How the runtime's own frames unwind is told by the file, not here; what has no file is
the trampolines of patched call sites. See docs/debugging.md.
"""

import os
import struct

import gdb
from gdb.FrameDecorator import FrameDecorator
from gdb.unwinder import Unwinder, register_unwinder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNTIME = os.environ.get("OUTRIGGER_RUNTIME_ELF") or os.path.join(ROOT, "corert/target/c/runtime.elf")
CALLS = os.path.join(ROOT, "abi/src/main/resources/org/outrigger/abi/syscall_64.list")

PT_LOAD, PT_NOTE = 1, 4
TRAMPOLINE = 32  # bytes; kernel/patch/Trampolines.java draws one
SITE = 7  # bytes of mov $nr,%eax; syscall, and of the jump that replaces the mov
REGISTERS = ("rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip eflags cs ss ds es fs gs fs_base gs_base").split()


def read(address, length):
    """Bytes of the selected inferior, or None where there are none."""
    try:
        return bytes(gdb.selected_inferior().read_memory(address, length))
    except gdb.error:
        return None


def call_names():
    try:
        with open(CALLS, encoding="ascii") as lines:
            return {int(n): name for n, name in (line.split() for line in lines if line[0].isdigit())}
    except OSError:
        return {}


class ElfFile:
    """What must be known of runtime.elf before gdb loads it: where its text lies, and its build id (elf(5))."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        offset, = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        for i in range(count):
            kind, _, at, address, _, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
            if kind == PT_LOAD:
                self.start, self.end = address, address + length
            elif kind == PT_NOTE:
                self.note_address, self.note = address, data[at:at + length]


class Runtime:
    """The runtime in the process that gdb looks at, as far as there is one."""

    def __init__(self):
        self.file = None
        self.names = call_names()
        self.islands = None  # address of the table of islands; None until symbols are loaded
        self.busy = False
        self.told = False

    def look(self, _event=None):
        """Loads the symbols once the runtime is mapped, and forgets them with the objfile."""
        if self.busy:
            return
        self.busy = True
        try:
            self.find()
        except (gdb.error, OSError, struct.error) as problem:
            self.tell(str(problem))
        finally:
            self.busy = False

    def find(self):
        if any(objfile.filename == os.path.realpath(RUNTIME) for objfile in gdb.objfiles()):
            return
        self.islands = None
        if not os.path.exists(RUNTIME):
            self.tell("no %s: build Outrigger, or set OUTRIGGER_RUNTIME_ELF" % RUNTIME)
            return
        self.file = ElfFile(RUNTIME)
        note = read(self.file.note_address, len(self.file.note))
        if note is None or read(self.file.start, 4) != b"\x7fELF":
            return
        if note != self.file.note:
            self.tell("%s is not the runtime of this process, which has build id %s" % (RUNTIME, note[16:].hex()))
            return
        gdb.execute("add-symbol-file %s" % os.path.realpath(RUNTIME), to_string=True)
        gdb.execute("handle SIGSYS nostop noprint pass", to_string=True)
        self.islands = int(gdb.parse_and_eval("(unsigned long)&rt_data"))
        self.most = int(gdb.parse_and_eval("sizeof(((struct proc *)0)->islands)"))
        gdb.invalidate_cached_frames()

    def tell(self, what):
        if not self.told:
            gdb.write("outrigger.py: %s\n" % what, gdb.STDERR)
        self.told = True

    def holds(self, pc):
        return self.islands is not None and self.file.start <= pc < self.file.end

    def trampolines(self):
        """(address, bytes) of each island."""
        table = read(self.islands, self.most) if self.islands is not None else None
        for start, end in struct.iter_unpack("<QQ", table or b""):
            if start == 0:
                break
            yield start, read(start, end - start) or b""

    @staticmethod
    def decode(base, code):
        """(number of the call or None, address behind the syscall instruction) of a trampoline; None where it is none."""
        length = code[31]
        if not 0 < length < 16 or code[16:19] != b"\x48\x8d\x0d":
            return None
        displaced = code[16 - length:16]
        number = None
        if displaced[0] == 0xb8 and length == 5:
            number, = struct.unpack("<I", displaced[1:])
        elif displaced[:3] == b"\x48\xc7\xc0" and length == 7:
            number, = struct.unpack("<I", displaced[3:])
        elif displaced in (b"\x31\xc0", b"\x33\xc0"):
            number = 0
        distance, = struct.unpack_from("<i", code, 19)
        return number, base + 23 + distance

    def trampoline(self, pc):
        """What `decode` says of the trampoline that pc lies in, else None."""
        for start, code in self.trampolines():
            if start <= pc < start + len(code):
                at = (pc - start) // TRAMPOLINE * TRAMPOLINE
                return self.decode(start + at, code[at:at + TRAMPOLINE])
        return None

    def call(self, frame):
        """The name of the call that `frame`, of the program, makes; None where its code does not tell."""
        pc = frame.pc()
        number = None
        for start, code in self.trampolines():
            for at in range(0, len(code) - TRAMPOLINE + 1, TRAMPOLINE):
                found = self.decode(start + at, code[at:at + TRAMPOLINE])
                if found and found[1] == pc:
                    number = found[0]
        before = read(pc - SITE, SITE)
        if number is None and before and before[0] == 0xb8:
            number, = struct.unpack_from("<I", before, 1)
        if number is None:
            number = int(frame.read_register("rax"))
            if number not in self.names:
                return None
        return self.names.get(number, str(number))


RUNTIME_HERE = Runtime()


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class TrampolineUnwinder(Unwinder):
    """A trampoline has not touched the stack: its caller is the call site, with all registers in their places."""

    def __init__(self):
        super().__init__("outrigger-trampolines")

    def __call__(self, pending):
        found = RUNTIME_HERE.trampoline(int(pending.read_register("rip")) & (1 << 64) - 1)
        if found is None:
            return None
        sp = pending.read_register("rsp")
        pc = pending.read_register("rip")
        unwound = pending.create_unwind_info(FrameId(sp, pc))
        for name in REGISTERS:
            value = pending.read_register(name)
            unwound.add_saved_register(name, gdb.Value(found[1]).cast(value.type) if name == "rip" else value)
        return unwound


class CallFrame(FrameDecorator):
    """The frames of one call in the runtime, as one."""

    def __init__(self, newest, name):
        super().__init__(newest)
        self.name = name

    def function(self):
        return self.name

    def address(self):
        return None

    def filename(self):
        return None

    def line(self):
        return None

    def frame_args(self):
        return None

    def frame_locals(self):
        return None


class Collapse:
    """Frame filter: joins the frames between the program's call site and what the runtime does."""

    def __init__(self):
        self.name = "outrigger"
        self.priority = 50
        self.enabled = True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        newest = None
        for frame in frames:
            inferior = frame.inferior_frame()
            pc = inferior.pc()
            if RUNTIME_HERE.holds(pc):
                newest = newest or frame
                continue
            if newest is not None:
                yield CallFrame(newest, self.describe(inferior))
                newest = None
            found = RUNTIME_HERE.trampoline(pc)
            if found is None:
                yield frame
            else:
                name = RUNTIME_HERE.names.get(found[0], found[0]) if found[0] is not None else "?"
                yield CallFrame(frame, "<outrigger trampoline: %s>" % name)
        if newest is not None:
            yield CallFrame(newest, "<outrigger runtime>")

    @staticmethod
    def describe(caller):
        if caller.type() == gdb.SIGTRAMP_FRAME:
            return "<outrigger runtime: a signal>"
        call = RUNTIME_HERE.call(caller)
        return "<outrigger runtime: %s>" % call if call else "<outrigger runtime>"


register_unwinder(None, TrampolineUnwinder(), replace=True)
Collapse()
gdb.events.new_objfile.connect(RUNTIME_HERE.look)
gdb.events.stop.connect(RUNTIME_HERE.look)
RUNTIME_HERE.look()
