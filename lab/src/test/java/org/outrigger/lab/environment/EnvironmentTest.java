package org.outrigger.lab.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {
    @TempDir
    private Path root;

    private void file(String name, String text) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), text);
    }

    private Map<String, String> facts() {
        return Environment.read(root, "").facts().stream().collect(Collectors.toMap(Fact::key, Fact::value));
    }

    @Test
    void aMachine() throws IOException {
        file("proc/cpuinfo", "processor\t: 0\nmodel name\t: A Model: 7\nflags\t\t: fpu constant_tsc nonstop_tsc hypervisor\n");
        file("proc/cmdline", "quiet isolcpus=2-3\n");
        file("proc/sys/kernel/osrelease", "6.1.0\n");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        file("sys/devices/system/cpu/isolated", "2-3\n");
        file("sys/devices/system/cpu/nohz_full", "(null)\n");
        file("sys/devices/system/cpu/smt/active", "1\n");
        file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
        file("proc/self/cgroup", "3:cpuset:/\n0::/a\n");
        Map<String, String> facts = facts();
        assertEquals("A Model: 7", facts.get("cpu"));
        assertEquals("yes", facts.get("steady_tsc"));
        assertEquals("yes", facts.get("virtual"));
        assertEquals("quiet isolcpus=2-3", facts.get("boot_parameters"));
        assertEquals("6.1.0", facts.get("kernel"));
        assertEquals("madvise", facts.get("transparent_huge_pages"));
        assertEquals("2-3", facts.get("cpus_isolated"));
        assertEquals("none", facts.get("cpus_nohz_full"));
        assertEquals("on", facts.get("smt"));
        assertEquals("performance", facts.get("governor"));
        assertEquals("3:cpuset:/ 0::/a", facts.get("control_groups"));
        assertEquals("none", facts.get("jvm_flags"));
    }

    @Test
    void whatIsHiddenIsUnknown() {
        assertFalse(Environment.read(root, "").steadyTsc());
        assertEquals("unknown", facts().get("governor"));
        assertEquals("unknown", facts().get("cpu"));
        assertEquals("unknown", Environment.chosen("unknown"));
        assertTrue(Environment.read("-Dx").kernel().matches("[0-9].*"), "this machine tells its own");
    }
}
