package org.outrigger.systest;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** What passes through a run untouched: surroundings inwards, signals both ways, exit statuses outwards. */
class InheritanceTest {

    /** umask, cwd, limits, environment, descriptors, names, priorities, masks, ignored signals, group and session. */
    @Test
    void surroundings() {
        Machine.needs("python3", "setarch", "nohup", "unshare");
        NativeAndLwk.of("bash", Material.source("inherit.sh").toString()).byPrefix().limit(180).compare();
    }

    @Test
    void signalsToTheLauncher() {
        NativeAndLwk.of("bash", Material.source("signals.sh").toString()).byPrefix().limit(240).errorsIgnored().compareSuccess();
    }

    @TestFactory
    Stream<DynamicTest> deathBySignal() {
        // By number, since the shells differ in the names that they know: 35 and 64 are real-time signals.
        return Stream.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 24, 31, 35, 64).map(signal -> {
            NativeAndLwk compared = NativeAndLwk.of("sh", "-c", "ulimit -c 0; kill -" + signal + " $$; sleep 20");
            return dynamicTest("signal " + signal, () -> assertEquals(128 + signal, compared.compare().status()));
        });
    }

    @TestFactory
    Stream<DynamicTest> exitStatus() {
        return Stream.of(0, 1, 2, 77, 125, 126, 127, 128, 200, 255).map(status -> dynamicTest("exit " + status,
            () -> NativeAndLwk.of("sh", "-c", "exit " + status).compare()));
    }

    @Test
    void childrenThatOutliveTheProgram() {
        NativeAndLwk.bash("(sleep 1; echo late) & echo main").compareSuccess();
        NativeAndLwk.bash("for i in 1 2 3; do (sleep 0.$((i * 3));"
            + " echo $(seq 20000 | tail -1; python3 -c 'print(sum(range(10**6)))')) & done; exit 9").compare();
        NativeAndLwk.bash("setsid sh -c 'sleep 0.7; echo in another session' & exec echo main").compareSuccess();
    }

    /** A shell on a pseudo-terminal: stopping, continuing, interrupting, window sizes, background reads. */
    @TestFactory
    Stream<DynamicTest> terminal() {
        Machine.needs("python3");
        String driver = Material.source("ptyjobs.py").toString();
        return Stream.of("program", "shell").map(what -> dynamicTest(what + " on the LWK",
            () -> NativeAndLwk.bash("exec python3 " + driver + " " + what + " $LWK").byPrefix().limit(300).compareSuccess()));
    }

    @Test
    void terminalOfScript() {
        Machine.needs("script");
        String session = "set -m; sleep 0.3 & jobs; fg %1; echo $?; tty > /dev/null && echo tty; stty size | wc -w";
        NativeAndLwk.of("script", "-qec", "bash -c '" + session + "'", "/dev/null").compareSuccess();
        NativeAndLwk.bash("script -qec \"$LWK bash -c '" + session.replace("$", "\\$") + "'\" /dev/null").byPrefix()
            .compareSuccess();
    }

    /** Other tracers keep working on what runs here, and what they hold is left to Linux. */
    @Test
    void debuggers() {
        Machine.needs("strace", "gdb", "gcc");
        NativeAndLwk.bash("strace -f -o log -e trace=execve sh -c '/bin/echo traced; exit 3'; echo $?; grep -c execve log")
            .compareSuccess();
        Path folder = Material.buildFolder("debug");
        Path program = folder.resolve("crash");
        Material.build(folder, Map.of(), "sh", "-c", "echo 'int f(int*p){return *p;} int main(void){return f(0);}'"
            + " | gcc -g -O0 -x c -o crash -");
        NativeAndLwk.bash("gdb -q -nx -batch -ex 'set debuginfod enabled off' -ex run -ex bt " + program
            + " 2>&1 | grep -o '^#[01].*f (\\|^#1.*main ()\\|SIGSEGV'").compareSuccess();
    }
}
