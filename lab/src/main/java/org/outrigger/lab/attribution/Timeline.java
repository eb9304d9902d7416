package org.outrigger.lab.attribution;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What ran on one core when, besides the measured thread: stretches that do not overlap, each of the innermost culprit. An
 * interrupt that interrupts a kernel thread is charged for its own time, the thread for the rest.
 */
final class Timeline {
    /** A stretch of time in ticks; the culprit is null while the measured thread ran. */
    record Stretch(long start, long end, Culprit culprit) {
    }

    private final List<Stretch> stretches = new ArrayList<>();
    private final List<Stretch> own = new ArrayList<>();
    private final Deque<Culprit> handlers = new ArrayDeque<>();
    private final IntPredicate measured;
    private final IntPredicate kernelThread;
    private final double ticksPerNanosecond;
    private Culprit task;
    private long since;
    private boolean begun;

    private Timeline(IntPredicate measured, IntPredicate kernelThread, double ticksPerNanosecond) {
        this.measured = measured;
        this.kernelThread = kernelThread;
        this.ticksPerNanosecond = ticksPerNanosecond;
    }

    /**
     * The time line of one core.
     *
     * @param events       of this core, in the order of time
     * @param measured     whether a thread is a measured one
     * @param kernelThread whether a thread is the kernel's
     * @param ticksPerNanosecond rate of the time stamp counter
     */
    static Timeline of(List<TraceEvent> events, IntPredicate measured, IntPredicate kernelThread,
                            double ticksPerNanosecond) {
        Timeline line = new Timeline(measured, kernelThread, ticksPerNanosecond);
        for (TraceEvent event : events) {
            line.add(event);
        }
        return line;
    }

    /** What ran besides the measured thread, in the order of time. */
    List<Stretch> stretches() {
        return stretches;
    }

    /** Whether a measured thread ran here at some time or just before. */
    boolean ranAt(long time, long before) {
        int low = 0;
        int high = own.size() - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            if (own.get(middle).start() <= time) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && own.get(high).end() + before >= time;
    }

    private void add(TraceEvent event) {
        if (!begun) {
            begun = true;
            task = culprit(event.pid(), event.command());
            since = task == null ? Long.MIN_VALUE : event.at();
        }
        switch (event.step()) {
            case ENTER -> {
                until(event.at());
                handlers.push(event.culprit());
            }
            case LEAVE -> leave(event);
            case TOOK -> {
                long start = Math.max(since, event.at() - (long) (event.nextPid() * ticksPerNanosecond));
                until(start);
                handlers.push(event.culprit());
                until(event.at());
                handlers.pop();
            }
            default -> {
                until(event.at());
                handlers.clear(); // nothing switches inside a handler: what is still there has lost its end
                task = culprit(event.nextPid(), event.next());
            }
        }
    }

    private void leave(TraceEvent event) {
        if (!handlers.isEmpty() && handlers.peek().kind() == event.culprit().kind()) {
            until(event.at());
            handlers.pop();
        } else { // its beginning was not recorded: how long it ran is not known
            until(event.at());
        }
    }

    private void until(long now) {
        Culprit culprit = handlers.isEmpty() ? task : handlers.peek();
        if (now > since) {
            (culprit == null ? own : stretches).add(new Stretch(since, now, culprit));
        }
        since = Math.max(since, now);
    }

    private Culprit culprit(int pid, String name) {
        if (measured.test(pid)) {
            return null;
        }
        if (pid == 0) { // the idle thread does not take time from anybody; the measured one waited
            return new Culprit(Culprit.Kind.KERNEL_THREAD, "idle");
        }
        return new Culprit(kernelThread.test(pid) ? Culprit.Kind.KERNEL_THREAD : Culprit.Kind.USER_TASK, generic(name));
    }

    /** Threads that differ only in a number are one culprit: {@code kworker/1:2-events} and {@code kworker/1:0-events}. */
    private static String generic(String name) {
        return name.startsWith("kworker/") ? name.replaceFirst("/u?\\d+:\\d+H?", "/*") : name;
    }
}
