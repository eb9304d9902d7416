package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * gdb(1) on a program that stands in a call, on its core files, and step by step through calls: with
 * {@code tools/gdb/outrigger.py} a backtrace on the LWK names the same functions as natively, below one frame for the runtime.
 */
class DebuggerTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern FRAME = Pattern.compile("(?m)^#\\d+ +(?:0x[0-9a-f]+ in )?(.+?) \\(");
    private static final String MARK = "the backtrace:";
    private static final String ECHO = "echo " + MARK + "\\n";
    /** Numbers of the calls that the program is left standing in: read, pause, nanosleep, clock_nanosleep. */
    private static final Set<String> BLOCKING = Set.of("0", "34", "35", "230");

    @TestFactory
    Stream<DynamicTest> aThreadInsideACall() {
        return Stream.of("pause", "nanosleep", "read").flatMap(call -> LwkWay.all().stream()
            .map(way -> dynamicTest(call + " " + way, () -> insideACall(call, way))));
    }

    private static void insideACall(String call, LwkWay way) {
        needsGdb();
        String program = ConformanceTest.program("backtrace").toString();
        Path folder = emptyFolder();
        List<String> natively = new ArrayList<>();
        withRunning(List.of(program, call), Map.of(), pid -> {
            awaitBlocked(pid);
            natively.addAll(functions(gdb(folder, "-p", pid, "-ex", ECHO, "-ex", "bt")));
        });
        assertEquals(List.of("inner", "outer", "main"), natively.subList(natively.size() - 3, natively.size()));
        withRunning(way.command(program, call), way.environment(), pid -> {
            awaitBlocked(pid);
            String shown = gdb(folder, "-x", script(), "-p", pid, "-ex", ECHO, "-ex", "bt", "-ex", "gcore image");
            assertSameBelowTheRuntime(natively, shown);
            assertSameBelowTheRuntime(natively, gdb(folder, "-x", script(), program, "image", "-ex", ECHO, "-ex", "bt"));
        });
        Material.delete(folder);
    }

    @TestFactory
    Stream<DynamicTest> aCoreFileOfLinux() {
        return LwkWay.all().stream().map(way -> dynamicTest("abort " + way, () -> {
            needsGdb();
            String pattern = read(Path.of("/proc/sys/kernel/core_pattern")).strip();
            Machine.skipUnless(pattern.matches("[^|/]+"), "core files do not go to the working directory: " + pattern);
            String program = ConformanceTest.program("backtrace").toString();
            List<String> natively = functions(core(program, List.of(program, "abort"), Map.of()));
            assertEquals(List.of("inner", "outer", "main"), natively.subList(natively.size() - 3, natively.size()));
            assertSameBelowTheRuntime(natively, core(program, way.command(program, "abort"), way.environment()));
        }));
    }

    /** What gdb shows of the core file that the command leaves. */
    private static String core(String program, List<String> command, Map<String, String> environment) {
        Path folder = emptyFolder();
        List<String> line = new ArrayList<>(List.of("bash", "-c", "ulimit -c unlimited && exec \"$@\"", "-"));
        line.addAll(command);
        Run run = Job.start(line, folder, environment, Path.of("/dev/null"), "core-" + folder.getFileName()).await(LIMIT);
        Machine.skipUnless(!run.stderr().contains("ulimit"), "core files are limited: " + run.stderr());
        assertEquals(128 + 6, run.status(), run::summary);
        try (Stream<Path> files = Files.list(folder)) {
            Path core = files.filter(file -> file.getFileName().toString().startsWith("core")).findFirst().orElseThrow();
            return gdb(folder, "-x", script(), program, core.toString(), "-ex", ECHO, "-ex", "bt");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Material.delete(folder);
        }
    }

    /** At each instruction of the program, of the trampolines and of the runtime, in and out again. */
    @Test
    void eachInstructionOfAPatchedCall() {
        Pattern result = Pattern.compile("stepped: 0 bad, (some|no) runtime, (some|no) trampolines");
        assertEquals("no runtime, no trampolines", stepped(LwkWay.NATIVE, "", result));
        assertEquals("some runtime, some trampolines", stepped(LwkWay.PATCHED, "", result));
    }

    @Test
    void eachInstructionOfATrappedCall() {
        Pattern result = Pattern.compile("stepped: 0 bad, (some|no) runtime, (some|no) trampolines");
        assertEquals("some runtime, no trampolines", stepped(LwkWay.TRAPPED, "rt_sigsys", result));
    }

    private static String stepped(LwkWay way, String entry, Pattern result) {
        needsGdb();
        String program = ConformanceTest.program("backtrace").toString();
        int steps = Machine.quickOrLong(1500, 20000);
        StringBuilder found = new StringBuilder();
        withRunning(way.command(program, "calls"), way.environment(), pid -> {
            String shown = gdb(Path.of("."), "-x", script(), "-p", pid, "-ex",
                "python steps = " + steps + "; entry = '" + entry + "'", "-x", Material.source("stepping.py").toString());
            Matcher matcher = result.matcher(shown);
            assertTrue(matcher.find(), shown);
            found.append(matcher.group(1)).append(" runtime, ").append(matcher.group(2)).append(" trampolines");
        });
        return found.toString();
    }

    /** Without the script, the runtime's symbols alone are enough, but for a thread that stands in a trampoline. */
    @Test
    void theSymbolFileAlone() {
        needsGdb();
        String program = ConformanceTest.program("backtrace").toString();
        LwkWay way = LwkWay.PATCHED;
        withRunning(way.command(program, "pause"), way.environment(), pid -> {
            awaitBlocked(pid);
            String file = Outrigger.root().resolve("corert/target/c/runtime.elf").toString();
            List<String> functions = functions(
                gdb(Path.of("."), "-p", pid, "-ex", "add-symbol-file " + file, "-ex", ECHO, "-ex", "bt"));
            assertEquals(List.of("inner", "outer", "main"), functions.subList(functions.size() - 3, functions.size()));
            assertTrue(functions.getFirst().startsWith("rt_"), functions::toString);
        });
    }

    private static void assertSameBelowTheRuntime(List<String> natively, String shown) {
        List<String> onLwk = functions(shown);
        assertTrue(onLwk.getFirst().matches("<outrigger runtime: [a-z_]+>"), shown);
        assertEquals(natively, onLwk.subList(1, onLwk.size()), shown);
    }

    private static List<String> functions(String shown) {
        // gdb shows the innermost frame of a core file by itself, before the script has run.
        String asked = shown.substring(shown.indexOf(MARK) + MARK.length());
        List<String> names = FRAME.matcher(asked).results().map(match -> match.group(1)).toList();
        assertTrue(names.size() > 3, shown);
        return names;
    }

    private static void withRunning(List<String> command, Map<String, String> environment, Consumer<String> act) {
        Job job = Job.start(command, Path.of("."), environment, Path.of("/dev/null"), UUID.randomUUID().toString());
        try {
            assertTrue(job.awaitOutput("\n", LIMIT), () -> "no output of " + command);
            String pid = new String(job.output(), StandardCharsets.US_ASCII).strip().substring("ready ".length());
            act.accept(pid);
            Job.signal(Long.parseLong(pid), "KILL");
        } finally {
            job.processes().forEach(pid -> Job.signal(pid, "KILL"));
            job.await(LIMIT);
        }
    }

    /** The program has said that it is ready and makes its call: until it sleeps there. */
    private static void awaitBlocked(String pid) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!BLOCKING.contains(read(Path.of("/proc", pid, "syscall")).split(" ")[0].strip())) {
            assertTrue(System.nanoTime() < end, () -> "process " + pid + " does not come to its call");
            Job.pause(2);
        }
    }

    private static void needsGdb() {
        Machine.needs("gdb");
        Run run = Job.start(List.of("gdb", "-nx", "-batch", "-ex", "python print('there')"), Path.of(".")).await(LIMIT);
        Machine.skipUnless(run.text().contains("there"), "gdb has no Python");
        String attach = "sleep 60 & gdb -nx -batch -p $! -ex bt; kill $!";
        Run attached = Job.start(List.of("bash", "-c", attach), Path.of(".")).await(LIMIT);
        Machine.skipUnless(attached.text().contains("#0"), "gdb may not attach: " + attached.stderr());
    }

    private static String gdb(Path folder, String... arguments) {
        List<String> line = new ArrayList<>(List.of("gdb", "-nx", "-batch"));
        line.addAll(List.of(arguments));
        Run run = Job.start(line, folder).await(LIMIT);
        assertTrue(!run.timedOut(), run::summary);
        return run.text() + run.stderr();
    }

    private static String script() {
        return Outrigger.root().resolve("tools/gdb/outrigger.py").toString();
    }

    private static Path emptyFolder() {
        try {
            return Files.createTempDirectory("systest-gdb-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
