"""Drives an interactive shell on a pseudo-terminal: ptyjobs.py [prefix...]; the prefix goes before the programs or the shell.

Prints what a user would see, with what differs from run to run taken out.
"""
import fcntl, os, pty, re, select, signal, struct, sys, termios, time

prefix = sys.argv[2:]
shell_on_lwk = sys.argv[1] == "shell"
with open("prog", "w") as f:
    f.write("#!/bin/sh\nexec %s \"$@\"\n" % (" ".join(prefix) if not shell_on_lwk else ""))
os.chmod("prog", 0o755)
os.environ.update(PS1="PROMPT> ", TERM="dumb", HOME=os.getcwd(), HISTFILE="/dev/null")
command = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
if shell_on_lwk:
    command = prefix + command
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
attributes = termios.tcgetattr(terminal)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(terminal, termios.TCSANOW, attributes)
transcript, rest = [], ""

def expect(wanted, seconds=40):
    """Reads until the text is there; what was read goes into the transcript."""
    global rest
    end = time.time() + seconds
    while wanted not in rest:
        if time.time() > end:
            print("".join(transcript)); print("MISSING %r in %r" % (wanted, rest)); sys.stdout.flush()
            os.kill(pid, signal.SIGKILL); sys.exit(1)
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                rest += os.read(terminal, 65536).decode()
            except OSError:
                end = 0
    at = rest.index(wanted) + len(wanted)
    transcript.append(rest[:at]); rest = rest[at:]

def say(text):
    os.write(terminal, text.encode())

def line(text, wanted="PROMPT> "):
    say(text + "\n"); expect(wanted)

def settle():
    time.sleep(0.3)

expect("PROMPT> ")
line("tty > /dev/null && echo on a tty; ./prog test -t 0 && echo stdin is a tty; ./prog stty -a | grep -o 'isig'")
say("./prog cat\n"); settle(); say("typed\n"); expect("typed")
say("\x1a"); expect("Stopped"); expect("PROMPT> ")
line("jobs")
say("fg\n"); settle(); say("after fg\n"); expect("after fg")
say("\x04"); expect("PROMPT> ")
line("echo status $?")
say("./prog sleep 30\n"); settle(); settle(); say("\x03"); expect("PROMPT> ")
line("echo interrupted $?")
say("./prog bash -c 'trap \"echo caught; exit 5\" INT; echo ready; while :; do sleep 0.1; done'\n"); expect("ready"); say("\x03")
expect("PROMPT> ")
line("echo trapped $?")
say("./prog sleep 30\n"); settle(); settle(); say("\x1c"); expect("PROMPT> ")
line("echo quit $?")
say("./prog python3 -c 'import signal,os,time; seen=[]; signal.signal(signal.SIGWINCH, lambda *_: seen.append(1)); "
    "print(\"wait\", flush=True); [time.sleep(0.05) for _ in iter(lambda: bool(seen), True)]; "
    "print(\"winch\", *os.get_terminal_size(), flush=True)'\n")
expect("wait"); fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0)); expect("winch 77 33"); expect("PROMPT> ")
say("./prog sleep 30 &\n"); expect("PROMPT> ")
line("kill -STOP %1; sleep 0.5; jobs; kill -CONT %1; kill %1; wait %1; echo background $?", "background 143")
expect("PROMPT> ")
line("./prog sh -c 'read x < /dev/tty; echo got $x' &", "PROMPT> ")
line("until jobs | grep -q Stopped; do sleep 0.1; done; echo halted", "halted\r\n")
expect("PROMPT> ")
say("fg > /dev/null\n"); settle(); say("word\n"); expect("got word"); expect("PROMPT> ")
say("exit 3\n")
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
text = "".join(transcript).replace("\r", "")
text = re.sub(r"\[\d+\] \d+", "[J] PID", text)
text = re.sub(r"^\[\d+\][+-]? +(Stopped|Terminated|Done).*$", r"JOB \1", text, flags=re.M)
text = re.sub(r"PROMPT> |\^[ZCD\\]|Quit( \(core dumped\))?|JOB Terminated", "", text)
print("\n".join(l for l in text.split("\n") if l.strip()))
print("shell", status)
