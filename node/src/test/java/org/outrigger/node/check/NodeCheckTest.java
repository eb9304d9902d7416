package org.outrigger.node.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/** Nodes made of files, well and badly set up. */
class NodeCheckTest {
    @TempDir
    private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Map<String, Finding> findings() {
        Facts facts = new Facts(root.resolve("proc"), root.resolve("sys"), CpuSet.range(2, 7), CpuSet.range(0, 7));
        return NodeCheck.of(facts).stream().collect(Collectors.toMap(Finding::subject, Function.identity()));
    }

    private void quietNode() throws IOException {
        file("proc/cmdline", "BOOT_IMAGE=/vmlinuz nohz_full=2-7 rcu_nocbs=2-7 isolcpus=domain,managed_irq,2-7 mitigations=off\n");
        file("proc/sys/kernel/sched_rt_runtime_us", "-1\n");
        file("proc/sys/kernel/nmi_watchdog", "0\n");
        file("proc/sys/kernel/soft_watchdog", "0\n");
        file("proc/sys/kernel/timer_migration", "0\n");
        file("proc/sys/kernel/numa_balancing", "0\n");
        file("proc/sys/vm/stat_interval", "120\n");
        file("proc/sys/vm/compaction_proactiveness", "0\n");
        file("proc/swaps", "Filename Type Size Used Priority\n");
        file("proc/cpuinfo", "flags : fpu tsc\n");
        file("proc/irq/default_smp_affinity", "03\n");
        file("proc/irq/24/smp_affinity_list", "0-1\n");
        file("proc/irq/24/disk/x", "");
        file("proc/1/comm", "init\n");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
        file("sys/devices/system/cpu/nohz_full", "2-7\n");
        file("sys/devices/system/cpu/isolated", "2-7\n");
        file("sys/devices/virtual/workqueue/cpumask", "00000003\n");
        for (int cpu = 0; cpu < 8; cpu++) {
            file("sys/devices/system/cpu/cpu" + cpu + "/cpufreq/scaling_governor", "performance\n");
            file("sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list", (cpu / 2 * 2) + "-" + (cpu / 2 * 2 + 1));
            file("sys/devices/system/cpu/cpu" + cpu + "/cpuidle/state1/latency", "2\n");
            file("sys/devices/system/cpu/cpu" + cpu + "/cpuidle/state1/disable", "0\n");
        }
        file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        file("sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0\n");
        file("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "512\n");
        file("sys/kernel/mm/ksm/run", "0\n");
    }

    @Test
    void aQuietNode() throws IOException {
        quietNode();
        findings().values().forEach(finding -> assertEquals(Finding.Level.GOOD, finding.level(), finding::toString));
    }

    @Test
    void anUnknownNodeClaimsNothing() {
        Map<String, Finding> findings = findings();
        assertEquals(Finding.Level.UNKNOWN, findings.get("clock-source").level());
        assertEquals(Finding.Level.UNKNOWN, findings.get("governor").level());
        assertEquals(Finding.Level.NOISE, findings.get("timer-tick").level());
        findings.values().forEach(finding -> {
            boolean mendable = finding.level() == Finding.Level.NOISE || finding.level() == Finding.Level.ADVICE;
            assertEquals(mendable, !finding.mend().isEmpty(), finding::toString);
            assertFalse(finding.reason().isEmpty());
        });
    }

    private void becomes(String subject, Finding.Level level, String mend) {
        Finding finding = findings().get(subject);
        assertEquals(level, finding.level(), finding::toString);
        assertTrue(finding.mend().contains(mend), finding::toString);
    }

    @Test
    void eachFaultIsFound() throws IOException {
        quietNode();
        file("sys/devices/system/cpu/cpu5/cpufreq/scaling_governor", "schedutil\n");
        becomes("governor", Finding.Level.NOISE, "cpupower -c 2-7 frequency-set -g performance");
        file("sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "0,2\n");
        becomes("smt", Finding.Level.NOISE, "smt/control");
        file("sys/devices/system/cpu/cpu7/cpuidle/state2/latency", "133\n");
        file("sys/devices/system/cpu/cpu7/cpuidle/state2/disable", "0\n");
        becomes("idle-states", Finding.Level.ADVICE, "idle-set");
        file("sys/devices/system/cpu/cpu7/cpuidle/state2/disable", "1\n");
        becomes("idle-states", Finding.Level.GOOD, "");
        file("sys/devices/virtual/workqueue/cpumask", "000000ff\n");
        becomes("work-queues", Finding.Level.NOISE, "echo 3 > /sys/devices/virtual/workqueue/cpumask");
        file("proc/irq/30/effective_affinity_list", "6\n");
        becomes("irqs", Finding.Level.GOOD, "");
        file("proc/irq/30/virtio0/x", "");
        becomes("irqs", Finding.Level.NOISE, "for i in 30; do echo 0-1 > /proc/irq/$i/smp_affinity_list");
        file("proc/77/comm", "irqbalance\n");
        becomes("irqbalance", Finding.Level.NOISE, "IRQBALANCE_BANNED_CPULIST=2-7");
        file("proc/sys/kernel/numa_balancing", "1\n");
        becomes("numa-balancing", Finding.Level.NOISE, "numa_balancing=0");
        file("proc/sys/kernel/sched_rt_runtime_us", "950000\n");
        becomes("rt-throttling", Finding.Level.ADVICE, "sched_rt_runtime_us=-1");
        file("sys/kernel/mm/ksm/run", "1\n");
        becomes("ksm", Finding.Level.NOISE, "ksm/run");
        file("proc/swaps", "Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n");
        becomes("swap", Finding.Level.ADVICE, "swapoff");
        file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
        becomes("huge-pages", Finding.Level.ADVICE, "madvise");
        file("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
        becomes("clock-source", Finding.Level.NOISE, "tsc");
        file("proc/cpuinfo", "flags : fpu hypervisor tsc\n");
        becomes("hypervisor", Finding.Level.ADVICE, "pin");
        file("proc/irq/default_smp_affinity", "ff\n");
        becomes("irq-default", Finding.Level.ADVICE, "irqaffinity=0-1");
    }

    @Test
    void bootParameters() throws IOException {
        quietNode();
        file("proc/cmdline", "quiet nohz_full=4-7\n");
        file("sys/devices/system/cpu/nohz_full", "4-7\n");
        file("sys/devices/system/cpu/isolated", "\n");
        becomes("timer-tick", Finding.Level.NOISE, "boot with nohz_full=2-7");
        becomes("rcu-callbacks", Finding.Level.NOISE, "boot with rcu_nocbs=2-7");
        becomes("isolation", Finding.Level.ADVICE, "isolcpus=domain,managed_irq,2-7");
        becomes("mitigations", Finding.Level.ADVICE, "mitigations=off");
        file("proc/cmdline", "quiet nohz_full=2-7\n");
        becomes("rcu-callbacks", Finding.Level.GOOD, "");
    }

    @Test
    void whatTheKernelWasBuiltWithout() throws IOException {
        quietNode();
        file("proc/cmdline", "quiet\n");
        file("sys/devices/system/cpu/nohz_full", "(null)\n");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(root.resolve("proc/config.gz")))) {
            out.write("CONFIG_RCU_NOCB_CPU=y\n# CONFIG_NO_HZ_FULL is not set\n".getBytes(StandardCharsets.US_ASCII));
        }
        becomes("timer-tick", Finding.Level.NOISE, "install a kernel");
        becomes("rcu-callbacks", Finding.Level.NOISE, "boot with rcu_nocbs");
    }

    @Test
    void masks() {
        assertEquals("1,00000000,00000003", CpuMask.text(CpuSet.of(0, 1, 64)));
        assertEquals(CpuSet.of(0, 1, 64), CpuMask.parse("1,00000000,00000003\n"));
        assertEquals(CpuSet.EMPTY, CpuMask.parse("0"));
        assertEquals(CpuSet.EMPTY, CpuMask.parse("none"));
    }
}
