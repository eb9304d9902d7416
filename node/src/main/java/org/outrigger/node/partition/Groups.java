package org.outrigger.node.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Control groups: made, filled, emptied, removed. Sources: {@code cgroups(7)}, {@code Documentation/admin-guide/cgroup-v2.rst}.
 */
final class Groups {
    private static final int SWEEPS = 50;
    private static final int PAUSE_MS = 10;
    private static final String PROCESSES = "/cgroup.procs";
    private static final List<String> TYPES = List.of("isolated", "root", "member");

    private final NodeFiles files;

    Groups(NodeFiles files) {
        this.files = files;
    }

    void make(String group) throws IOException {
        if (!files.exists(group)) {
            files.makeFolder(group);
        }
    }

    /** Processes in a group itself. */
    List<Integer> members(String group) {
        List<Integer> members = new ArrayList<>();
        for (String line : files.read(group + PROCESSES).orElse("").split("\n")) {
            if (!line.isEmpty()) {
                members.add(Integer.parseInt(line));
            }
        }
        return members;
    }

    /** Processes in a group and in the groups within it. */
    Set<Integer> allMembers(String group) {
        Set<Integer> all = new TreeSet<>(members(group));
        for (String name : files.names(group)) {
            if (files.exists(group + "/" + name + PROCESSES)) {
                all.addAll(allMembers(group + "/" + name));
            }
        }
        return all;
    }

    /**
     * Takes the processes of one group to another; again until no new one has come by a fork. Those that cannot be moved,
     * threads of the kernel, stay.
     */
    void move(String from, String to) throws IOException {
        List<Integer> staying = new ArrayList<>();
        for (int sweep = 0; sweep < SWEEPS && files.exists(from); sweep++) {
            List<Integer> moving = members(from);
            moving.removeAll(staying);
            if (moving.isEmpty()) {
                return;
            }
            for (int pid : moving) {
                if (KernelThreads.name(files, pid).isPresent()) {
                    staying.add(pid); // these are bound one by one
                    continue;
                }
                try {
                    files.write(to + PROCESSES, Integer.toString(pid));
                } catch (IOException refused) {
                    staying.add(pid);
                }
            }
        }
    }

    /** Removes a group of ours; what is in it goes to another one. */
    void remove(String group, String refuge) throws IOException {
        for (int sweep = 1; files.exists(group); sweep++) {
            for (String name : files.names(group)) {
                if (files.exists(group + "/" + name + PROCESSES)) {
                    remove(group + "/" + name, refuge);
                }
            }
            move(group, refuge);
            try {
                files.removeFolder(group);
            } catch (IOException busy) {
                // A process that is about to end still counts for a moment.
                if (sweep == SWEEPS || !pause()) {
                    throw busy;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MS);
            return true;
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The file by which a group's controllers are switched. */
    String controlFile(String key) {
        return key.substring(0, key.indexOf(' ')) + "/cgroup.subtree_control";
    }

    /** Whether a list of controllers has the one of a key. */
    boolean lists(String controllers, String key) {
        return List.of(controllers.split("\\s+")).contains(key.substring(key.indexOf(' ') + 1));
    }

    void control(String key, boolean on) throws IOException {
        files.write(controlFile(key), (on ? "+" : "-") + key.substring(key.indexOf(' ') + 1));
    }

    /**
     * Switches a controller off again, unless others use it by now: what they set would be lost.
     *
     * @return what is to be told
     */
    Optional<String> release(String key) throws IOException {
        String parent = key.substring(0, key.indexOf(' '));
        String controller = key.substring(key.indexOf(' ') + 1);
        for (String name : files.names(parent)) {
            String group = parent + "/" + name;
            boolean ours = name.startsWith(Cpusets.PREFIX);
            boolean cores = controller.equals("cpuset") && (!files.read(group + Cpusets.CPUS).orElse("").isEmpty()
                    || !files.read(group + Cpusets.MEMS).orElse("").isEmpty());
            if (!ours && (cores || lists(files.read(group + "/cgroup.subtree_control").orElse(""), key))) {
                return Optional.of("the controller " + controller + " stays on in " + parent + ": " + group + " uses it");
            }
        }
        control(key, false);
        return Optional.empty();
    }

    /** Whether a type is no more than another: {@code root} is less than {@code isolated}, {@code member} less than both. */
    boolean atMost(String type, String wanted) {
        return TYPES.indexOf(type) >= TYPES.indexOf(wanted);
    }

    /**
     * Makes a group a partition of a type, or of the next one that the kernel takes: {@code isolated}, {@code root}, {@code
     * member}.
     *
     * @param remarks is told why it is not the type that was asked for, in the kernel's words
     * @return the type that it is
     */
    String become(String file, String type, List<String> remarks) throws IOException {
        String reason = "";
        for (String next : TYPES.subList(TYPES.indexOf(type), TYPES.size())) {
            String now;
            try {
                files.write(file, next);
                now = files.read(file).orElse("");
            } catch (IOException refused) {
                now = refused.getMessage();
            }
            if (now.equals(next)) {
                if (!next.equals(type)) {
                    remarks.add(file + " is " + next + " only: " + reason);
                }
                return next;
            }
            // "isolated invalid (Cpu list in cpuset.cpus not exclusive)"
            reason += (reason.isEmpty() ? "" : "; ") + now;
        }
        throw new IOException(file + ": the kernel takes no type: " + reason);
    }
}
