package org.outrigger.kernel.boot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;

/**
 * Where trapped calls were made. The runtime counts them by process and address; here addresses become places in files, which
 * takes the process's own map, so it must be done while the process has the image. Owned by the kernel loop.
 */
final class TrapSites {
    /** Places that are remembered: those in no file are others in each process. */
    private static final int MOST = 10_000;
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    /**
     * A place in a file, or an address that is in none.
     *
     * @param mapping what is mapped there: a file's path, or as {@code /proc/PID/maps} has it ({@code [heap]}),
     *                {@link #ANONYMOUS} or {@link #GONE}
     * @param offset  of the {@code syscall} in the file; its address where it is in none
     * @param nr      number of the call
     */
    record Place(String mapping, long offset, int nr) {
        /** Memory without a name. */
        static final String ANONYMOUS = "[anonymous]";
        /** The process ended before its map was read. */
        static final String GONE = "[unknown]";

        boolean inFile() {
            return mapping.startsWith("/");
        }
    }

    private final MemorySegment memory;
    private final ProcFile files;
    private final boolean measured;
    private final Map<Place, Long> counts = new HashMap<>();
    /** Maps that were read while the process had the image, for what is counted until it is gone. */
    private final Map<Integer, MappedFiles> last = new HashMap<>();
    private long tooMany;

    /** @param measured whether the runtime counts at all */
    TrapSites(MemorySegment memory, ProcFile files, boolean measured) {
        this.memory = memory;
        this.files = files;
        this.measured = measured;
    }

    /** Takes what has been counted for a process whose image is about to go. */
    void look(int pid) {
        if (measured) {
            String text = files.whole("/proc/" + pid + "/maps");
            MappedFiles map = text.isEmpty() ? last.getOrDefault(pid, MappedFiles.UNKNOWN) : MappedFiles.of(text);
            last.put(pid, map);
            take(pid, map, false);
        }
    }

    /** The image that a process had is gone: takes the rest, and gives its entries back. */
    void forget(int pid) {
        if (measured) {
            MappedFiles map = last.remove(pid);
            take(pid, map == null ? MappedFiles.UNKNOWN : map, true);
        }
    }

    /** Takes what is left of all processes, also of those that go on without the LWK. */
    void lookAtAll() {
        Set<Integer> pids = new HashSet<>();
        for (int i = 0; i < Layout.TRAP_SITES; i++) {
            pids.add((int) (owner(i) >>> Integer.SIZE));
        }
        pids.remove(0);
        pids.forEach(this::look);
    }

    private long owner(int entry) {
        return (long) LONG.getVolatile(memory, Layout.SITE_TABLE + entry * Layout.SITE_SIZE + Layout.SITE_OWNER);
    }

    private void take(int pid, MappedFiles map, boolean free) {
        for (int i = 0; i < Layout.TRAP_SITES; i++) {
            long at = Layout.SITE_TABLE + i * Layout.SITE_SIZE;
            long owner = owner(i);
            if (owner == 0 || owner >>> Integer.SIZE != pid) {
                continue;
            }
            long count = (long) LONG.getAndSet(memory, at + Layout.SITE_COUNT, 0L);
            int nr = (int) owner - 1;
            if (count > 0 && nr >= 0 && nr < Layout.NR_MAX) { // the application may have written what it likes
                add(map.place((long) LONG.getVolatile(memory, at + Layout.SITE_ADDRESS), nr), count);
            }
            if (free) {
                LONG.setVolatile(memory, at + Layout.SITE_ADDRESS, 0L);
                LONG.setVolatile(memory, at + Layout.SITE_OWNER, 0L);
            }
        }
    }

    private void add(Place place, long count) {
        if (counts.size() < MOST || counts.containsKey(place)) {
            counts.merge(place, count, Long::sum);
        } else {
            tooMany += count;
        }
    }

    /** Trapped calls by place, of all processes that were looked at. */
    Map<Place, Long> counts() {
        return counts;
    }

    /** Trapped calls that there was no room to count by place. */
    long missed() {
        return Math.max(0, memory.get(ValueLayout.JAVA_LONG, Layout.SITES_MISSED)) + tooMany;
    }
}
