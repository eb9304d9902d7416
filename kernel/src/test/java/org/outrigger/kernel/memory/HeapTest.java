package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.memory.MemoryPlan.PageFault;

/** How Linux's break follows the program's, by plan. */
class HeapTest {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long BREAK = SimulatedLinux.BREAK;
    private static final long MIB = 1 << 20;
    private static final MemoryPlan USUAL = MemoryPlan.DEFAULT;

    private static SimulatedProcess process(PageSize pages, PageFault when, long step, long keep) {
        return process(pages, when, step, keep, true);
    }

    private static SimulatedProcess process(PageSize pages, PageFault when, long step, long keep, boolean arenas) {
        MemoryPlan plan = new MemoryPlan(List.of(), new long[0], pages, USUAL.pages(), USUAL.stackPages(), when,
                MemoryPlan.NodePolicy.NORMAL, step, keep, 0, 0, NodeChoice.NONE);
        return new SimulatedProcess(new SimulatedKernel(arenas, Long.MAX_VALUE, plan));
    }

    private static SimulatedProcess usual() {
        return process(USUAL.heapPages(), USUAL.pageFault(), USUAL.heapStep(), USUAL.heapKeep());
    }

    private static void grow(SimulatedProcess process, long length) {
        assertEquals(BREAK + length, process.make(Nr.BRK, BREAK + length));
    }

    private static void dirty(SimulatedProcess process, long length) {
        for (long at = BREAK; at < BREAK + length; at += PAGE) {
            process.linux.page(at).content = at;
        }
    }

    private static List<String> advice(SimulatedProcess process, int which) {
        String end = " " + which;
        return process.made.stream().filter(call -> call.startsWith(Nr.MADVISE + " ") && call.endsWith(end)).toList();
    }

    @Test
    void aStepIsAsLargeAsTheHeapAndEndsAtAHugePage() {
        SimulatedProcess process = usual();
        grow(process, 1);
        assertEquals(BREAK + 6 * MIB, process.space.breakMapped(), "4 MiB and a page, up to a huge page");
        grow(process, 20 * MIB);
        assertEquals(BREAK + 40 * MIB, process.space.breakMapped());
        grow(process, 200 * MIB);
        assertEquals(BREAK + 264 * MIB, process.space.breakMapped(), "64 MiB at most");
        assertEquals(3, process.linux.calls() - advice(process, Mman.MADV_HUGEPAGE).size());
    }

    @Test
    void theStepIsTheUsers() {
        SimulatedProcess process = process(PageSize.GIGANTIC, PageFault.DEMAND, 256 * MIB, Long.MAX_VALUE);
        grow(process, PAGE);
        assertEquals(BREAK + 258 * MIB, process.space.breakMapped());
        process = process(PageSize.SMALL, PageFault.DEMAND, PAGE, Long.MAX_VALUE);
        grow(process, PAGE);
        assertEquals(BREAK + 2 * PAGE, process.space.breakMapped(), "small pages need no huge ones' alignment");
        process = process(PageSize.LARGE, PageFault.DEMAND, 4 * MIB, Long.MAX_VALUE, false);
        grow(process, 100 * MIB);
        assertEquals(BREAK + 104 * MIB, process.space.breakMapped(), "no more than that where Linux accounts strictly");
    }

    @Test
    void onlyALargeHeapGetsHugePages() {
        SimulatedProcess process = usual();
        grow(process, 7 * MIB);
        assertEquals(List.of(), advice(process, Mman.MADV_HUGEPAGE));
        grow(process, 40 * MIB);
        assertEquals(List.of(Nr.MADVISE + " " + 80 * MIB + " " + Mman.MADV_HUGEPAGE), advice(process, Mman.MADV_HUGEPAGE));
        SimulatedProcess small = process(PageSize.SMALL, PageFault.DEMAND, 4 * MIB, Long.MAX_VALUE);
        grow(small, 40 * MIB);
        assertEquals(List.of(), advice(small, Mman.MADV_HUGEPAGE));
        assertEquals(1, advice(small, Mman.MADV_NOHUGEPAGE).size(), "where Linux makes them without being asked");
    }

    @Test
    void aHeapThatShrinksGivesBackWhatItIsNotToKeep() {
        SimulatedProcess process = process(PageSize.SMALL, PageFault.DEMAND, MIB, 16 * PAGE);
        grow(process, 100 * PAGE);
        dirty(process, 100 * PAGE);
        grow(process, 40 * PAGE);
        assertEquals(40 * PAGE, process.linux.resident());
        grow(process, 8 * PAGE);
        assertEquals(16 * PAGE, process.linux.resident(), "what it is to keep");
        assertEquals(BREAK + 100 * PAGE + MIB, process.space.breakMapped(), "the place stays");
        long calls = process.linux.calls();
        grow(process, 4 * PAGE);
        grow(process, 16 * PAGE);
        assertEquals(0, process.linux.page(BREAK + 15 * PAGE).content);
        assertEquals(calls, process.linux.calls());
        grow(process, 100 * PAGE);
        assertEquals(0, process.linux.page(BREAK + 99 * PAGE).content);
    }

    /** Another thread raises the break while the pages are being given back. */
    @Test
    void whatIsGivenBackIsNobodysMeanwhile() {
        SimulatedProcess process = process(PageSize.SMALL, PageFault.DEMAND, MIB, 0);
        grow(process, 100 * PAGE);
        dirty(process, 100 * PAGE);
        SimulatedProcess.Call down = process.call(1, Nr.BRK, BREAK + 10 * PAGE);
        down.step();
        grow(process, 120 * PAGE);
        dirty(process, 120 * PAGE);
        while (!down.done()) {
            down.step();
        }
        assertEquals(BREAK + 10 * PAGE, down.result());
        grow(process, 120 * PAGE);
        for (long at = BREAK + 10 * PAGE; at < BREAK + 120 * PAGE; at += PAGE) {
            assertEquals(0, process.linux.page(at).content, "what was written meanwhile is zeroed");
        }
        assertEquals(BREAK, process.linux.page(BREAK).content);
    }

    @Test
    void pagesComeWithTheCall() {
        SimulatedProcess process = process(PageSize.SMALL, PageFault.MAP, MIB, Long.MAX_VALUE);
        grow(process, 5 * PAGE);
        grow(process, 9 * PAGE);
        assertEquals(List.of(Nr.MADVISE + " " + 5 * PAGE + " " + Mman.MADV_POPULATE_WRITE,
                Nr.MADVISE + " " + 4 * PAGE + " " + Mman.MADV_POPULATE_WRITE), advice(process, Mman.MADV_POPULATE_WRITE));
        dirty(process, 9 * PAGE);
        grow(process, 2 * PAGE);
        grow(process, 9 * PAGE);
        assertEquals(0, process.linux.page(BREAK + 2 * PAGE).content);
    }

    @Test
    void theFirstStepComesAtTheLaunch() {
        SimulatedProcess process = process(PageSize.SMALL, PageFault.LAUNCH, 8 * MIB, Long.MAX_VALUE);
        assertEquals(BREAK, process.make(Nr.BRK, 0));
        assertEquals(List.of(Nr.MADVISE + " " + 8 * MIB + " " + Mman.MADV_POPULATE_WRITE),
                advice(process, Mman.MADV_POPULATE_WRITE));
        assertEquals(BREAK + 8 * MIB, process.space.breakMapped());
        assertEquals(BREAK, process.make(Nr.BRK, 0));
        assertEquals(2, process.linux.calls());
        grow(process, PAGE);
        assertTrue(advice(process, Mman.MADV_POPULATE_WRITE).size() <= 2);
    }
}
