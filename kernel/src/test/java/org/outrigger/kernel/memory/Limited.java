package org.outrigger.kernel.memory;

import java.util.List;

/** Plans of jobs that have a limit, and nothing else that is unusual. */
final class Limited {
    private Limited() {
    }

    static MemoryPlan plan(long bytes, long... guarantees) {
        MemoryPlan usual = MemoryPlan.DEFAULT;
        return new MemoryPlan(List.of(new MemoryPlan.Amount(bytes, MemoryPlan.Amount.ANY_NODE)), guarantees, usual.heapPages(),
                usual.pages(), usual.stackPages(), usual.pageFault(), usual.nodes(), usual.heapStep(), usual.heapKeep(),
                usual.premap(), usual.stackMost(), usual.choice());
    }
}
