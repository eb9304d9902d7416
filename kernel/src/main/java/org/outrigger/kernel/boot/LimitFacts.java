package org.outrigger.kernel.boot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.outrigger.kernel.memory.Account;
import org.outrigger.kernel.memory.Budget;
import org.outrigger.kernel.memory.Commitment;
import org.outrigger.kernel.report.MemoryLimit;
import org.outrigger.kernel.task.LwkProcess;

/** What a report says of a job's limit of memory. */
final class LimitFacts {
    private LimitFacts() {
    }

    static MemoryLimit of(Budget budget, List<LwkProcess> processes) {
        List<MemoryLimit.Rank> ranks = new ArrayList<>();
        List<MemoryLimit.Holder> holders = new ArrayList<>();
        for (int rank = 0; rank < budget.ranks(); rank++) {
            Account account = budget.rank(rank);
            ranks.add(new MemoryLimit.Rank(account.guarantee(), account.used(), account.peak(), account.kept()));
            for (LwkProcess process : processes) {
                Commitment its = process.space().commitment();
                if (its.account() == account && its.peak() > 0) {
                    holders.add(new MemoryLimit.Holder(process.pid(), process.program(), rank, its.charged(), its.peak(),
                            its.arenaThen(), its.heapThen(), its.outsideThen(), its.sharedThen()));
                }
            }
        }
        holders.sort(Comparator.comparingLong(MemoryLimit.Holder::peakBytes).reversed());
        return new MemoryLimit(budget.total(), budget.used(), budget.peak(), budget.kept(), budget.named().peak(),
                budget.refusals(), budget.largestRefusal(), budget.largestRefusalOf(), ranks, holders);
    }
}
