package org.outrigger.node.partition;

/** Which Linux runs. Source: {@code proc_sys_kernel(5)}, {@code osrelease}. */
final class KernelRelease {
    private KernelRelease() {
    }

    /** Whether it is this release or a later one: 6.12.3 is at least 6.12. */
    static boolean atLeast(NodeFiles files, int major, int minor) {
        int[] numbers = numbers(files);
        return numbers.length > 1 && (numbers[0] > major || numbers[0] == major && numbers[1] >= minor);
    }

    /** Whether it is an earlier release; false, as {@link #atLeast} is, where the node does not tell. */
    static boolean before(NodeFiles files, int major, int minor) {
        return numbers(files).length > 1 && !atLeast(files, major, minor);
    }

    /** The first two numbers; none where there are not two. */
    private static int[] numbers(NodeFiles files) {
        String[] words = files.read("/proc/sys/kernel/osrelease").orElse("").split("[^0-9]+");
        return words.length < 2 || words[0].isEmpty() ? new int[0]
                : new int[] {Integer.parseInt(words[0]), Integer.parseInt(words[1])};
    }
}
