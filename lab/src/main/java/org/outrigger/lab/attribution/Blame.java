package org.outrigger.lab.attribution;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Charges detours to culprits. Belongs to one thread. */
final class Blame {
    /**
     * What the way into the kernel and back costs beside what its events tell, for each stretch: entry code, the hypervisor's
     * part of an interrupt, caches.
     */
    private static final double ENTRY_NS = 4000;

    private static final class Account {
        private long detours;
        private double ticks;
        private double longest;
    }

    private final Map<Culprit, Account> accounts = new HashMap<>();
    private final double ticksPerNanosecond;
    private double unexplained;

    Blame(double ticksPerNanosecond) {
        this.ticksPerNanosecond = ticksPerNanosecond;
    }

    /**
     * Charges the detours of one core.
     *
     * @param detours   in the order of time
     * @param stretches as {@link Timeline} has them
     */
    void charge(List<Detour> detours, List<Timeline.Stretch> stretches) {
        int first = 0;
        for (Detour detour : detours) {
            while (first < stretches.size() && stretches.get(first).end() <= detour.start()) {
                first++;
            }
            charge(detour, stretches, first);
        }
    }

    private void charge(Detour detour, List<Timeline.Stretch> stretches, int first) {
        Map<Culprit, Double> parts = new HashMap<>();
        double rest = detour.ticks();
        int entries = 0;
        for (int i = first; i < stretches.size() && stretches.get(i).start() < detour.end(); i++) {
            Timeline.Stretch stretch = stretches.get(i);
            double part = Math.min(stretch.end(), detour.end()) - (double) Math.max(stretch.start(), detour.start());
            if (part > 0) {
                parts.merge(stretch.culprit(), part, Double::sum);
                rest -= part;
                entries++;
            }
        }
        Culprit largest = parts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(null);
        if (largest != null && rest <= entries * ENTRY_NS * ticksPerNanosecond) {
            parts.merge(largest, rest, Double::sum);
        } else {
            unexplained += rest;
            parts.put(Culprit.UNKNOWN, rest);
            largest = largest == null || rest > parts.get(largest) ? Culprit.UNKNOWN : largest;
        }
        for (Map.Entry<Culprit, Double> part : parts.entrySet()) {
            Account account = accounts.computeIfAbsent(part.getKey(), unknown -> new Account());
            account.ticks += part.getValue();
            account.longest = Math.max(account.longest, part.getValue());
        }
        accounts.get(largest).detours++;
    }

    /** Time of which no event tells, in nanoseconds. */
    double unexplained() {
        return unexplained / ticksPerNanosecond;
    }

    /**
     * What each took, the most first.
     *
     * @param stolen nanoseconds that the hypervisor says it took from these cores meanwhile: where that is at least half of what
     *               no event explains, the hypervisor is named for it
     */
    List<Share> shares(double stolen) {
        List<Share> shares = new ArrayList<>();
        accounts.forEach((culprit, account) -> {
            boolean steal = culprit.kind() == Culprit.Kind.UNKNOWN && stolen > 0 && stolen >= unexplained() / 2;
            shares.add(new Share(steal ? Culprit.STEAL : culprit, account.detours, account.ticks / ticksPerNanosecond,
                    account.longest / ticksPerNanosecond));
        });
        shares.sort(Comparator.comparingDouble(Share::nanoseconds).reversed()
                .thenComparing(share -> share.culprit().name()));
        return shares;
    }
}
