package org.outrigger.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LaunchTest {

    @Test
    void aLaunchTakesAsLongAsItsProgram() throws Exception {
        long nanoseconds = new Launch(List.of("/bin/sleep", "0.2")).time();
        assertTrue(nanoseconds >= 200_000_000, nanoseconds + " ns");
    }

    @Test
    void aFailureNamesTheCommandAndItsStatus() {
        LaunchFailure failure = assertThrows(LaunchFailure.class, () -> new Launch(List.of("/bin/sh", "-c", "exit 7")).time());
        assertEquals("/bin/sh -c exit 7 ended with status 7", failure.getMessage());
    }

    @Test
    void aMissingProgramIsSaid() {
        LaunchFailure failure = assertThrows(LaunchFailure.class, () -> new Launch(List.of("/no/such/program")).time());
        assertTrue(failure.getMessage().startsWith("/no/such/program cannot be started: "), failure.getMessage());
    }

    @Test
    void theJvmAmongTheDescendantsIsWeighed() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = Path.of(IdleJvm.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        OptionalLong peak = new Launch(List.of("/bin/sh", "-c", "\"$0\" -Xmx16m -cp \"$1\" \"$2\"; exit 0", java, classes,
                IdleJvm.class.getName())).peakOfJvm();
        assertTrue(peak.orElse(0) > 10 << 20, "a JVM of " + peak);
        assertTrue(peak.orElse(0) < 1 << 30, "a JVM of " + peak);
    }

    @Test
    void otherDescendantsAreNot() throws Exception {
        assertFalse(new Launch(List.of("/bin/sh", "-c", "/bin/sleep 0.1; exit 0")).peakOfJvm().isPresent());
    }

    @Test
    void thePeakIsReadInKibibytes() {
        assertEquals(OptionalLong.of(2048 * 1024),
                ProcessMemory.peakBytes("VmPeak:\t 9 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"));
        assertEquals(OptionalLong.empty(), ProcessMemory.peakBytes("Name:\tzombie\n"));
    }
}
