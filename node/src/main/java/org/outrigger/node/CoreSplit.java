package org.outrigger.node;

import java.util.Optional;

/**
 * Which CPUs run the application and which run Linux, the JVM and the proxies.
 *
 * @param lwk    the LWK cores, never empty
 * @param linux  the Linux cores, never empty; disjoint from {@code lwk} unless {@code shared}
 * @param shared both are the one CPU there is, so nobody may spin while waiting for the other side
 */
public record CoreSplit(CpuSet lwk, CpuSet linux, boolean shared) {

    /**
     * Divides the allowed CPUs. Without a choice the first is the Linux core and the others are LWK cores; with one side
     * chosen the other gets the rest; a single allowed CPU is shared.
     *
     * @param allowed the CPUs that may be used, not empty
     * @param lwk     the user's LWK cores, within {@code allowed}
     * @param linux   the user's Linux cores, within {@code allowed}
     * @throws CoreSplitException when the choices overlap or leave one side without a CPU
     */
    public static CoreSplit of(CpuSet allowed, Optional<CpuSet> lwk, Optional<CpuSet> linux) throws CoreSplitException {
        requireWithin(allowed, lwk.orElse(allowed));
        requireWithin(allowed, linux.orElse(allowed));
        if (allowed.size() == 1) {
            return new CoreSplit(allowed, allowed, true);
        }
        if (lwk.isPresent() && linux.isPresent()) {
            CpuSet both = lwk.get().intersection(linux.get());
            if (!both.isEmpty()) {
                throw new CoreSplitException((both.size() == 1 ? "CPU " + both + " is" : "CPUs " + both + " are")
                        + " both LWK and Linux: LWK cores " + lwk.get() + ", Linux cores " + linux.get());
            }
            return new CoreSplit(lwk.get(), linux.get(), false);
        }
        if (lwk.isPresent()) {
            CpuSet rest = allowed.minus(lwk.get());
            if (rest.isEmpty()) {
                throw new CoreSplitException("LWK cores " + lwk.get() + " leave no CPU for Linux (allowed: " + allowed + ")");
            }
            return new CoreSplit(lwk.get(), rest, false);
        }
        CpuSet chosen = linux.isPresent() ? linux.get() : CpuSet.of(allowed.first());
        CpuSet rest = allowed.minus(chosen);
        if (rest.isEmpty()) {
            throw new CoreSplitException("Linux cores " + chosen + " leave no CPU for the LWK (allowed: " + allowed + ")");
        }
        return new CoreSplit(rest, chosen, false);
    }

    private static void requireWithin(CpuSet allowed, CpuSet chosen) {
        if (chosen.isEmpty() || !allowed.containsAll(chosen)) {
            throw new IllegalArgumentException("CPUs '" + chosen + "' are not a part of the allowed CPUs '" + allowed + "'");
        }
    }
}
