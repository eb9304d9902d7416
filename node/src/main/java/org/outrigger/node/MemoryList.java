package org.outrigger.node;

import java.util.ArrayList;
import java.util.List;

/**
 * The text form of the memory that a job is given.
 *
 * <pre>
 * list = "all" | "1/" n | part { "," part }
 * part = SIZE [ "@" node ]                      {@link MemorySize}; of one NUMA node, or of whichever has it
 * </pre>
 */
public final class MemoryList {
    /** The node of a part that names none. */
    public static final int ANY_NODE = -1;

    private static final long PAGE = 4096;

    /**
     * Memory of one node.
     *
     * @param bytes how much, in whole pages
     * @param node  its number, or {@link #ANY_NODE}
     */
    public record Part(long bytes, int node) {
    }

    private MemoryList() {
    }

    /**
     * What a list comes to on a machine.
     *
     * @param text    the list
     * @param nodes   the machine's NUMA nodes
     * @param allowed the most bytes that this process may use: {@link AllowedMemory}
     * @return at least one part; together no more than {@code allowed}, and of no node more than it has
     * @throws MemorySizeException for a malformed list, a node that there is not, and for more than there is
     */
    public static List<Part> parse(String text, MemoryNodes nodes, long allowed) throws MemorySizeException {
        if (text.equals("all")) {
            return List.of(whole(allowed, text));
        }
        if (text.startsWith("1/")) {
            return List.of(whole(allowed / divisor(text), text));
        }
        List<Part> parts = new ArrayList<>();
        long sum = 0;
        for (String item : text.split(",", -1)) {
            int at = item.indexOf('@');
            Part part = whole(MemorySize.parse(at < 0 ? item : item.substring(0, at)), item,
                    at < 0 ? ANY_NODE : node(item, item.substring(at + 1), nodes));
            parts.add(part);
            sum = Math.addExact(Math.min(sum, Long.MAX_VALUE / 2), Math.min(part.bytes, Long.MAX_VALUE / 2));
            checkNode(part.node, parts, nodes);
        }
        if (sum > allowed) {
            throw new MemorySizeException("'" + text + "' is more than there is: " + MemorySize.text(allowed));
        }
        return List.copyOf(parts);
    }

    private static Part whole(long bytes, String text) throws MemorySizeException {
        return whole(bytes, text, ANY_NODE);
    }

    private static Part whole(long bytes, String text, int node) throws MemorySizeException {
        if (bytes < PAGE) {
            throw new MemorySizeException("'" + text + "' is less than a page of 4K");
        }
        return new Part(bytes & -PAGE, node);
    }

    private static long divisor(String text) throws MemorySizeException {
        String digits = text.substring(2);
        boolean number = !digits.isEmpty() && digits.length() < 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(digits) == 0) {
            throw new MemorySizeException("'" + text + "' is no fraction: 1/2, 1/3 and so on are");
        }
        return Integer.parseInt(digits);
    }

    private static int node(String item, String text, MemoryNodes nodes) throws MemorySizeException {
        boolean number = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
            throw new MemorySizeException("'" + item + "': the number of a NUMA node is wanted behind '@'");
        }
        int node = Integer.parseInt(text);
        if (!nodes.usable().contains(node)) {
            String why = nodes.node(node).isEmpty() ? "there is no NUMA node " + node
                    : "NUMA node " + node + " has no memory that may be used";
            throw new MemorySizeException("'" + item + "': " + why + " (nodes: " + nodes.usable() + ")");
        }
        return node;
    }

    private static void checkNode(int node, List<Part> parts, MemoryNodes nodes) throws MemorySizeException {
        if (node == ANY_NODE) {
            return;
        }
        long left = nodes.node(node).orElseThrow().totalBytes();
        for (Part part : parts) {
            if (part.node == node) {
                left = part.bytes > left ? -1 : left - part.bytes;
            }
            if (left < 0) {
                throw new MemorySizeException("more is wanted of NUMA node " + node + " than it has: "
                        + MemorySize.text(nodes.node(node).orElseThrow().totalBytes()));
            }
        }
    }
}
