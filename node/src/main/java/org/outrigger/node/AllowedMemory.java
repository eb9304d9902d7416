package org.outrigger.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How much memory a process may use: what its NUMA nodes have, or less where a control group of it has a limit. Source:
 * {@code cgroups(7)}, {@code memory.max} of version 2 and {@code memory.limit_in_bytes} of version 1.
 */
public final class AllowedMemory {
    private static final int MOUNT_FIELDS = 6;

    private AllowedMemory() {
    }

    /**
     * Reads what there is now.
     *
     * @param nodes the machine's NUMA nodes
     * @param self  the process's folder in procfs, {@code /proc/self} outside tests
     * @return bytes
     * @throws IOException for a file that is there and cannot be read
     */
    public static long read(MemoryNodes nodes, Path self) throws IOException {
        long bytes = 0;
        for (int number : nodes.usable()) {
            bytes += nodes.node(number).orElseThrow().totalBytes();
        }
        for (String line : lines(self.resolve("cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3 && (fields[1].isEmpty() || ("," + fields[1] + ",").contains(",memory,"))) {
                bytes = Math.min(bytes, least(fields[2], fields[1].isEmpty(), lines(self.resolve("mountinfo"))));
            }
        }
        return bytes;
    }

    private static String[] lines(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).split("\n");
        } catch (NoSuchFileException none) {
            return new String[0];
        }
    }

    /** The least limit of a group and those that it is in, as far as they can be seen. */
    private static long least(String group, boolean unified, String[] mounts) throws IOException {
        long bytes = Long.MAX_VALUE;
        for (String line : mounts) {
            int dash = line.indexOf(" - ");
            String[] fields = line.split(" ");
            if (dash < 0 || fields.length < MOUNT_FIELDS || !carries(line.substring(dash + 3).split(" "), unified)) {
                continue;
            }
            Path top = Path.of(fields[4]);
            String root = fields[3];
            boolean below = root.equals("/") || group.equals(root) || group.startsWith(root + "/");
            String rest = below ? group.substring(root.equals("/") ? 0 : root.length()) : "";
            Path folder = top.resolve(rest.startsWith("/") ? rest.substring(1) : rest).normalize();
            for (; folder != null && folder.startsWith(top); folder = folder.getParent()) {
                bytes = Math.min(bytes, limit(folder.resolve(unified ? "memory.max" : "memory.limit_in_bytes")));
            }
        }
        return bytes;
    }

    private static boolean carries(String[] type, boolean unified) {
        return unified ? type[0].equals("cgroup2")
                : type[0].equals("cgroup") && ("," + type[type.length - 1] + ",").contains(",memory,");
    }

    private static long limit(Path file) throws IOException {
        String[] text = lines(file);
        try {
            return text.length == 0 || text[0].equals("max") ? Long.MAX_VALUE : Long.parseLong(text[0].strip());
        } catch (NumberFormatException broken) {
            throw new IOException(file + ": '" + text[0] + "' is not a number", broken);
        }
    }
}
