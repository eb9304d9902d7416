package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CpuSetTest {

    static TreeSet<Integer> randomMembers(Random random) {
        int limit = 1 + random.nextInt(random.nextBoolean() ? 10 : 300);
        TreeSet<Integer> members = new TreeSet<>();
        for (int i = random.nextInt(limit); i > 0; i--) {
            members.add(random.nextInt(limit));
        }
        return members;
    }

    static CpuSet set(TreeSet<Integer> members) {
        return CpuSet.of(members.stream().mapToInt(Integer::intValue).toArray());
    }

    @RepeatedTest(200)
    void agreesWithAnOrdinarySet(RepetitionInfo repetition) throws CpuListException {
        Random random = new Random(repetition.getCurrentRepetition());
        TreeSet<Integer> a = randomMembers(random);
        TreeSet<Integer> b = randomMembers(random);

        TreeSet<Integer> union = new TreeSet<>(a);
        union.addAll(b);
        assertEquals(set(union), set(a).union(set(b)));
        TreeSet<Integer> both = new TreeSet<>(a);
        both.retainAll(b);
        assertEquals(set(both), set(a).intersection(set(b)));
        TreeSet<Integer> rest = new TreeSet<>(a);
        rest.removeAll(b);
        assertEquals(set(rest), set(a).minus(set(b)));
        assertEquals(set(rest).hashCode(), set(a).minus(set(b)).hashCode());
        assertEquals(a.containsAll(b), set(a).containsAll(set(b)));

        List<Integer> iterated = new ArrayList<>();
        set(a).forEach(iterated::add);
        assertEquals(List.copyOf(a), iterated);
        assertEquals(a.size(), set(a).size());
        assertEquals(a.isEmpty(), set(a).isEmpty());
        for (int cpu = -1; cpu < 310; cpu++) {
            assertEquals(a.contains(cpu), set(a).contains(cpu));
        }
        assertEquals(set(a), CpuList.plain(set(a).toString()), "the text form names the same set");
    }

    @Test
    void writesLinuxListSyntax() {
        assertEquals("", CpuSet.EMPTY.toString());
        assertEquals("0-3,8", CpuSet.of(8, 3, 2, 1, 0, 8).toString());
        assertEquals("63-64,127-128", CpuSet.of(63, 64, 127, 128).toString());
        assertEquals("5-7", CpuSet.range(5, 7).toString());
    }

    @Test
    void knowsItsLimits() {
        assertEquals(3, CpuSet.of(70, 3).first());
        assertArrayEquals(new int[] {3, 70}, CpuSet.of(70, 3).toArray());
        assertThrows(IllegalArgumentException.class, () -> CpuSet.of(-1));
        assertThrows(IllegalArgumentException.class, () -> CpuSet.of(CpuSet.LIMIT));
        assertThrows(NoSuchElementException.class, CpuSet.EMPTY::first);
        assertThrows(NoSuchElementException.class, () -> CpuSet.EMPTY.iterator().next());
        assertFalse(CpuSet.EMPTY.iterator().hasNext());
        assertTrue(CpuSet.of(CpuSet.LIMIT - 1).contains(CpuSet.LIMIT - 1));
    }
}
