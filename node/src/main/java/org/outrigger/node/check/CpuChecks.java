package org.outrigger.node.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.outrigger.node.CpuSet;

/** The state of the processors: frequency, sleep, threads of a core, real time. */
final class CpuChecks {
    private static final long UNLIMITED = -1;
    private static final long DEEP_US = 50;

    private CpuChecks() {
    }

    static List<Finding> of(Facts facts) {
        return List.of(governor(facts), sleep(facts), siblings(facts), throttling(facts), hypervisor(facts));
    }

    private static Finding governor(Facts facts) {
        String reason = "a core whose frequency follows its load runs the same work at changing speed";
        TreeSet<String> governors = new TreeSet<>();
        for (int cpu : facts.lwk()) {
            facts.sys("devices/system/cpu/cpu" + cpu + "/cpufreq/scaling_governor").ifPresent(governors::add);
        }
        if (governors.isEmpty()) {
            return Finding.unknown("governor", "no frequency control that Linux sees", reason);
        }
        return governors.equals(new TreeSet<>(List.of("performance"))) ? Finding.good("governor", "performance", reason)
                : Finding.noise("governor", String.join(", ", governors), reason, "cpupower -c " + facts.lwk()
                        + " frequency-set -g performance");
    }

    private static Finding sleep(Facts facts) {
        String reason = "a core that sleeps deeply takes long to wake up, and a message waits for it";
        long worst = 0;
        for (int cpu : facts.lwk()) {
            for (String state : Facts.names(facts.sys().resolve("devices/system/cpu/cpu" + cpu + "/cpuidle"), "state*")) {
                String folder = "devices/system/cpu/cpu" + cpu + "/cpuidle/" + state;
                if (facts.sys(folder + "/disable").filter("0"::equals).isPresent()) {
                    worst = Math.max(worst, number(facts.sys(folder + "/latency")).orElse(0L));
                }
            }
        }
        return worst <= DEEP_US ? Finding.good("idle-states", "at most " + worst + " us to wake up", reason)
                : Finding.advice("idle-states", "up to " + worst + " us to wake up", reason, "cpupower -c " + facts.lwk()
                        + " idle-set -D " + DEEP_US + ", or boot with processor.max_cstate=1");
    }

    private static Finding siblings(Facts facts) {
        String reason = "two hardware threads of one core share its units and caches: the other one's work is noise";
        List<String> shared = new ArrayList<>();
        for (int cpu : facts.lwk()) {
            Optional<CpuSet> list = facts.sys("devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list")
                    .flatMap(facts::cpus);
            CpuSet strangers = list.orElse(CpuSet.EMPTY).minus(facts.lwk()).intersection(facts.all());
            if (!strangers.isEmpty()) {
                shared.add(cpu + " with " + strangers);
            }
        }
        return shared.isEmpty() ? Finding.good("smt", "no LWK core shares with a Linux core", reason)
                : Finding.noise("smt", String.join("; ", shared), reason,
                        "echo off > /sys/devices/system/cpu/smt/control, or give the LWK whole cores");
    }

    private static Finding throttling(Facts facts) {
        String reason = "Linux takes a core from real-time threads for the rest of each second: 50 ms in one piece at 950000";
        Optional<Long> runtime = number(facts.proc("sys/kernel/sched_rt_runtime_us"));
        return runtime.map(us -> us == UNLIMITED ? Finding.good("rt-throttling", "off", reason)
                : Finding.advice("rt-throttling", us + " us of each period", reason, "sysctl -w kernel.sched_rt_runtime_us=-1"))
                .orElse(Finding.unknown("rt-throttling", "not told", reason));
    }

    private static Finding hypervisor(Facts facts) {
        String reason = "a hypervisor takes the processor away unseen; only its own settings mend that";
        boolean guest = facts.proc("cpuinfo").filter(text -> text.contains(" hypervisor")).isPresent();
        return guest ? Finding.advice("hypervisor", "a virtual machine", reason,
                "pin each virtual CPU to a physical one of its own; outrigger noise shows what is stolen")
                : Finding.good("hypervisor", "none", reason);
    }

    static Optional<Long> number(Optional<String> text) {
        try {
            return text.map(Long::parseLong);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }
}
