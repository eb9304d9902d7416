package org.outrigger.node.check;

import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/** What only a boot can change. Source: {@code Documentation/admin-guide/kernel-parameters.txt} of the kernel. */
final class BootChecks {
    private BootChecks() {
    }

    static List<Finding> of(Facts facts) {
        return List.of(tick(facts), callbacks(facts), isolation(facts), interrupts(facts), clock(facts), stalls(facts));
    }

    /** Whether a list of cores holds all that are to be quiet. */
    private static boolean covers(Facts facts, Optional<String> list) {
        Optional<CpuSet> cpus = list.flatMap(facts::cpus);
        return cpus.isPresent() && cpus.get().containsAll(facts.lwk());
    }

    private static Finding tick(Facts facts) {
        String reason = "a core with the timer tick is interrupted 100 to 1,000 times a second, some microseconds each";
        Optional<String> list = facts.sys("devices/system/cpu/nohz_full").or(() -> facts.parameter("nohz_full"));
        if (covers(facts, list)) {
            return Finding.good("timer-tick", "nohz_full=" + list.get(), reason);
        }
        if (facts.configured("CONFIG_NO_HZ_FULL").orElse(true)) {
            return Finding.noise("timer-tick", list.filter(text -> !text.isEmpty() && !text.equals("(null)"))
                    .map("nohz_full="::concat).orElse("on every core"), reason, "boot with nohz_full=" + facts.lwk());
        }
        return Finding.noise("timer-tick", "on every core; this kernel is built without CONFIG_NO_HZ_FULL", reason,
                "install a kernel with CONFIG_NO_HZ_FULL (Debian's has it) and boot with nohz_full=" + facts.lwk());
    }

    private static Finding callbacks(Facts facts) {
        String reason = "the kernel frees memory in RCU callbacks on the core that asked for it";
        Optional<String> list = facts.parameter("rcu_nocbs");
        if (covers(facts, list) || list.filter("all"::equals).isPresent() || covers(facts, facts.parameter("nohz_full"))) {
            return Finding.good("rcu-callbacks", "off the LWK cores", reason);
        }
        return facts.configured("CONFIG_RCU_NOCB_CPU").orElse(true)
                ? Finding.noise("rcu-callbacks", "on every core", reason, "boot with rcu_nocbs=" + facts.lwk())
                : Finding.noise("rcu-callbacks", "on every core; this kernel is built without CONFIG_RCU_NOCB_CPU", reason,
                        "install a kernel with CONFIG_RCU_NOCB_CPU and boot with rcu_nocbs=" + facts.lwk());
    }

    private static Finding isolation(Facts facts) {
        String reason = "the scheduler moves any thread to any core, and looks for work to move there";
        Optional<String> list = facts.sys("devices/system/cpu/isolated");
        if (covers(facts, list) && !facts.lwk().isEmpty()) {
            return Finding.good("isolation", "isolated: " + list.get(), reason);
        }
        return Finding.advice("isolation", list.filter(text -> !text.isEmpty()).map("isolated: "::concat).orElse("no core"),
                reason, "boot with isolcpus=domain,managed_irq," + facts.lwk() + ", or use an isolated cpuset partition");
    }

    private static Finding interrupts(Facts facts) {
        String reason = "interrupts that are set up later go where the default says";
        Optional<String> mask = facts.proc("irq/default_smp_affinity");
        if (mask.isEmpty()) {
            return Finding.unknown("irq-default", "no /proc/irq/default_smp_affinity", reason);
        }
        CpuSet cpus = CpuMask.parse(mask.get());
        return cpus.intersection(facts.lwk()).isEmpty() ? Finding.good("irq-default", "CPUs " + cpus, reason)
                : Finding.advice("irq-default", "CPUs " + cpus, reason,
                        "echo " + CpuMask.text(facts.others()) + " > /proc/irq/default_smp_affinity, or boot with irqaffinity="
                        + facts.others());
    }

    private static Finding clock(Facts facts) {
        String reason = "reading the time from anything but the time stamp counter is a system call of a microsecond";
        Optional<String> source = facts.sys("devices/system/clocksource/clocksource0/current_clocksource");
        return source.map(name -> name.equals("tsc") ? Finding.good("clock-source", name, reason)
                : Finding.noise("clock-source", name, reason, "boot with tsc=reliable clocksource=tsc, if the processor's TSC is"
                        + " invariant (constant_tsc, nonstop_tsc)")).orElse(Finding.unknown("clock-source", "not told", reason));
    }

    private static Finding stalls(Facts facts) {
        String reason = "mitigations make every entry into the kernel longer, interrupts too";
        Optional<String> value = facts.parameter("mitigations");
        return value.filter("off"::equals).isPresent() ? Finding.good("mitigations", "off", reason)
                : Finding.advice("mitigations", value.map("mitigations="::concat).orElse("the kernel's default"), reason,
                        "boot with mitigations=off, where all users of the node trust each other");
    }
}
