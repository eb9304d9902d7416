package org.outrigger.node.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuMask;
import org.outrigger.node.CpuSet;

/** Work of the kernel and of its helpers that comes to the LWK cores and could go elsewhere. */
final class KernelWorkChecks {
    private static final int MANY = 6;

    private KernelWorkChecks() {
    }

    static List<Finding> of(Facts facts) {
        return List.of(queues(facts), interrupts(facts), balancer(facts),
                onOff(facts, "nmi-watchdog", "sys/kernel/nmi_watchdog", "kernel.nmi_watchdog",
                        "the hard lock-up detector interrupts every core by a performance counter, which it also keeps busy"),
                onOff(facts, "soft-watchdog", "sys/kernel/soft_watchdog", "kernel.soft_watchdog",
                        "the soft lock-up detector wakes a thread on every core every few seconds"),
                onOff(facts, "timer-migration", "sys/kernel/timer_migration", "kernel.timer_migration",
                        "timers of idle cores move to busy ones"),
                statistics(facts));
    }

    private static Finding queues(Facts facts) {
        String reason = "unbound work of the kernel (writeback, crypto, file systems) runs on any core of this mask";
        Optional<String> mask = facts.sys("devices/virtual/workqueue/cpumask");
        if (mask.isEmpty()) {
            return Finding.unknown("work-queues", "not told", reason);
        }
        CpuSet cpus = CpuMask.parse(mask.get());
        return cpus.intersection(facts.lwk()).isEmpty() ? Finding.good("work-queues", "CPUs " + cpus, reason)
                : Finding.noise("work-queues", "CPUs " + cpus, reason,
                        "echo " + CpuMask.text(facts.others()) + " > /sys/devices/virtual/workqueue/cpumask");
    }

    private static Finding interrupts(Facts facts) {
        String reason = "a device's interrupt takes the core for some microseconds, and its deferred work for longer";
        List<String> here = new ArrayList<>();
        for (String number : Facts.names(facts.proc().resolve("irq"), "[0-9]*")) {
            Optional<CpuSet> target = facts.proc("irq/" + number + "/effective_affinity_list")
                    .filter(text -> !text.isEmpty()).or(() -> facts.proc("irq/" + number + "/smp_affinity_list"))
                    .flatMap(facts::cpus);
            // An interrupt that somebody handles has a folder with the name of each handler.
            boolean used = !Facts.folders(facts.proc().resolve("irq").resolve(number)).isEmpty();
            if (used && target.isPresent() && !target.get().intersection(facts.lwk()).isEmpty()) {
                here.add(number);
            }
        }
        here.sort((left, right) -> Integer.compare(Integer.parseInt(left), Integer.parseInt(right)));
        return here.isEmpty() ? Finding.good("irqs", "none on the LWK cores", reason)
                : Finding.noise("irqs", here.size() + " on the LWK cores: " + abbreviated(here), reason,
                        "for i in " + String.join(" ", here) + "; do echo " + facts.others()
                        + " > /proc/irq/$i/smp_affinity_list; done");
    }

    private static String abbreviated(List<String> names) {
        return names.size() <= MANY ? String.join(" ", names) : String.join(" ", names.subList(0, MANY)) + " ...";
    }

    private static Finding balancer(Facts facts) {
        String reason = "irqbalance moves interrupts back to the LWK cores every ten seconds";
        for (String pid : Facts.names(facts.proc(), "[0-9]*")) {
            if (facts.proc(pid + "/comm").filter("irqbalance"::equals).isPresent()) {
                return Finding.noise("irqbalance", "runs, process " + pid, reason, "set IRQBALANCE_BANNED_CPULIST=" + facts.lwk()
                        + " in /etc/default/irqbalance and restart it, or systemctl disable --now irqbalance");
            }
        }
        return Finding.good("irqbalance", "does not run", reason);
    }

    private static Finding onOff(Facts facts, String subject, String file, String control, String reason) {
        Optional<String> value = facts.proc(file);
        return value.map(text -> text.equals("0") ? Finding.good(subject, "off", reason)
                : Finding.advice(subject, "on", reason, "sysctl -w " + control + "=0"))
                .orElse(Finding.good(subject, "not in this kernel", reason));
    }

    private static Finding statistics(Facts facts) {
        String reason = "each core folds its memory statistics so often, in seconds, by a bound kernel worker";
        long quiet = 60;
        Optional<Long> interval = CpuChecks.number(facts.proc("sys/vm/stat_interval"));
        return interval.map(seconds -> seconds >= quiet ? Finding.good("vm-statistics", seconds + " s", reason)
                : Finding.advice("vm-statistics", seconds + " s", reason, "sysctl -w vm.stat_interval=" + quiet * 2))
                .orElse(Finding.unknown("vm-statistics", "not told", reason));
    }
}
