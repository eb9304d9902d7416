package org.outrigger.lab.attribution;

import java.util.List;

/**
 * Who took the time of one measurement.
 *
 * @param method      {@code "trace"} where each detour was looked up in the kernel's trace, {@code "counters"} where only sums
 *                    are known
 * @param detours     how many there were
 * @param nanoseconds how long they were together
 * @param seconds     how long was measured, all cores together
 * @param stolen      nanoseconds that the hypervisor says it took, in its steps of 10 ms
 * @param shares      the culprits, the most first; empty for counters
 * @param counters    what the kernel counted meanwhile on these cores, the most first
 * @param lost        events that had no room in the trace
 * @param notes       what could not be seen, and why
 */
public record Attribution(String method, long detours, double nanoseconds, double seconds, double stolen, List<Share> shares,
                          List<Counter> counters, long lost, List<String> notes) {
    /**
     * A count of the kernel's.
     *
     * @param kind  {@code interrupt}, {@code softirq} or {@code steal}
     * @param name  which one
     * @param count how often
     */
    public record Counter(String kind, String name, long count) {
    }

    /** Copies the lists. */
    public Attribution {
        shares = List.copyOf(shares);
        counters = List.copyOf(counters);
        notes = List.copyOf(notes);
    }
}
