package org.outrigger.node.partition;

/**
 * A process or a thread of the kernel that runs, or may run, on the cores of a partition and is not in it.
 *
 * @param pid    its number
 * @param name   its name, as {@code /proc/PID/stat} has it
 * @param kernel whether it is a thread of the kernel
 * @param reason why it is there
 */
public record Stranger(int pid, String name, boolean kernel, String reason) {

    /** In one line: {@code kernel thread ksoftirqd/3 (28): belongs to this CPU}. */
    @Override
    public String toString() {
        return (kernel ? "kernel thread " : "process ") + name + " (" + pid + "): " + reason;
    }
}
