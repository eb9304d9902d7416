package org.outrigger.kernel.task;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.kernel.memory.AddressSpace;

/** A process of the job: its threads on the LWK, its address space, the cores that it may use. Owned by the main loop. */
public final class LwkProcess {
    private final int pid;
    private final int parent;
    private final RankCores rank;
    private final long started;
    private final List<Task> tasks = new ArrayList<>(2);
    private final List<ThreadRecord> history = new ArrayList<>(2);
    private AddressSpace space;
    private String program = "";
    private long ended = -1;
    private Sample sample = Sample.NONE;
    private int waitStatus = -1;
    private boolean recalled;
    private long stackStart;
    private long stackEnd;

    /** A thread that was, and the core where it was last: kept for the report. */
    public record ThreadRecord(int tid, int core, long started) {
    }

    /**
     * What Linux has counted for a process.
     *
     * @param minorFaults page faults without input or output, -1 for unknown
     * @param majorFaults page faults that waited for input, -1 for unknown
     * @param arenaBytes  memory of the arenas that is present
     * @param hugeBytes   of these, in huge pages
     */
    public record Sample(long minorFaults, long majorFaults, long arenaBytes, long hugeBytes) {
        /** Nothing is known. */
        public static final Sample NONE = new Sample(-1, -1, 0, 0);
    }

    /**
     * One whose rank has nobody else.
     *
     * @param cores   LWK cores of its rank
     * @param started nanoseconds since the job began
     */
    public LwkProcess(int pid, int parent, int[] cores, AddressSpace space, long started) {
        this(pid, parent, new RankCores(cores), space, started);
    }

    /**
     * One of a rank.
     *
     * @param rank    the LWK cores of the rank, which others of it have too
     * @param started nanoseconds since the job began
     */
    public LwkProcess(int pid, int parent, RankCores rank, AddressSpace space, long started) {
        this.pid = pid;
        this.parent = parent;
        this.rank = rank;
        this.space = space;
        this.started = started;
    }

    public int pid() {
        return pid;
    }

    public int parent() {
        return parent;
    }

    /** LWK cores of its rank at the moment, ascending; not to be changed. */
    public int[] cores() {
        return rank.cores();
    }

    /** The same, and whether they have changed. */
    public RankCores rank() {
        return rank;
    }

    public long started() {
        return started;
    }

    /** Nanoseconds since the job began, or -1 while it runs. */
    public long ended() {
        return ended;
    }

    public void end(long now) {
        ended = now;
    }

    public Sample sample() {
        return sample;
    }

    public void sample(Sample last) {
        sample = last;
    }

    /** How it ended as {@code wait4} tells it, or -1 where the LWK was not told. */
    public int waitStatus() {
        return waitStatus;
    }

    public void waitStatus(int status) {
        waitStatus = status;
    }

    /** The main stack of the image that has just been executed: see {@link org.outrigger.kernel.memory.MainStack}. */
    public void stack(long start, long end) {
        stackStart = start;
        stackEnd = end;
    }

    public AddressSpace space() {
        return space;
    }

    public void space(AddressSpace next) {
        space = next;
        space.stack().set(stackStart, stackEnd);
    }

    /** The loop that its threads' slots belong to: its space's, or the main loop when they are recalled for its exec or end. */
    public int loop() {
        return recalled ? 0 : space.loop();
    }

    public void recalled(boolean now) {
        recalled = now;
    }

    /** The file that it executes. */
    public String program() {
        return program;
    }

    public void program(String path) {
        program = path;
    }

    /** Its threads, in no order. */
    public List<Task> tasks() {
        return tasks;
    }

    void add(Task task) {
        task.place = tasks.size();
        tasks.add(task);
    }

    /** Takes a thread out; the last one gets its place, so that thousands of them cost no search. */
    void remove(Task task) {
        if (task.place < tasks.size() && tasks.get(task.place) == task) {
            Task last = tasks.getLast();
            tasks.set(task.place, last);
            last.place = task.place;
            tasks.removeLast();
        }
    }

    /** Its threads, those that have ended too, as far as they are remembered. */
    public List<ThreadRecord> history() {
        return history;
    }
}
