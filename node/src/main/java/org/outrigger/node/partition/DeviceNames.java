package org.outrigger.node.partition;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which interrupts a device of sysfs has. A device that has none itself, as a network interface or a disk, has those of the
 * nearest device that it hangs on, up to the first on the PCI bus. Source: {@code Documentation/ABI/testing/sysfs-bus-pci} and
 * {@code sysfs-devices} of Linux.
 */
final class DeviceNames {
    private static final String CLASSES = "/sys/class";
    private static final String BUSES = "/sys/bus";
    private static final String DISKS = "/sys/block";
    /** From a disk over its controller's target, host and port to the controller is five. */
    private static final int HIGHEST = 8;

    private final NodeFiles files;

    DeviceNames(NodeFiles files) {
        this.files = files;
    }

    /** The interrupts of what is called so in any class, on any bus or among the disks; none where nothing is. */
    Set<Integer> interrupts(String name) {
        Set<Integer> found = new TreeSet<>();
        if (name.isEmpty() || name.contains("/") || name.startsWith(".")) {
            return found;
        }
        for (String group : files.names(CLASSES)) {
            found.addAll(above(CLASSES + "/" + group + "/" + name + "/device"));
        }
        found.addAll(above(DISKS + "/" + name + "/device"));
        for (String bus : files.names(BUSES)) {
            found.addAll(above(BUSES + "/" + bus + "/devices/" + name));
        }
        return found;
    }

    /** All names that have interrupts: interfaces, disks, controllers, and the devices of the PCI and virtio buses. */
    Map<String, Set<Integer>> all() {
        Map<String, Set<Integer>> all = new TreeMap<>();
        for (String group : new String[] {"net", "nvme", "infiniband", "scsi_host"}) {
            for (String name : files.names(CLASSES + "/" + group)) {
                add(all, name, above(CLASSES + "/" + group + "/" + name + "/device"));
            }
        }
        for (String name : files.names(DISKS)) {
            add(all, name, above(DISKS + "/" + name + "/device"));
        }
        for (String bus : new String[] {"pci", "virtio"}) {
            for (String name : files.names(BUSES + "/" + bus + "/devices")) {
                add(all, name, above(BUSES + "/" + bus + "/devices/" + name));
            }
        }
        return all;
    }

    private static void add(Map<String, Set<Integer>> all, String name, Set<Integer> interrupts) {
        if (!interrupts.isEmpty()) {
            all.computeIfAbsent(name, none -> new TreeSet<>()).addAll(interrupts);
        }
    }

    private Set<Integer> above(String device) {
        String folder = device;
        for (int height = 0; height < HIGHEST && files.exists(folder + "/uevent"); height++) {
            Set<Integer> here = of(folder);
            if (!here.isEmpty() || files.exists(folder + "/config")) {
                return here; // the bridge above has interrupts of its own
            }
            // The kernel goes up from where the link leads; a folder between that is no device is passed over.
            folder += files.exists(folder + "/../uevent") ? "/.." : "/../..";
        }
        return Set.of();
    }

    private Set<Integer> of(String folder) {
        Set<Integer> found = new TreeSet<>();
        for (String number : files.names(folder + "/msi_irqs")) {
            found.add(Integer.parseInt(number));
        }
        if (found.isEmpty()) {
            files.read(folder + "/irq").filter(text -> text.matches("[1-9][0-9]{0,8}")).ifPresent(text ->
                    found.add(Integer.parseInt(text)));
        }
        return found;
    }
}
