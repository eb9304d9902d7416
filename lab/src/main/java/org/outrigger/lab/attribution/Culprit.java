package org.outrigger.lab.attribution;

import java.util.Locale;

/**
 * What ran instead of the measured thread.
 *
 * @param kind what sort of thing
 * @param name which one, as the kernel calls it
 */
public record Culprit(Kind kind, String name) {
    /** The time of which nothing is known. */
    static final Culprit UNKNOWN = new Culprit(Kind.UNKNOWN, "unknown");
    /** No event of this kernel, while the hypervisor counted stolen time. */
    static final Culprit STEAL = new Culprit(Kind.STEAL, "hypervisor");

    private static final String TIMER = "local_timer";

    /** Sorts of culprits. */
    public enum Kind {
        /** The handler of a device's interrupt. */
        INTERRUPT,
        /** The handler of an interrupt that belongs to the processor: timer, reschedule, call of a function. */
        VECTOR,
        /** A non-maskable interrupt. */
        NMI,
        /** Deferred work of an interrupt. */
        SOFTIRQ,
        /** A thread of the kernel. */
        KERNEL_THREAD,
        /** A thread of a program. */
        USER_TASK,
        /** The hypervisor ran something else on the processor. */
        STEAL,
        /** Nothing that is known. */
        UNKNOWN;

        /** As reports call it. */
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** What an administrator can do about it. */
    public String mend() {
        return switch (kind) {
            case INTERRUPT -> "write the Linux cores to /proc/irq/N/smp_affinity_list; stop irqbalance or ban the core";
            case VECTOR -> vectorMend();
            case NMI -> "boot with nmi_watchdog=0, or sysctl kernel.nmi_watchdog=0; end running perf sessions";
            case SOFTIRQ -> softirqMend();
            case KERNEL_THREAD -> threadMend();
            case USER_TASK -> "keep it off the core: cpusets, taskset, or isolcpus= at boot";
            case STEAL -> "give the virtual CPU a physical one of its own, or measure on metal";
            case UNKNOWN -> "firmware (SMI), the hypervisor, or a kernel without these events";
        };
    }

    private String vectorMend() {
        if (name.equals(TIMER)) {
            return "boot with nohz_full= and one thread on the core; lower CONFIG_HZ";
        }
        return name.startsWith("call_function") ? "changes of memory maps and of tracing elsewhere cause these: less of them"
                : "wake-ups from other cores: bind who is woken to the Linux cores";
    }

    private String softirqMend() {
        return switch (name) {
            case "RCU" -> "boot with rcu_nocbs= for the core";
            case "NET_RX", "NET_TX" -> "move the network interrupts and rps_cpus to the Linux cores";
            case "BLOCK" -> "move the disk's interrupts; queue/rq_affinity=2";
            case "SCHED" -> "isolcpus=domain or a cpuset partition without load balancing";
            default -> "boot with nohz_full=; move the timers with the work that arms them";
        };
    }

    private String threadMend() {
        if (name.equals("idle")) {
            return "the core was kept from real-time threads: sysctl kernel.sched_rt_runtime_us=-1, and the runtime in"
                    + " /sys/kernel/debug/sched/fair_server; or the program waited";
        }
        if (name.startsWith("kworker")) {
            return "write the Linux cores to /sys/devices/virtual/workqueue/cpumask; bound ones come with the core's own work";
        }
        if (name.startsWith("rcu")) {
            return "boot with rcu_nocbs= for the core";
        }
        if (name.startsWith("migration") || name.startsWith("cpuhp") || name.startsWith("watchdog")) {
            return "one per core by design; sysctl kernel.watchdog=0 takes the watchdog away";
        }
        return name.startsWith("ksoftirqd") ? "deferred work of interrupts: move the interrupts"
                : "taskset -p, where the thread is not bound by the kernel";
    }
}
