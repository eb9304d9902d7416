package org.outrigger.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Syscalls;

class TrapSitesTest {

    private static final int SELF = (int) ProcessHandle.current().pid();
    /** A number that no process has. */
    private static final int NOBODY = 1 << 30;
    private static final int NR = 39;
    private static final long NOWHERE = 16;

    private final MemorySegment memory = Arena.ofAuto().allocate(Layout.SHARED_SIZE, 4096);
    private final TrapSites sites = new TrapSites(memory, new ProcFile(new Syscalls()), true);

    private void put(int entry, int pid, long address, long count) {
        long at = Layout.SITE_TABLE + entry * Layout.SITE_SIZE;
        memory.set(ValueLayout.JAVA_LONG, at + Layout.SITE_OWNER, (long) pid << 32 | NR + 1);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.SITE_ADDRESS, address);
        memory.set(ValueLayout.JAVA_LONG, at + Layout.SITE_COUNT, count);
    }

    private long owner(int entry) {
        return memory.get(ValueLayout.JAVA_LONG, Layout.SITE_TABLE + entry * Layout.SITE_SIZE + Layout.SITE_OWNER);
    }

    private static TrapSites.Place unknown(long address) {
        return new TrapSites.Place(TrapSites.Place.GONE, address, NR);
    }

    @Test
    void entriesOfOnePlaceAreAddedAndThoseOfOthersLeft() {
        put(3, SELF, NOWHERE, 5);
        put(4, SELF, NOWHERE, 2);
        put((int) Layout.TRAP_SITES - 1, NOBODY, NOWHERE, 100);
        sites.look(SELF);
        assertEquals(Map.of(unknown(NOWHERE), 7L), sites.counts());
        sites.look(SELF);
        assertEquals(Map.of(unknown(NOWHERE), 7L), sites.counts(), "nothing is counted twice");
        assertTrue(owner(3) != 0, "the image goes on using its entry");
    }

    @Test
    void whatIsCountedBetweenTheLookAndTheEndIsNotLost() {
        long inHeap = Arena.ofAuto().allocate(4096).address();
        put(0, SELF, inHeap, 1);
        sites.look(SELF);
        put(0, SELF, inHeap, 1);
        sites.forget(SELF);
        assertEquals(1, sites.counts().size(), sites.counts()::toString);
        assertEquals(2, sites.counts().values().iterator().next());
        assertEquals(0, owner(0), "the entry is free");
    }

    @Test
    void aProcessThatIsGoneHasItsCallsInNoKnownPlace() {
        put(7, NOBODY, 0x1234, 3);
        sites.forget(NOBODY);
        assertEquals(Map.of(unknown(0x1234), 3L), sites.counts());
    }

    @Test
    void whatNobodyWasToldOfIsLookedAtInTheEnd() {
        put(1, SELF, NOWHERE, 1);
        put(2, NOBODY, 0x1234, 2);
        sites.lookAtAll();
        assertEquals(Map.of(unknown(NOWHERE), 1L, unknown(0x1234), 2L), sites.counts());
    }

    @Test
    void whatTheApplicationScribblesDoesNoHarm() {
        for (int entry = 0; entry < Layout.TRAP_SITES; entry++) {
            put(entry, SELF, -1L >>> entry % 64, entry % 2 == 0 ? -5 : Long.MAX_VALUE);
            memory.set(ValueLayout.JAVA_LONG, Layout.SITE_TABLE + entry * Layout.SITE_SIZE + Layout.SITE_OWNER,
                    (long) SELF << 32 | 0xffff_ffffL >>> entry % 16);
        }
        memory.set(ValueLayout.JAVA_LONG, Layout.SITES_MISSED, -7);
        sites.lookAtAll();
        assertEquals(Map.of(), sites.counts());
        assertEquals(0, sites.missed());
    }

    @Test
    void aMapIsReadAsLinuxWritesIt() {
        MappedFiles map = MappedFiles.of("""
                555555554000-555555556000 r--p 00000000 fe:00 123                        /opt/a program
                555555556000-555555559000 r-xp 00002000 fe:00 123                        /opt/a program
                7ffff7a00000-7ffff7a01000 r-xp 00000000 00:00 0\s
                7ffff7b00000-7ffff7b01000 rwxp 00000000 00:00 0
                7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
                not a line of it
                """);
        assertEquals(new TrapSites.Place("/opt/a program", 0x2010, NR), map.place(0x555555556010L, NR));
        assertEquals(new TrapSites.Place(TrapSites.Place.ANONYMOUS, 0x7ffff7a00008L, NR), map.place(0x7ffff7a00008L, NR));
        assertEquals(new TrapSites.Place(TrapSites.Place.ANONYMOUS, 0x7ffff7b00008L, NR), map.place(0x7ffff7b00008L, NR));
        assertEquals(new TrapSites.Place("[stack]", 0x7ffffffde000L, NR), map.place(0x7ffffffde000L, NR));
        assertEquals(unknown(0x555555559000L), map.place(0x555555559000L, NR));
        assertEquals(unknown(0x1000), map.place(0x1000, NR));
        assertEquals(unknown(0x1000), MappedFiles.UNKNOWN.place(0x1000, NR));
    }

    @Test
    void withoutMeasurementNothingIsRead() {
        put(0, SELF, NOWHERE, 1);
        TrapSites idle = new TrapSites(memory, new ProcFile(new Syscalls()), false);
        idle.look(SELF);
        idle.forget(SELF);
        assertEquals(Map.of(), idle.counts());
        assertTrue(owner(0) != 0);
    }
}
