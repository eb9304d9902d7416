package org.outrigger.lab.attribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches some cores while something is measured on them, and tells afterwards who took the time of its detours. Where the
 * kernel's trace may not be used, only counters are compared, and each detour's culprit stays unknown. Belongs to one thread.
 */
public final class Witness implements AutoCloseable {
    /** {@code PF_KTHREAD} of {@code include/linux/sched.h}. */
    private static final long KERNEL_THREAD = 0x0020_0000;
    private static final int FLAGS_FIELD = 6;

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
            for (int cpu : cpus) {
                blame.charge(detours.stream().filter(detour -> detour.cpu() == cpu).toList(),
                        Timeline.of(trace.events(cpu), measured::equals, this::isKernelThread, ticksPerNanosecond));
                lost += trace.lost(cpu);
            }
            shares = blame.shares(stolen);
        }
        return new Attribution(trace == null ? "counters" : "trace", detours.size(), all, seconds, stolen, shares,
                after.since(before), lost, notes);
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
