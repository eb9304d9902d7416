package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/**
 * The emulated machine ({@code tools/emulated-machine}), and on it the scripts of {@code systest/emulated}: 8 CPUs, two NUMA
 * nodes, cgroup v2. All scripts run in one boot; each of their lines is a test here.
 */
class EmulatedMachineTest {
    private static final Duration SHORT = Duration.ofMinutes(5);
    private static final Duration ALL = Duration.ofMinutes(95);
    private static final int LAUNCH_FAILED = 125;
    private static final int LATE = 124;

    @TempDir
    private Path folder;

    private Run machine(String... words) {
        List<String> line = new ArrayList<>(List.of(Outrigger.root().resolve("tools/emulated-machine").toString()));
        line.addAll(Arrays.asList(words));
        Job job = Job.start(line, folder);
        Run run = job.await(SHORT);
        job.assertNothingLeft("the emulated machine");
        return run;
    }

    private static void assertMessage(String expected, Run run) {
        assertEquals(LAUNCH_FAILED, run.status(), run::summary);
        assertTrue(run.stderr().contains(expected), run::summary);
        assertEquals("", run.text());
    }

    @Test
    void badArgumentsAreToldAtOnce() {
        assertMessage("no command", machine());
        assertMessage("unknown option '--cpu'", machine("--cpu", "8", "--", "true"));
        assertMessage("--cpus needs a value", machine("--cpus"));
        assertMessage("'many' is not a number", machine("--cpus", "many", "--", "true"));
        assertMessage("'2T' is no size", machine("--memory", "2T", "--", "true"));
        assertMessage("9 CPUs cannot be shared out to 2 nodes", machine("--cpus", "9", "--", "true"));
        assertMessage("no folder '/nonexistent'", machine("--directory", "/nonexistent", "--", "true"));
    }

    @Test
    void helpNamesEveryOption() {
        Run help = machine("--help");
        assertEquals(0, help.status(), help::summary);
        for (String option : List.of("--cpus", "--nodes", "--smt", "--memory", "--append", "--timeout", "--directory",
            "--kernel-log", "--unprivileged")) {
            assertTrue(help.text().contains(option), () -> option + " is not explained");
        }
    }

    @Test
    @Tag("long")
    void aCommandRunsAndItsStatusAndOutputComeBack() throws Exception {
        needsEmulator();
        Path log = folder.resolve("kernel.log");
        Run run = machine("--cpus", "4", "--nodes", "1", "--smt", "--memory", "1G", "--append", "outrigger_probe=1",
            "--kernel-log", log.toString(), "--", "bash", "-c",
            "echo to out; echo to err >&2; pwd; nproc; cat /sys/devices/system/cpu/cpu1/topology/thread_siblings_list;"
            + " grep -o outrigger_probe=1 /proc/cmdline; echo gone > left; exit 7");
        assertEquals(7, run.status(), run::summary);
        assertEquals("to out\n" + folder.toRealPath() + "\n4\n0-1\noutrigger_probe=1\n", run.text());
        assertEquals("to err\n", run.stderr());
        assertTrue(Files.readString(log).contains("Linux version"), "the kernel's log has no kernel");
        assertFalse(Files.exists(folder.resolve("left")), "the emulated machine wrote to this machine");
    }

    @Test
    @Tag("long")
    void aMachineThatTakesTooLongIsEnded() {
        needsEmulator();
        Run run = machine("--timeout", "3", "--", "sleep", "1000");
        assertEquals(LATE, run.status(), run::summary);
        assertTrue(run.stderr().contains("not ready after 3 s"), run::summary);
    }

    @Test
    @Tag("long")
    void aCrashIsToldWithWhatTheKernelSaid() {
        needsEmulator();
        Run run = machine("--", "sh", "-c", "echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger; sleep 100");
        assertEquals(LAUNCH_FAILED, run.status(), run::summary);
        assertTrue(run.stderr().contains("Kernel panic"), run::summary);
        assertTrue(run.stderr().contains("the machine ended before the command did"), run::summary);
    }

    @Test
    @Tag("long")
    void anOrdinaryUserHasADelegatedGroup() {
        needsEmulator();
        Run run = machine("--unprivileged", "--", "bash", "-c", "id -u; cat /proc/self/cgroup; cd /sys/fs/cgroup/user;"
            + " mkdir mine; cat mine/cgroup.controllers; echo 4-7 > mine/cpuset.cpus; cat mine/cpuset.cpus.effective;"
            + " echo 1 > /sys/fs/cgroup/cpuset.cpus.partition; true");
        assertEquals(0, run.status(), run::summary);
        assertEquals("65534\n0::/user/session\ncpuset cpu memory pids\n4-7\n", run.text());
        assertTrue(run.stderr().contains("Permission denied"), run::summary);
    }

    /** The lines of all scripts, a container for each script. */
    @TestFactory
    @Tag("long")
    Stream<DynamicNode> everyScript() {
        needsEmulator();
        Job job = Job.start(List.of(Outrigger.root().resolve("tools/emulated-tests").toString()), folder);
        Run run = job.await(ALL);
        job.assertNothingLeft("the tests on the emulated machine");
        assertFalse(run.timedOut(), run::summary);
        List<DynamicNode> nodes = new ArrayList<>();
        List<DynamicTest> tests = new ArrayList<>();
        String script = "";
        List<String> lines = run.text().lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("script ")) {
                script = line.substring("script ".length());
                tests = new ArrayList<>();
                String end = lines.subList(i, lines.size()).stream().skip(1).takeWhile(text -> !text.startsWith("script "))
                    .filter(text -> text.startsWith("end ")).findFirst().orElse("it did not end");
                tests.add(DynamicTest.dynamicTest("ends", () -> assertEquals("end 0", end)));
                nodes.add(DynamicContainer.dynamicContainer(script, tests));
            } else if (line.startsWith("ok ")) {
                tests.add(DynamicTest.dynamicTest(script + ": " + line.substring("ok ".length()), () -> { }));
            } else if (line.startsWith("skip ")) {
                tests.add(DynamicTest.dynamicTest(script + ": " + line.substring("skip ".length()), () ->
                    Machine.skipUnless(false, line)));
            } else if (line.startsWith("not ok ")) {
                String detail = String.join("\n", lines.subList(i + 1, lines.size()).stream()
                    .takeWhile(text -> text.startsWith("#")).toList());
                tests.add(DynamicTest.dynamicTest(script + ": " + line.substring("not ok ".length()), () -> fail(detail)));
            }
        }
        long scripts = lines.stream().filter(line -> line.startsWith("script ")).count();
        nodes.add(DynamicTest.dynamicTest("every script was run", () -> assertEquals(scriptFiles(), scripts, run::summary)));
        return nodes.stream();
    }

    private static long scriptFiles() throws IOException {
        try (Stream<Path> files = Files.list(Outrigger.root().resolve("systest/emulated"))) {
            return files.filter(file -> file.getFileName().toString().matches("[0-9].*\\.sh")).count();
        }
    }

    private static void needsEmulator() {
        Machine.needs("busybox", "setpriv", "flock");
        Machine.skipUnless(Machine.tool("qemu-system-x86_64").isPresent() || "root".equals(System.getProperty("user.name")),
            "qemu is missing and only root can install it");
    }
}
