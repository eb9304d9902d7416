package org.outrigger.node.partition;

import java.util.List;
import org.outrigger.node.CpuSet;

/**
 * An interrupt line of a device.
 *
 * @param number    its number, as in {@code /proc/interrupts}
 * @param actions   names of its handlers: {@code virtio1-req.0}; none where nobody handles it
 * @param devices   devices that it belongs to, as sysfs has them: {@code vda}, {@code virtio1}, {@code 0000:00:02.0}
 * @param chip      what delivers it: {@code IO-APIC}, {@code PCI-MSIX-0000:00:02.0}; empty where the kernel does not tell
 * @param type      {@code edge} or {@code level}; empty where the kernel does not tell
 * @param affinity  the CPUs that it may go to
 * @param effective the CPUs that it goes to
 * @param managed   whether its driver or its chip has fixed the CPUs, so that nobody else can; Linux before 6.10 tells only where
 *                  debugfs is mounted, else when it is asked to move it
 */
public record Interrupt(int number, List<String> actions, List<String> devices, String chip, String type, CpuSet affinity,
                        CpuSet effective, boolean managed) {

    /** Copies what could change. */
    public Interrupt {
        actions = List.copyOf(actions);
        devices = List.copyOf(devices);
    }

    /** Whether it has come to some CPUs for good: those that it may go to and those that it goes to are among them. */
    boolean staysOn(CpuSet cpus) {
        return !affinity.intersection(cpus).isEmpty() && !effective.intersection(cpus).isEmpty();
    }

    /** Number and handlers: {@code 36 (virtio1-req.0)}. */
    @Override
    public String toString() {
        return actions.isEmpty() ? Integer.toString(number) : number + " (" + String.join(", ", actions) + ")";
    }
}
