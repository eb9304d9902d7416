package org.outrigger.lab.attribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Watches some cores while something is measured on them, and tells afterwards who took the time of its detours. Where the
 * kernel's trace may not be used, only counters are compared, and each detour's culprit stays unknown. Belongs to one thread.
 */
public final class Witness implements AutoCloseable {
    /** {@code PF_KTHREAD} of {@code include/linux/sched.h}. */
    private static final long KERNEL_THREAD = 0x0020_0000;
    private static final int FLAGS_FIELD = 6;
    /** A thread that was seen so long before a detour was still there when it began. */
    private static final double NEAR_NS = 5000;

    private final Path proc;
    private final int[] cpus;
    private final KernelTrace trace;
    private final List<String> notes = new ArrayList<>();
    private final Map<Integer, Boolean> kernelThreads = new HashMap<>();
    private Counters before;
    private Counters after;

    private Witness(Path proc, int[] cpus, KernelTrace trace) {
        this.proc = proc;
        this.cpus = cpus.clone();
        this.trace = trace;
    }

    /** A witness for some cores of this machine. */
    public static Witness of(int[] cpus) {
        return of(KernelTrace.TRACEFS, Path.of("/proc"), cpus);
    }

    static Witness of(Path tracefs, Path proc, int[] cpus) {
        try {
            Witness witness = new Witness(proc, cpus, KernelTrace.open(tracefs, cpus));
            for (String event : witness.trace.missing()) {
                witness.notes.add("this kernel has no event " + event);
            }
            return witness;
        } catch (IOException | SecurityException refused) {
            Witness witness = new Witness(proc, cpus, null);
            witness.notes.add("single detours cannot be told apart without the kernel's trace: " + refused.getMessage());
            return witness;
        }
    }

    /** From now on. */
    public void start() throws IOException {
        before = Counters.read(proc, cpus);
        if (trace != null) {
            trace.start();
        }
    }

    /** Up to now. */
    public void stop() throws IOException {
        if (trace != null) {
            trace.stop();
        }
        after = Counters.read(proc, cpus);
    }

    /**
     * Who took the time.
     *
     * @param detours            what the measured threads found, in the order of time
     * @param measured           name of these threads, as the kernel has it: 15 characters at most
     * @param ticksPerNanosecond rate of the time stamp counter
     * @param seconds            how long was measured, all cores together
     */
    public Attribution explain(List<Detour> detours, String measured, double ticksPerNanosecond, double seconds)
            throws IOException {
        double all = 0;
        for (Detour detour : detours) {
            all += detour.ticks() / ticksPerNanosecond;
        }
        double stolen = after.stolenSince(before);
        List<Share> shares = List.of();
        long lost = 0;
        if (trace != null) {
            Blame blame = new Blame(ticksPerNanosecond);
            List<List<TraceEvent>> events = new ArrayList<>();
            for (int cpu : cpus) {
                events.add(trace.events(cpu));
                lost += trace.lost(cpu);
            }
            Set<Integer> own = pids(events, measured);
            Timeline[] lines = new Timeline[cpus.length];
            for (int i = 0; i < cpus.length; i++) {
                lines[i] = Timeline.of(events.get(i), own::contains, this::isKernelThread, ticksPerNanosecond);
            }
            List<List<Detour>> sorted = sorted(detours, lines, (long) (NEAR_NS * ticksPerNanosecond));
            for (int i = 0; i < cpus.length; i++) {
                blame.charge(sorted.get(i), lines[i].stretches());
            }
            shares = blame.shares(stolen);
        }
        return new Attribution(trace == null ? "counters" : "trace", detours.size(), all, seconds, stolen, shares,
                after.since(before), lost, notes);
    }

    /** Threads that had this name at some time: one that runs since before its exec has an older one in events. */
    private static Set<Integer> pids(List<List<TraceEvent>> events, String name) {
        Set<Integer> pids = new HashSet<>();
        for (List<TraceEvent> some : events) {
            for (TraceEvent event : some) {
                if (event.command().equals(name)) {
                    pids.add(event.pid());
                }
                if (event.next().equals(name)) {
                    pids.add(event.nextPid());
                }
            }
        }
        return pids;
    }

    /** The detours of each core; one whose core is not known goes to the first. */
    private List<List<Detour>> sorted(List<Detour> detours, Timeline[] lines, long near) {
        List<List<Detour>> sorted = new ArrayList<>();
        for (int ignored : cpus) {
            sorted.add(new ArrayList<>());
        }
        for (Detour detour : detours) {
            int home = 0;
            for (int i = 0; i < cpus.length; i++) {
                if (detour.cpu() == cpus[i] || detour.cpu() == Detour.ANYWHERE && lines[i].ranAt(detour.start(), near)) {
                    home = i;
                    break;
                }
            }
            sorted.get(home).add(detour);
        }
        return sorted;
    }

    private boolean isKernelThread(int pid) {
        return kernelThreads.computeIfAbsent(pid, this::readFlags);
    }

    private boolean readFlags(int pid) {
        try {
            String stat = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[FLAGS_FIELD]) & KERNEL_THREAD) != 0;
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException gone) {
            return false; // threads of the kernel seldom end
        }
    }

    /** Gives the trace back. */
    @Override
    public void close() throws IOException {
        if (trace != null) {
            trace.close();
        }
    }
}
