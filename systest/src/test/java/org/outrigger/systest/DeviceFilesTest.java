package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** Device files on the LWK: mapped beside its arenas, asked by ioctl, reading and writing its memory by themselves. */
class DeviceFilesTest {
    private static final List<String> SECTIONS = List.of("zero_private", "zero_shared", "disk_ioctl", "disk_mapping",
        "among_memory", "direct", "limited", "interface", "terminal", "cpuid", "clock", "physical", "machine");
    private static final String LIMIT_MIB = "64";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int POOL = 40;

    @TempDir
    private Path folder;

    private static String program() {
        return ConformanceTest.program("devices").toString();
    }

    /** Each kind of device by itself; those that this machine does not have are skipped. */
    @TestFactory
    Stream<DynamicTest> everyKind() {
        return SECTIONS.stream().map(section -> dynamicTest(section, () -> {
            Run natively = NativeAndLwk.of(program(), section).compareSuccess();
            Machine.skipUnless(natively.text().equals("ok " + section + "\n"), natively.text().lines().findFirst().orElse(""));
        }));
    }

    /** Natively the limit is RLIMIT_DATA, which counts what {@code --mem} counts: not what belongs to a device. */
    @Test
    void withinALimitOfMemory() {
        List<String> natively = List.of("bash", "-c", "ulimit -d " + Integer.parseInt(LIMIT_MIB) * 1024 + "; exec \"$@\"", "bash",
            program());
        NativeAndLwk.of(natively.toArray(String[]::new)).with("DEVICES_MIB", LIMIT_MIB)
            .lwkCommand(Outrigger.run(List.of("--mem=" + LIMIT_MIB + "M"), List.of(program()))).compareSuccess();
        Run unlimited = NativeAndLwk.of(program(), "limited").with("DEVICES_MIB", LIMIT_MIB).onLwk();
        assertNotEquals(0, unlimited.status(), unlimited::summary);
    }

    /** The memory that devices work in is of pages of 2 MiB from Linux's pool. */
    @Test
    void onPagesFromThePool() throws IOException {
        try (PoolOfPages pool = new PoolOfPages(POOL)) {
            Path report = folder.resolve("report.txt");
            Run run = Job.start(Outrigger.run(List.of("--report=" + report), List.of(program())), folder).await(LIMIT);
            assertEquals(0, run.status(), run::summary);
            String text = Files.readString(report);
            assertTrue(text.contains("pool pages of 2 MiB"), text);
            assertEquals(POOL, pool.free(), "pages are left in use");
        }
    }
}
