package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.noise.Loop;
import org.outrigger.lab.noise.NoiseKernel;
import org.outrigger.lab.noise.NoiseReport;
import org.outrigger.lab.noise.NoiseRequest;
import org.outrigger.lab.noise.NoiseRunner;

/** What {@code outrigger noise} makes of its arguments; nothing is measured here. */
class NoiseTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;
    private NoiseRequest asked;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "2-7");
        world.environment.put(BenchCommand.HOME, "/opt/outrigger");
        world.noise = new NoiseRunner() {
            @Override
            public NoiseReport run(NoiseRequest request, Progress progress) throws ArmFailedException {
                asked = request;
                progress.at(0, 1, "lwk");
                throw new ArmFailedException("the arm 'lwk' ended");
            }

            @Override
            public void stop() {
                throw new AssertionError("nobody interrupts");
            }
        };
    }

    private NoiseRequest request(String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "noise";
        System.arraycopy(options, 0, args, 1, options.length);
        asked = null;
        assertEquals(new Outcome(1, "", "outrigger: the arm 'lwk' ended\n"), world.outrigger(args));
        return asked;
    }

    private static List<String> labels(List<Load> loads) {
        return loads.stream().map(Load::label).toList();
    }

    @Test
    void defaults() {
        NoiseRequest request = request();
        assertEquals(Path.of("/opt/outrigger"), request.ground().home());
        assertEquals(NoiseKernel.FWQ, request.loop().kernel());
        assertEquals(1.2, request.loop().seconds());
        assertEquals(List.of("linux", "linux+cgroup", "linux+tuned", "lwk"), request.arms().stream().map(Arm::label).toList());
        assertEquals(List.of("none", "cpu"), labels(request.loads()));
        assertEquals(6, request.rounds());
        assertEquals(Optional.empty(), request.raw());
        assertArrayEquals(new int[] {2, 3, 4, 5, 6, 7}, request.ground().allowed());
        assertArrayEquals(new int[] {3, 4, 5, 6, 7}, request.ground().lwkCores());
        assertArrayEquals(new int[] {2}, request.ground().linuxCores());
        assertTrue(request.loop().samples() >= 1.2e9 / (1 << 18), "enough for the time");
        assertEquals(1_000_000, request("--work=10", "-d", "3600").loop().samples(), "as the help tells");
    }

    @Test
    void choices() throws IOException {
        Path raw = Files.createDirectory(world.directory.resolve("raw"));
        NoiseRequest request = request("--kernel", "ftq", "--interval=20", "--samples", "77", "-d", "0.25", "-r", "3", "--seed=9",
                "--arms", "lwk,lwk", "--load", "none,io", "--unconfined", "-c", "4-5", "-l", "7", "--raw", "raw");
        assertEquals(new Loop(NoiseKernel.FTQ, 18, 20, 900, 77, 0.25), request.loop());
        assertEquals(List.of("lwk", "lwk#2"), request.arms().stream().map(Arm::label).toList());
        assertEquals(List.of("none", "io@all"), labels(request.loads()));
        assertEquals(9, request.seed());
        assertEquals(raw.toAbsolutePath(), request.raw().orElseThrow());
        assertArrayEquals(new int[] {4, 5}, request.ground().lwkCores());
        assertArrayEquals(new int[] {7}, request.ground().linuxCores());
        request = request("--load", "none", "--load", "make -C /src,x", "--quick");
        assertEquals(List.of("none", "make -C /src,x"), labels(request.loads()));
        assertEquals(2, request.rounds());
        assertEquals(0.1, request.loop().seconds());
    }

    /** What the user has set for runs must not change what is measured. */
    @Test
    void settingsOfRunsDoNotReachTheArms() {
        world.environment.put("OUTRIGGER_SCHED", "fifo");
        world.environment.put("OUTRIGGER_JVM_FLAGS", "-Dx=y");
        NoiseRequest request = request();
        assertNull(request.ground().environment().get("OUTRIGGER_SCHED"));
        assertNull(request.ground().environment().get(BenchCommand.HOME));
        assertEquals("-Dx=y", request.ground().environment().get("OUTRIGGER_JVM_FLAGS"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--fast              | unknown option '--fast'",
        "fwq                 | unexpected argument 'fwq'",
        "--kernel fwp        | --kernel: there is no kernel 'fwp'; there are fwq, ftq, selfish",
        "--work 9            | --work: '9' is not a number from 10 to 30",
        "--interval 31       | --interval: '31' is not a number from 10 to 30",
        "--detour 100        | --detour: '100' is not a number from 101 to 1000000",
        "--samples 0         | --samples: '0' is not a number from 1 to 100000000",
        "--duration 0        | --duration: '0' is not a number from 0.001 to 3600",
        "--duration 1e3      | --duration: '1e3' is not a number from 0.001 to 3600",
        "-r 1001             | --rounds: '1001' is not a number from 1 to 1000",
        "--seed -1           | --seed: ",
        "--arms lwk,lvk      | --arms: there is no arm 'lvk'; there are linux, native, linux+cgroup, linux+tuned, lwk,"
            + " lwk+fifo, lwk+isolated",
        "--load cpu,spin     | --load: there is no load 'spin'; there are none, cpu, memory, io, fork, build",
        "--csv missing       | --csv: 'missing' is no folder that can be written to",
        "--html missing/x    | --html: cannot write to 'missing/x': the directory does not exist",
        "--html /            | --html: cannot write to '/': is a directory",
        "--raw missing       | --raw: 'missing' is no folder that can be written to",
        "-c 9                | --cpus: ",
        "-c 3 -l 3           | --cpus: "})
    void badArguments(String line, String message) {
        Outcome outcome = world.outrigger(("noise " + line.strip()).split(" "));
        assertEquals(125, outcome.status(), outcome::toString);
        assertTrue(outcome.err().startsWith("outrigger: " + message) || line.startsWith("--seed"), outcome.err());
        assertTrue(outcome.err().endsWith("Try 'outrigger noise --help' for more information.\n"), outcome.err());
        assertEquals("", outcome.out());
        assertNull(asked);
    }

    @Test
    void withoutTheScript() {
        world.environment.remove(BenchCommand.HOME);
        Outcome outcome = world.outrigger("noise");
        assertEquals(125, outcome.status());
        assertTrue(outcome.err().contains("by the outrigger script"), outcome.err());
    }

    @Test
    void help() {
        String text = world.outrigger("noise", "--help").out();
        assertTrue(text.contains("\nUsage: outrigger noise [OPTIONS]\n"), text);
        for (String option : List.of("--json", "--kernel", "--work", "--interval", "--detour", "--samples",
                "--duration", "--rounds",
                "--arms", "--load", "--unconfined", "--quick", "--seed", "--csv", "--html", "--raw", "--cpus", "--linux-cpus")) {
            assertTrue(text.contains(option), option);
        }
        assertTrue(text.lines().allMatch(line -> line.length() <= 90), text);
        assertTrue(world.outrigger("--help").out().matches("(?s).*\n  noise +Measure what disturbs a core.*"));
    }
}
