package org.outrigger.lab.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Patterns of noise as users write them, and the program that makes them. */
class InjectionTest {
    private static final Path PROGRAM = Path.of("target/outrigger-inject");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "10,2500us | 100000000 | 2500000 | 0 | false",
        "100Hz,250 | 10000000 | 250000 | 0 | false",
        "1kHz,25us,stagger | 1000000 | 25000 | 0 | true",
        "1000,0.025ms,100us | 1000000 | 25000 | 100000 | false",
        "0.5,1s | 2000000000 | 1000000000 | 0 | false",
    })
    void patterns(String text, long period, long duration, long phase, boolean stagger) {
        Injection injection = Injection.parse(text);
        assertEquals(period, injection.period());
        assertEquals(duration, injection.duration());
        assertEquals(phase, injection.phase());
        assertEquals(stagger, injection.stagger());
    }

    @Test
    void theThreePatternsTakeTheSame() {
        assertEquals(0.025, Injection.parse("10,2500us").part());
        assertEquals(0.025, Injection.parse("100,250us").part());
        assertEquals(0.025, Injection.parse("1000,25us").part());
        assertEquals("1000 Hz x 25 us (2.50 %)", Injection.parse("1000,25us").text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "100,", ",5us", "0,5us", "-1,5us", "100,5h", "100,5us,now", "100,5us,1us,2us", "1e3,5us",
        "100,6ms", "50000,1us", "100,0", "x,y"})
    void refused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Injection.parse(text));
    }

    private static int cpu() throws IOException {
        return Integer.parseInt(Files.readString(Path.of("/proc/self/status"))
                .replaceAll("(?s).*Cpus_allowed_list:\\s+(\\d+).*", "$1"));
    }

    private static Injector started() throws IOException {
        try {
            return Injector.start(PROGRAM, Injection.parse("20,2ms"), new int[] {cpu()});
        } catch (IOException refused) {
            assumeTrue(!refused.getMessage().contains("not permitted"), refused.getMessage());
            throw refused;
        }
    }

    private static ProcessHandle itsProcess() {
        return ProcessHandle.current().children()
                .filter(child -> child.info().command().orElse("").endsWith("outrigger-inject")).findFirst().orElseThrow();
    }

    @Test
    void noiseComesAndGoes() throws IOException {
        Injector injector = started();
        ProcessHandle its = itsProcess();
        assertTrue(its.isAlive());
        injector.close();
        assertFalse(its.isAlive());
    }

    /** A program that heeds Ctrl-C goes on, and its noise with it. */
    @Test
    void theTerminalsSignalsAreForTheProgram() throws IOException, InterruptedException {
        try (Injector _ = started()) {
            ProcessHandle its = itsProcess();
            for (String signal : new String[] {"INT", "QUIT", "HUP"}) {
                new ProcessBuilder("kill", "-" + signal, Long.toString(its.pid())).start().waitFor();
            }
            assertThrows(TimeoutException.class, () -> its.onExit().get(300, TimeUnit.MILLISECONDS));
        }
    }

    /** Others than root may lock 8 MiB: that the threads do not fit into it is no reason to refuse them. */
    @Test
    void littleMemoryIsLocked() throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("sh", "-c", "ulimit -l 8192; exec \"$@\"", "sh"));
        if (Files.isWritable(Path.of("/proc/sys/kernel/sched_rt_runtime_us"))) {
            line.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        line.addAll(List.of(PROGRAM.toAbsolutePath().toString(), Integer.toString(cpu()), "50000000", "2000000", "0"));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assumeTrue(said.startsWith("outrigger-inject: ") || said.startsWith("ready "), said);
        assertFalse(said.contains("temporarily unavailable"), said);
    }

    @Test
    void aCoreThatIsNotThere() {
        IOException refused = assertThrows(IOException.class,
                () -> Injector.start(PROGRAM, Injection.parse("20,2ms"), new int[] {1023}));
        assertTrue(refused.getMessage().startsWith("no real-time thread on CPU 1023"), refused.getMessage());
    }

    @Test
    void shorterThanAChangeOfContext() throws IOException {
        int cpu = cpu();
        IOException refused = assertThrows(IOException.class,
                () -> Injector.start(PROGRAM, Injection.parse("20,1ns"), new int[] {cpu}));
        assertTrue(refused.getMessage().contains("nothing shorter") || refused.getMessage().contains("not permitted"),
                refused.getMessage());
    }
}
