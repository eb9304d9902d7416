package org.outrigger.systest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Until its code is compiled, an LWK leaves small pieces of memory to Linux; what may have huge pages is its own at once. */
class YouthTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    @TempDir
    private Path folder;

    private String pieces(String flags, String... options) {
        Run run = Job.start(Outrigger.run(List.of(options), List.of(ConformanceTest.program("youth").toString())), folder,
            Map.of("OUTRIGGER_JVM_FLAGS", flags), Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        return run.text();
    }

    @Test
    void smallPiecesAreLinuxsUntilTheLwkIsWarm() {
        Machine.skipUnless(Machine.allowedCpus().size() > 1, "an LWK that shares its core with the program is not warmed");
        assertEquals("small 0\nlarge 1\nlater 1\n", pieces(""));
        assertEquals("small 0\nlarge 1\nlater 1\n", pieces("", "--intercept=trap"));
        assertEquals("small 0\nlarge 1\nlater 1\n", pieces("-Doutrigger.patch.after=1"));
    }

    @Test
    void allAreTheLwksWhereItIsNotWarmed() {
        assertEquals("small 1\nlarge 1\nlater 1\n", pieces("-Doutrigger.rehearse=0"));
    }

    /** What the user asks of memory holds from the first piece on. */
    @Test
    void allAreTheLwksWhereMemoryIsAskedFor() {
        assertEquals("small 1\nlarge 1\nlater 1\n", pieces("", "--mem=64m"));
        assertEquals("small 1\nlarge 1\nlater 1\n", pieces("", "--pagefault=map"));
    }
}
