package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolLedgerTest {
    private static final long PAGE = PageSize.LARGE.bytes();
    private static final int ANY = PoolShare.ANY_NODE;

    /** Pages of 2 MiB by node; the machine has one node where there is one entry. */
    private record Shelves(Map<Integer, Long> pages) implements PoolLedger.Stock {
        @Override
        public long free(PageSize size, int node) {
            if (size != PageSize.LARGE) {
                return 0;
            }
            return PAGE * (node == ANY ? pages.values().stream().mapToLong(Long::longValue).sum() : pages.getOrDefault(node, 0L));
        }

        @Override
        public int[] nodes() {
            return pages.size() < 2 ? new int[0] : pages.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
        }
    }

    private static PoolShare share(int node, long pages) {
        return new PoolShare(node, PAGE, pages);
    }

    private static PoolLedger.Offer offer(int node, long pages) {
        return new PoolLedger.Offer(node, pages * PAGE);
    }

    @Test
    void aPlainJobMayTakeAllThatIsFree() {
        PoolLedger ledger = PoolLedger.leaving(List.of());
        assertTrue(ledger.open());
        assertEquals(offer(ANY, 10), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L))));
        assertEquals(offer(ANY, 12), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L, 1, 2L))));
        assertTrue(ledger.take(ANY, PageSize.LARGE, 100 * PAGE), "Linux judges");
    }

    @Test
    void aPlainJobLeavesAloneWhatBelongsToPartitions() {
        PoolLedger ledger = PoolLedger.leaving(List.of(share(0, 6), share(0, 1)));
        assertEquals(offer(ANY, 3), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L))));
        assertEquals(offer(ANY, 0), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 7L))));
        assertEquals(offer(ANY, 0), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 2L))));
        assertEquals(offer(0, 3), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L, 1, 2L))), "of the node with most left");
        assertEquals(offer(1, 5), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L, 1, 5L))));
    }

    @Test
    void aSeatedJobTakesWhatItHasBeenGivenAndNothingElse() {
        Shelves full = new Shelves(Map.of(0, 50L, 1, 50L));
        PoolLedger ledger = PoolLedger.of(List.of(share(1, 4)));
        assertEquals(offer(1, 4), ledger.offer(PageSize.LARGE, full));
        assertEquals(0, ledger.offer(PageSize.GIGANTIC, full).bytes());
        assertTrue(ledger.take(1, PageSize.LARGE, 3 * PAGE));
        assertEquals(offer(1, 1), ledger.offer(PageSize.LARGE, full));
        assertFalse(ledger.take(1, PageSize.LARGE, 2 * PAGE));
        assertFalse(ledger.take(0, PageSize.LARGE, PAGE));
        assertEquals(List.of(share(1, 3)), ledger.held());
        ledger.give(1, PageSize.LARGE, 3 * PAGE);
        assertEquals(List.of(), ledger.held());
        assertEquals(offer(1, 2), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 50L, 1, 2L))), "there may be fewer");
    }

    @Test
    void withoutASharePoolsAreClosedUntilThereIsOne() {
        PoolLedger ledger = PoolLedger.of(List.of());
        assertFalse(ledger.open());
        assertEquals(0, ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L))).bytes());
        ledger.most(List.of(share(0, 2)));
        assertTrue(ledger.open());
        assertEquals(offer(0, 2), ledger.offer(PageSize.LARGE, new Shelves(Map.of(0, 10L))));
        ledger.most(List.of(share(0, 0)));
        assertFalse(ledger.open());
    }

    @Test
    void whatIsTooMuchIsExcess() {
        PoolLedger ledger = PoolLedger.of(List.of(share(0, 8)));
        assertTrue(ledger.take(0, PageSize.LARGE, 8 * PAGE));
        assertFalse(ledger.overdrawn());
        ledger.most(List.of(share(0, 5)));
        assertTrue(ledger.overdrawn());
        assertEquals(3 * PAGE, ledger.excess(0, PageSize.LARGE));
        ledger.give(0, PageSize.LARGE, 3 * PAGE);
        assertFalse(ledger.overdrawn());
        ledger.demand(2 * PAGE);
        assertEquals(2 * PAGE, ledger.excess(0, PageSize.LARGE));
        ledger.give(0, PageSize.LARGE, 2 * PAGE);
        assertEquals(0, ledger.demand());
        assertEquals(List.of(share(0, 3)), ledger.held());
    }

    @Test
    void anAddressSpaceGivesBackWhatItHasTakenOnceOnly() {
        PoolLedger ledger = PoolLedger.of(List.of(share(0, 10)));
        PoolClaim claim = new PoolClaim(ledger);
        assertTrue(claim.take(0, 4 * PAGE, 0, PageSize.LARGE));
        assertTrue(claim.take(16 * PAGE, 20 * PAGE, 0, PageSize.LARGE));
        assertFalse(claim.take(32 * PAGE, 36 * PAGE, 0, PageSize.LARGE));
        claim.give(PAGE, 2 * PAGE);
        claim.give(PAGE, 2 * PAGE);
        assertEquals(List.of(share(0, 7)), ledger.held());
        claim.give(3 * PAGE, 17 * PAGE);
        assertEquals(List.of(share(0, 5)), ledger.held());
        claim.release();
        claim.give(0, 100 * PAGE);
        claim.release();
        assertEquals(List.of(), ledger.held());
        assertFalse(claim.take(0, PAGE, 0, PageSize.LARGE), "its process has ended");
    }

    @Test
    void sharesAreOfPagesThatLinuxHas() {
        assertThrows(IllegalArgumentException.class, () -> new PoolShare(0, 4096, 1));
        assertThrows(IllegalArgumentException.class, () -> new PoolShare(-2, PAGE, 1));
        assertThrows(IllegalArgumentException.class, () -> share(0, -1));
    }
}
