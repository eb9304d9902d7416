# In gdb, attached to "backtrace calls": executes single instructions and looks at the whole backtrace at each. Natively there is
# no runtime to enter; on the LWK, each round begins where `entry` of the runtime is reached, if one is given.
#   gdb -batch -p PID -ex "python steps = 1000; entry = 'rt_sigsys'" -x stepping.py
import gdb

WANTED = ["inner", "outer", "main"]


def backtrace():
    names = []
    frame = gdb.newest_frame()
    while frame is not None:
        names.append(frame.name() or "?")
        frame = frame.older()
    return names


def quietly(command):
    gdb.execute(command, to_string=True)


bad = {}
in_runtime = in_trampolines = rounds = 0
if entry:
    quietly("break *&" + entry)
    quietly("continue")
for _ in range(steps):
    frame = gdb.newest_frame()
    names = backtrace()
    whole = any(names[i:i + 3] == WANTED for i in range(len(names)))
    # A trampoline has no name; the function whose call site led there has one, and is not taken for its caller.
    if not whole or (names[0] == "?" and names[1] in WANTED):
        bad.setdefault(frame.pc(), names)
    runtime = 0x7ec000000000 <= frame.pc() < 0x7ec000010000
    in_runtime += runtime
    in_trampolines += frame.name() is None
    if entry and not runtime:
        rounds += 1
        quietly("continue")
    else:
        quietly("stepi")
for pc, names in bad.items():
    print("bad at %#x: %s" % (pc, names))
print("stepped: %d bad, %s runtime, %s trampolines" % (len(bad), "some" if in_runtime else "no", "some" if in_trampolines else "no"))
print("steps in the runtime %d, in trampolines %d, rounds %d" % (in_runtime, in_trampolines, rounds))
