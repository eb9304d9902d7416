package org.outrigger.lab.memory;

import java.util.Optional;

/**
 * What a batch costs besides time, as {@code memory.c} tells it behind the bar of its answers.
 *
 * @param minorFaults page faults that read nothing (getrusage(2))
 * @param majorFaults page faults that waited for a device
 * @param calls       system calls that Linux served; empty where they were not counted
 * @param resident    bytes that are resident after the batch (proc(5), {@code smaps_rollup})
 * @param peak        the most that were resident since the process began ({@code VmHWM})
 * @param huge        bytes of the resident ones that are in transparent huge pages
 * @param hugetlb     bytes in pages of hugetlbfs, which are not among the resident ones
 */
public record Usage(long minorFaults, long majorFaults, Optional<Long> calls, long resident, long peak, long huge, long hugetlb) {
    private static final int FIELDS = 7;

    /**
     * Reads seven numbers.
     *
     * @throws IllegalArgumentException when they are not there
     */
    static Usage parse(String text) {
        String[] words = text.strip().split(" ");
        if (words.length != FIELDS) {
            throw new IllegalArgumentException("not what a batch has used: " + text);
        }
        long[] value = new long[FIELDS];
        for (int i = 0; i < FIELDS; i++) {
            value[i] = Long.parseLong(words[i]);
        }
        Optional<Long> calls = value[2] < 0 ? Optional.empty() : Optional.of(value[2]);
        return new Usage(value[0], value[1], calls, value[3], value[4], value[5], value[6]);
    }
}
