package org.outrigger.lab.arms;

/** A way to run a program. */
public enum ArmKind {
    /** Plain Linux: every CPU that this command may use, no other wish. */
    LINUX("linux"),
    /** Plain Linux, bound to the LWK cores. */
    NATIVE("native"),
    /** Plain Linux in a cpuset control group of its own, which has the LWK cores. */
    LINUX_CGROUP("linux+cgroup"),
    /** Linux as well as it can be set up without a reboot: bound, in real time, interrupts and work queues moved away. */
    LINUX_TUNED("linux+tuned"),
    /** The lightweight kernel by its defaults. */
    LWK("lwk"),
    /** The lightweight kernel with the program's threads in real time ({@code run --sched fifo}). */
    LWK_FIFO("lwk+fifo"),
    /** The lightweight kernel in a partition of its own ({@code run --isolate}). */
    LWK_ISOLATED("lwk+isolated");

    private final String key;

    ArmKind(String key) {
        this.key = key;
    }

    /** The name on the command line and in the JSON. */
    public String key() {
        return key;
    }

    /** Whether the program runs on an LWK. */
    public boolean onLwk() {
        return this == LWK || this == LWK_FIFO || this == LWK_ISOLATED;
    }
}
