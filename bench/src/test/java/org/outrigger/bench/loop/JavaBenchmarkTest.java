package org.outrigger.bench.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.outrigger.kernel.boot.DispatchCost;

class JavaBenchmarkTest {

    private static final Path SCRIPT = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("outrigger");

    @Test
    void theFlagsAreThoseOfTheProduct() throws IOException {
        List<String> flags = JavaBenchmark.flags(Files.readString(SCRIPT));
        assertTrue(flags.contains("-XX:+UseSerialGC") && flags.contains("-Xmx48m"), flags::toString);
        assertTrue(flags.stream().allMatch(flag -> flag.startsWith("-X") || flag.startsWith("--")), flags::toString);
        assertThrows(IOException.class, () -> JavaBenchmark.flags("exec java\n"));
    }

    @Test
    void badArgumentsAreRefused() {
        for (String[] args : new String[][] {{"-s"}, {"-s", "0"}, {"-s", "x"}, {"--fast"}}) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            assertEquals(2, JavaBenchmark.run(List.of(args), SCRIPT, System.out, new PrintStream(err, true)));
            assertTrue(err.toString().startsWith("bench-java: bad arguments: " + String.join(" ", args) + "\nUsage: "));
        }
    }

    /** What is measured works: each request is found and answered, by the part that it was meant for. */
    @Test
    void theBenchmarksDoWhatTheySay() {
        MemoryCost memory = new MemoryCost();
        memory.open();
        assertEquals(0, memory.mapAndUnmap());
        assertEquals(1L << 32, memory.heapUpAndDown());
        ChannelCost channel = new ChannelCost();
        channel.open();
        for (int i = 1; i < 16; i++) {
            assertEquals(100, channel.coldDoorbell());
        }
        assertEquals(1, channel.coldDoorbell());
        new DispatchCost().open();
    }
}
