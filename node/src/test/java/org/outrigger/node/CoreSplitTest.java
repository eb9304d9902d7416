package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoreSplitTest {

    private static Optional<CpuSet> choice(String list) throws CpuListException {
        return list == null ? Optional.empty() : Optional.of(CpuList.plain(list));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // allowed | -c | -l | LWK | Linux | shared
        "0-3 | | | 1-3 | 0 | false",
        "2,5,9 | | | 5,9 | 2 | false",
        "0-1 | | | 1 | 0 | false",
        "0-7 | 4-7 | | 4-7 | 0-3 | false",
        "0-7 | | 6-7 | 0-5 | 6-7 | false",
        "0-7 | 2-3 | 5 | 2-3 | 5 | false",
        "6 | | | 6 | 6 | true",
        "6 | 6 | | 6 | 6 | true",
        "6 | 6 | 6 | 6 | 6 | true",
    })
    void divides(String allowed, String lwk, String linux, String lwkCores, String linuxCores, boolean shared) throws Exception {
        CoreSplit split = CoreSplit.of(CpuList.plain(allowed), choice(lwk), choice(linux));
        assertEquals(lwkCores, split.lwk().toString());
        assertEquals(linuxCores, split.linux().toString());
        assertEquals(shared, split.shared());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0-3 | 0-3 | | LWK cores 0-3 leave no CPU for Linux (allowed: 0-3)",
        "0-3 | | 0-3 | Linux cores 0-3 leave no CPU for the LWK (allowed: 0-3)",
        "0-3 | 1-3 | 0-1 | CPU 1 is both LWK and Linux: LWK cores 1-3, Linux cores 0-1",
        "0-3 | 1-3 | 0-2 | CPUs 1-2 are both LWK and Linux: LWK cores 1-3, Linux cores 0-2",
    })
    void refuses(String allowed, String lwk, String linux, String message) {
        CoreSplitException refusal = assertThrows(CoreSplitException.class,
                () -> CoreSplit.of(CpuList.plain(allowed), choice(lwk), choice(linux)));
        assertEquals(message, refusal.getMessage());
    }

    @Test
    void refusesCpusFromElsewhere() {
        assertThrows(IllegalArgumentException.class,
                () -> CoreSplit.of(CpuSet.of(0, 1), Optional.of(CpuSet.of(2)), Optional.empty()));
    }

    @RepeatedTest(200)
    void isAlwaysADivision(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        TreeSet<Integer> members = CpuSetTest.randomMembers(random);
        members.add(random.nextInt(100));
        CpuSet allowed = CpuSetTest.set(members);
        Optional<CpuSet> lwk = part(allowed, random);
        Optional<CpuSet> linux = part(allowed, random);
        try {
            CoreSplit split = CoreSplit.of(allowed, lwk, linux);
            assertFalse(split.lwk().isEmpty() || split.linux().isEmpty());
            assertTrue(allowed.containsAll(split.lwk().union(split.linux())));
            assertEquals(allowed.size() == 1, split.shared());
            assertTrue(split.shared() || split.lwk().intersection(split.linux()).isEmpty());
            assertEquals(lwk.orElse(split.lwk()), split.lwk());
            assertEquals(linux.orElse(split.linux()), split.linux());
        } catch (CoreSplitException refusal) {
            boolean overlap = lwk.isPresent() && linux.isPresent() && !lwk.get().intersection(linux.get()).isEmpty();
            boolean nothingLeft = lwk.equals(Optional.of(allowed)) || linux.equals(Optional.of(allowed));
            assertTrue(allowed.size() > 1 && (overlap || nothingLeft), refusal.getMessage());
        }
    }

    private static Optional<CpuSet> part(CpuSet allowed, Random random) {
        CpuSet part = CpuSet.EMPTY;
        for (int cpu : allowed) {
            part = random.nextInt(3) == 0 ? part.union(CpuSet.of(cpu)) : part;
        }
        return part.isEmpty() ? Optional.empty() : Optional.of(part);
    }
}
