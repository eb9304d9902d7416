package org.outrigger.lab.attribution;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * What ran on one core when, besides the measured thread: stretches that do not overlap, each of the innermost culprit. An
 * interrupt that interrupts a kernel thread is charged for its own time, the thread for the rest.
 */
final class Timeline {
    /** A stretch of time in ticks; the culprit is null while the measured thread ran. */
    record Stretch(long start, long end, Culprit culprit) {
    }

    private final List<Stretch> stretches = new ArrayList<>();
    private final Deque<Culprit> handlers = new ArrayDeque<>();
    private final Predicate<String> measured;
    private final IntPredicate kernelThread;
    private final double ticksPerNanosecond;
    private Culprit task;
    private long since;
    private boolean begun;

    private Timeline(Predicate<String> measured, IntPredicate kernelThread, double ticksPerNanosecond) {
        this.measured = measured;
        this.kernelThread = kernelThread;
        this.ticksPerNanosecond = ticksPerNanosecond;
    }

    /**
     * Builds the time line of one core.
     *
     * @param events       of this core, in the order of time
     * @param measured     whether a thread of this name is a measured one
     * @param kernelThread whether a thread is the kernel's
     * @param ticksPerNanosecond rate of the time stamp counter
     */
    static List<Stretch> of(List<TraceEvent> events, Predicate<String> measured, IntPredicate kernelThread,
                            double ticksPerNanosecond) {
        Timeline line = new Timeline(measured, kernelThread, ticksPerNanosecond);
        for (TraceEvent event : events) {
            line.add(event);
        }
        return line.stretches;
    }

    private void add(TraceEvent event) {
        if (!begun) {
            begun = true;
            since = event.at();
            task = culprit(event.pid(), event.command());
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
        if (now > since && culprit != null) {
            stretches.add(new Stretch(since, now, culprit));
        }
        since = Math.max(since, now);
    }

    private Culprit culprit(int pid, String name) {
        if (measured.test(name)) {
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
