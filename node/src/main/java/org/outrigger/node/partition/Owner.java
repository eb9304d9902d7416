package org.outrigger.node.partition;

import java.util.Optional;

/**
 * A process, told from a later one with the same number by when it started.
 *
 * @param pid   its number
 * @param start clock ticks from boot to its start, field 22 of {@code /proc/PID/stat} (proc(5))
 */
public record Owner(int pid, long start) {
    private static final int START_AFTER_NAME = 19;

    /** The process, or thread, that has a number now. */
    public static Optional<Owner> of(NodeFiles files, int pid) {
        return files.read("/proc/" + pid + "/stat").flatMap(stat -> {
            // The name before may have blanks and brackets in it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            return fields.length <= START_AFTER_NAME || fields[0].equals("Z") || fields[0].equals("X") ? Optional.empty()
                    : Optional.of(new Owner(pid, Long.parseLong(fields[START_AFTER_NAME])));
        });
    }

    /** Whether it still runs. */
    public boolean alive(NodeFiles files) {
        return of(files, pid).filter(this::equals).isPresent();
    }

    @Override
    public String toString() {
        return pid + " " + start;
    }

    static Owner parse(String text) {
        String[] words = text.split(" ");
        return new Owner(Integer.parseInt(words[0]), Long.parseLong(words[1]));
    }
}
