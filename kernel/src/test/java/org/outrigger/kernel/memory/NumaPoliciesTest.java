package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mempolicy;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.host.NumaPolicy;

/** What is kept while threads have policies, and how extents get nodes that are drawn. */
class NumaPoliciesTest {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long BREAK = SimulatedLinux.BREAK;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long MIB = 1 << 20;

    private static MemoryPlan plan(MemoryPlan.NodePolicy policy, NodeChoice choice) {
        MemoryPlan usual = MemoryPlan.DEFAULT;
        return new MemoryPlan(List.of(), new long[0], usual.heapPages(), usual.pages(), usual.stackPages(), usual.pageFault(),
                policy, usual.heapStep(), usual.heapKeep(), 0, 0, choice);
    }

    private static SimulatedProcess process(NodeChoice choice) {
        return new SimulatedProcess(new SimulatedKernel(true, Long.MAX_VALUE, plan(MemoryPlan.NodePolicy.RANDOM, choice)));
    }

    private static long map(SimulatedProcess process, long length) {
        return process.make(Nr.MMAP, 0, length, RW, ANON, -1, 0);
    }

    private static void dirty(SimulatedProcess process, long start, long length) {
        for (long at = start; at < start + length; at += PAGE) {
            process.linux.page(at).content = at;
        }
    }

    /** Pages that a piece leaves in memory when it is unmapped. */
    private static long kept(SimulatedProcess process) {
        long at = map(process, 8 * PAGE);
        dirty(process, at, 8 * PAGE);
        long before = process.linux.resident();
        process.make(Nr.MUNMAP, at, 8 * PAGE);
        return 8 - (before - process.linux.resident()) / PAGE;
    }

    private static void heapAside(SimulatedProcess process) {
        process.make(Nr.BRK, BREAK + 10 * PAGE);
        dirty(process, BREAK, 10 * PAGE);
        process.make(Nr.BRK, BREAK + PAGE);
    }

    @Test
    void aPolicySendsBackWhatWasKept() {
        SimulatedProcess process = process(NodeChoice.NONE);
        heapAside(process);
        assertEquals(8, kept(process));
        assertEquals(18 * PAGE, process.linux.resident());
        assertEquals(0, process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_INTERLEAVE, 4096, 64));
        assertEquals(10 * PAGE, process.linux.resident(), "the heap's when it comes anew");
        process.make(Nr.BRK, BREAK + 6 * PAGE);
        assertEquals(5 * PAGE, process.linux.resident());
        process.make(Nr.BRK, BREAK + 9 * PAGE);
        assertEquals(2 * PAGE, process.linux.resident());
        dirty(process, BREAK + PAGE, 8 * PAGE);
        process.make(Nr.BRK, BREAK + PAGE);
        process.make(Nr.BRK, BREAK + 9 * PAGE);
        assertEquals(10 * PAGE, process.linux.resident(), "what came after it is kept again");
        assertEquals(0, process.linux.page(BREAK + 8 * PAGE).content);
        assertEquals(8, kept(process), "whoever comes has this thread's policy");
    }

    @Test
    void whereThreadsMayDifferNothingIsKept() {
        SimulatedProcess process = process(NodeChoice.NONE);
        process.space.policies().share();
        assertEquals(8, kept(process), "until one sets a policy");
        assertEquals(0, process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_BIND | 1 << 15, 4096, 64));
        assertEquals(0, kept(process));
        heapAside(process);
        assertEquals(PAGE, process.linux.resident());
        assertEquals(0, process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_DEFAULT, 0, 0));
        assertEquals(0, kept(process));
        AddressSpace child = process.space.fork();
        process.space.born(child);
        assertTrue(child.policies().differ());
    }

    @Test
    void whatChangesNothingCostsNothing() {
        SimulatedProcess process = process(NodeChoice.NONE);
        process.space.policies().share();
        assertEquals(8, kept(process));
        assertEquals(0, process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_LOCAL, 0, 0));
        assertEquals(0, process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_DEFAULT, 0, 0));
        assertEquals(-Errno.EINVAL, process.make(Nr.SET_MEMPOLICY, 77, 0, 0));
        assertEquals(8 * PAGE, process.linux.resident());
        assertEquals(8, kept(process));
        assertFalse(process.space.policies().isSet());
    }

    @Test
    void theDefaultIsAChangeForWhoInheritedAnotherPolicy() {
        SimulatedKernel kernel = new SimulatedKernel(true);
        kernel.calls().inherited(new NumaPolicy(Mempolicy.MPOL_INTERLEAVE, List.of(0)));
        SimulatedProcess process = new SimulatedProcess(kernel);
        assertEquals(8, kept(process));
        process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_DEFAULT, 0, 0);
        assertEquals(0, process.linux.resident());
    }

    @Test
    void extentsAreDrawnFromTheNodes() {
        SimulatedProcess process = process(new NodeChoice(List.of(), List.of(1, 4), List.of()));
        map(process, PAGE);
        for (int i = 0; i < 20; i++) {
            assertNotEquals(0, map(process, 600 * MIB));
        }
        List<String> bound = process.made.stream().filter(call -> call.startsWith("mbind")).toList();
        assertEquals(21, bound.size(), "one for small pieces; large ones have extents of 1 GiB");
        assertEquals("mbind " + (32 * MIB) + " 1 ", bound.get(0).substring(0, bound.get(0).lastIndexOf(' ') + 1));
        assertEquals(List.of("mbind " + (1024 * MIB) + " 1 16", "mbind " + (1024 * MIB) + " 1 2"),
                bound.stream().skip(1).distinct().sorted().toList(), "MPOL_PREFERRED, each of the nodes sometimes");
        SimulatedProcess again = process(new NodeChoice(List.of(), List.of(1, 4), List.of()));
        map(again, PAGE);
        for (int i = 0; i < 20; i++) {
            map(again, 600 * MIB);
        }
        assertEquals(process.made, again.made, "the same in each run");
    }

    @Test
    void whatIsDrawnStaysWithinTheBound() {
        SimulatedProcess process = process(new NodeChoice(List.of(), List.of(2), List.of(1, 2)));
        map(process, PAGE);
        assertEquals(List.of("mbind " + (32 * MIB) + " 2 6", Nr.SET_MEMPOLICY_HOME_NODE + " " + (32 * MIB) + " 2"),
                process.made.subList(process.made.size() - 2, process.made.size()));
        map(process, 4 * MIB);
        assertEquals(2, process.made.stream().filter(call -> call.startsWith("mbind ")).count());
    }

    @Test
    void thePolicyOfTheProgramEndsTheDrawing() {
        SimulatedProcess process = process(new NodeChoice(List.of(), List.of(0, 1), List.of()));
        map(process, PAGE);
        map(process, 4 * MIB);
        process.make(Nr.SET_MEMPOLICY, Mempolicy.MPOL_BIND, 4096, 64);
        process.made.removeIf(call -> !call.startsWith("mbind"));
        assertEquals(List.of("mbind " + (32 * MIB) + " 0 0", "mbind " + (1024 * MIB) + " 0 0"),
                process.made.subList(2, process.made.size()).stream().sorted(Comparator.reverseOrder()).toList());
        map(process, 1000 * MIB);
        map(process, 1000 * MIB);
        assertEquals(4, process.made.stream().filter(call -> call.startsWith("mbind")).count());
    }
}
