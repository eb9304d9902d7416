package org.outrigger.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** What a recording of the LWK's JVM tells about the kernel loops between two moments. */
final class LoopRecording {

    /** Threads whose names begin so run kernel loops; where there is none, the main thread does. */
    private static final String LOOP = "kernel loop";
    private static final String MAIN = "main";

    private static final Set<String> WAITS =
            Set.of("jdk.JavaMonitorEnter", "jdk.JavaMonitorWait", "jdk.ThreadPark", "jdk.ThreadSleep");
    private static final String LWK = "org.outrigger.";

    private final Instant begin;
    private final Instant end;
    private final Predicate<RecordedThread> isLoop;
    /** Least and greatest reading of the bytes that a loop has allocated, by thread. */
    private final Map<Long, long[]> allocated = new HashMap<>();
    private final Map<String, Integer> where = new TreeMap<>();
    private long readings;
    private long collections;
    private long waits;
    private long deoptimisations;
    private long compilations;
    private long otherCompilations;
    private long safepoints;

    private LoopRecording(Instant begin, Instant end, Predicate<RecordedThread> isLoop) {
        this.begin = begin;
        this.end = end;
        this.isLoop = isLoop;
    }

    /**
     * Reads a recording.
     *
     * @throws IOException if it is none
     */
    static SteadyFigures read(Path file, Instant begin, Instant end) throws IOException {
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        boolean named = events.stream().anyMatch(event -> named(thread(event), LOOP));
        LoopRecording recording = new LoopRecording(begin, end, thread -> named(thread, named ? LOOP : MAIN));
        events.forEach(recording::take);
        return recording.figures();
    }

    private static RecordedThread thread(RecordedEvent event) {
        return event.hasField("thread") ? event.getThread("thread") : event.getThread();
    }

    private static boolean named(RecordedThread thread, String name) {
        return thread != null && thread.getJavaName() != null && thread.getJavaName().startsWith(name);
    }

    private SteadyFigures figures() {
        long bytes = allocated.values().stream().mapToLong(reading -> reading[1] - reading[0]).sum();
        return new SteadyFigures(allocated.size(), readings, bytes, collections, waits, deoptimisations, compilations,
                otherCompilations, safepoints, where);
    }

    private void take(RecordedEvent event) {
        if (event.getStartTime().isBefore(begin) || event.getStartTime().isAfter(end)) {
            return;
        }
        String name = event.getEventType().getName();
        RecordedThread thread = thread(event);
        switch (name) {
            case "jdk.GarbageCollection" -> collections++;
            case "jdk.SafepointBegin" -> safepoints++;
            case "jdk.Compilation" -> {
                RecordedMethod method = event.getValue("method");
                if (method.getType().getName().startsWith(LWK)) {
                    compilations++;
                    note(name(method), "compiled");
                } else {
                    otherCompilations++;
                }
            }
            default -> {
                if (isLoop.test(thread)) {
                    ofLoop(event, name, thread);
                }
            }
        }
    }

    private void ofLoop(RecordedEvent event, String name, RecordedThread thread) {
        switch (name) {
            case "jdk.ThreadAllocationStatistics" -> {
                long bytes = event.getLong("allocated");
                long[] range = allocated.computeIfAbsent(thread.getId(), id -> new long[] {bytes, bytes});
                range[0] = Math.min(range[0], bytes); // events do not come in the order of their times
                range[1] = Math.max(range[1], bytes);
                readings++;
            }
            case "jdk.ObjectAllocationInNewTLAB", "jdk.ObjectAllocationOutsideTLAB" ->
                note(place(event), ((RecordedClass) event.getValue("objectClass")).getName());
            case "jdk.Deoptimization" -> {
                deoptimisations++;
                note(name(event.getValue("method")), "deoptimised: " + event.getString("reason"));
            }
            default -> {
                if (WAITS.contains(name)) {
                    waits++;
                    note(place(event), name.substring("jdk.".length()));
                }
            }
        }
    }

    private static String name(RecordedMethod method) {
        return method.getType().getName() + "." + method.getName();
    }

    /** Who is to blame is the LWK's own method, not the JDK's that it called. */
    private static String place(RecordedEvent event) {
        return event.getStackTrace() == null ? "unknown place" : event.getStackTrace().getFrames().stream()
                .filter(frame -> frame.getMethod().getType().getName().startsWith(LWK)).findFirst()
                .map(frame -> name(frame.getMethod()) + ":" + frame.getLineNumber()).orElse("outside of the LWK");
    }

    private void note(String place, String what) {
        where.merge(place + " (" + what + ")", 1, Integer::sum);
    }
}
