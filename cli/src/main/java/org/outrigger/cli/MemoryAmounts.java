package org.outrigger.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.node.AllowedMemory;
import org.outrigger.node.MemoryList;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.MemorySize;
import org.outrigger.node.MemorySizeException;

/**
 * What memory a job is given, and what of it is set aside for its ranks.
 *
 * @param amounts    for each part that was named; empty where there is no limit
 * @param guarantees bytes for each rank; empty where there are none
 */
record MemoryAmounts(List<MemoryPlan.Amount> amounts, long[] guarantees) {
    private static final long PAGE = 4096;

    /** By {@code --mem} and {@code --rank-mem}, for a job of so many ranks. */
    static MemoryAmounts of(Settings settings, Surroundings surroundings, int ranks) throws RefusalException {
        return of(settings, surroundings, ranks, Long.MAX_VALUE);
    }

    /**
     * Likewise, where there is no more than a partition has.
     *
     * @param most what {@code all} means, at most, in bytes
     */
    static MemoryAmounts of(Settings settings, Surroundings surroundings, int ranks, long most) throws RefusalException {
        String total = settings.text(Setting.MEM);
        String parts = settings.text(Setting.RANK_MEM);
        if (total == null && parts == null) {
            return new MemoryAmounts(List.of(), new long[0]);
        }
        Setting asked = total == null ? Setting.RANK_MEM : Setting.MEM;
        MemoryNodes nodes;
        long allowed;
        try {
            nodes = MemoryNodes.read(surroundings.sys(), surroundings.procStatus());
            allowed = AllowedMemory.read(nodes, surroundings.procStatus().toAbsolutePath().getParent());
            if (total != null && (total.equals("all") || total.startsWith("1/"))) {
                allowed = Math.min(allowed, most);
            }
        } catch (IOException unknown) {
            throw settings.bad(asked, "cannot find out the memory of this machine: " + unknown.getMessage());
        }
        long[] guarantees = parts == null ? new long[0] : guarantees(settings, parts, ranks);
        long sum = Arrays.stream(guarantees).reduce(0, MemoryAmounts::sum);
        try {
            List<MemoryPlan.Amount> amounts = total == null ? List.of(new MemoryPlan.Amount(sum, MemoryPlan.Amount.ANY_NODE))
                    : MemoryList.parse(total, nodes, allowed).stream()
                            .map(part -> new MemoryPlan.Amount(part.bytes(), part.node())).toList();
            long given = amounts.stream().mapToLong(MemoryPlan.Amount::bytes).sum();
            if (sum > given || sum > allowed) {
                throw settings.bad(Setting.RANK_MEM, "the ranks' " + MemorySize.text(sum) + " together are more than "
                        + (total == null ? "there is: " + MemorySize.text(allowed) : "the job's " + MemorySize.text(given)));
            }
            return new MemoryAmounts(amounts, withEveryRank(settings, guarantees, total == null));
        } catch (MemorySizeException wrong) {
            throw settings.bad(asked, wrong.getMessage());
        }
    }

    private static long sum(long a, long b) {
        return Math.min(a, Long.MAX_VALUE / 2) + Math.min(b, Long.MAX_VALUE / 2);
    }

    private static long[] withEveryRank(Settings settings, long[] guarantees, boolean nothingElse) throws RefusalException {
        for (int rank = 0; rank < guarantees.length; rank++) {
            if (nothingElse && guarantees[rank] == 0) {
                throw settings.bad(Setting.RANK_MEM, "there is nothing for rank " + rank + ", and without "
                        + Setting.MEM.option() + " no other memory");
            }
        }
        return guarantees;
    }

    /** {@code RANK[-RANK]:SIZE,...}, or one SIZE for every rank. */
    private static long[] guarantees(Settings settings, String text, int ranks) throws RefusalException {
        long[] guarantees = new long[ranks];
        boolean[] named = new boolean[ranks];
        for (String item : text.split(",", -1)) {
            int colon = item.indexOf(':');
            int[] range = colon < 0 && item.equals(text) ? new int[] {0, ranks - 1}
                    : range(settings, item, colon < 0 ? "" : item.substring(0, colon), ranks);
            long bytes;
            try {
                bytes = MemorySize.parse(item.substring(colon + 1)) & -PAGE;
            } catch (MemorySizeException wrong) {
                throw settings.bad(Setting.RANK_MEM, wrong.getMessage());
            }
            for (int rank = range[0]; rank <= range[1]; rank++) {
                if (named[rank]) {
                    throw settings.bad(Setting.RANK_MEM, "rank " + rank + " is named twice");
                }
                named[rank] = true;
                guarantees[rank] = bytes;
            }
        }
        return guarantees;
    }

    private static int[] range(Settings settings, String item, String text, int ranks) throws RefusalException {
        int dash = text.indexOf('-');
        int first = number(dash < 0 ? text : text.substring(0, dash));
        int last = dash < 0 ? first : number(text.substring(dash + 1));
        if (first < 0 || last < 0 || last < first) {
            throw settings.bad(Setting.RANK_MEM, "'" + item + "' is not of the form RANK:SIZE or RANK-RANK:SIZE");
        }
        if (last >= ranks) {
            throw settings.bad(Setting.RANK_MEM, "'" + item + "': there is no rank " + last + " (ranks: "
                    + (ranks == 1 ? "0" : "0-" + (ranks - 1)) + ")");
        }
        return new int[] {first, last};
    }

    /** -1 for what is no number. */
    private static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(text) : -1;
    }
}
