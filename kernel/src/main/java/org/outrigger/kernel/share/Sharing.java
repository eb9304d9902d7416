package org.outrigger.kernel.share;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.outrigger.abi.Nr;
import org.outrigger.host.LocalSocket;
import org.outrigger.host.Syscalls;
import org.outrigger.host.share.JobName;
import org.outrigger.host.share.Segment;

/**
 * The job's shared memory as the job sees it. Until somebody connects it is a listening socket, since most jobs share nothing
 * and are not to wait for it.
 */
public final class Sharing {
    private static final int BACKLOG = 128;
    private static final long STACK = 256 << 10;
    private static final int MOST_NAMES = 8;

    private final int listening;
    private final Allowance budget;
    private Registrar registrar;
    private Thread thread;
    private boolean closed;

    private Sharing(int listening, Allowance budget) {
        this.listening = listening;
        this.budget = budget;
    }

    /**
     * Listens for a job.
     *
     * @param job    its name, as the launcher has made it; where that is none, or is taken, nobody can share memory
     * @param budget what the segments are charged to
     */
    public static Sharing of(Syscalls linux, String job, Allowance budget) {
        JobName name = JobName.of(job);
        return new Sharing(name == null ? -1 : new LocalSocket(linux, 0).listen(name.socket(), BACKLOG), budget);
    }

    /** Whether there is something to wait for. */
    public boolean open() {
        return listening >= 0;
    }

    /** What becomes readable when the first client comes: then {@link #begin} is to be called, and this to be watched no more. */
    public int descriptor() {
        return listening;
    }

    /** The first client is here. */
    public synchronized void begin() {
        if (!closed && thread == null) {
            registrar = new Registrar(listening, budget);
            thread = new Thread(null, registrar, "registrar", STACK);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** From now on clients are told that the LWK is gone. Memory that is attached stays. */
    public void end(Syscalls linux) {
        synchronized (this) {
            closed = true;
        }
        if (thread == null) {
            linux.call(Nr.CLOSE, listening, 0, 0);
        } else { // a JVM that ends waits for threads in native code, and longer than this
            registrar.stop(linux);
            try {
                thread.join();
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One sentence for the report, when it has ended; empty where nothing was shared. */
    public synchronized Optional<String> summary() {
        if (registrar == null || registrar.totals().made() == 0) {
            return Optional.empty();
        }
        Registry.Totals totals = registrar.totals();
        List<Segment> left = registrar.segments();
        String names = left.stream().limit(MOST_NAMES).map(segment -> segment.name() + " (" + segment.size() + " bytes, pid "
                + segment.pid() + ", attached " + segment.attaches() + " times)").collect(Collectors.joining(", "));
        return Optional.of("shared segments: " + totals.made() + " made, at most " + totals.most()
                + " bytes at a time, attached " + totals.attaches() + " times; "
                + (left.isEmpty() ? "none was left at the end" : "left at the end: " + names
                + (left.size() > MOST_NAMES ? " and " + (left.size() - MOST_NAMES) + " more" : "")));
    }
}
