package org.outrigger.kernel.memory;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mman;
import org.outrigger.kernel.loop.Pending;

/**
 * What the LWK knows of one address space: its arena and its heap. Processes that share memory (vfork, CLONE_VM) share the
 * instance. It belongs to one kernel loop for life; the count of islands alone is the main loop's.
 *
 * <p>A fork copies it twice over: Linux copies the pages when the clone is made, the LWK this record when the clone is
 * announced. Between the two, other threads go on; whatever they allocate then is entered in the copy too, so that the child
 * never hands out memory that its parent had in use at the fork. What they free then merely stays unused in the child.
 */
public final class AddressSpace {
    private final Arena arena;
    private final Commitment commitment;
    private final PoolUse poolUse = new PoolUse();
    private final List<AddressSpace> unborn = new ArrayList<>(2);
    private long breakStart;
    private long breakNow;
    private long breakMapped;
    private long breakDirty;
    private long breakPeak;
    private long breakMoves;
    private boolean heapLaunched;
    private final MainStack stack = new MainStack();
    private final PolicyBooks policies;
    private boolean limited;
    private boolean heapPlain;
    private boolean trimDue;
    private boolean locked;
    private long served;
    private int islands;
    private int loop;
    private int owner;
    private volatile boolean leaving;
    private int pageTable = -1;
    private Residency residency;
    private long lastLook;
    private long launchBytes;
    private Object demotion;

    /**
     * That of a new image.
     *
     * @param programBreak where Linux put the break
     * @param limited      whether RLIMIT_AS or RLIMIT_DATA is set: then Linux does the work, and so keeps the limit exactly
     */
    public AddressSpace(long programBreak, boolean limited) {
        this(programBreak, limited, Account.NONE);
    }

    /**
     * That of a new image in a job with a limit.
     *
     * @param account what it is charged to
     */
    public AddressSpace(long programBreak, boolean limited, Account account) {
        commitment = account.counts() ? new Commitment(account) : Commitment.NONE;
        arena = new Arena();
        poolUse.of(arena);
        breakStart = programBreak;
        breakNow = programBreak;
        breakMapped = programBreak;
        breakDirty = programBreak;
        policies = new PolicyBooks();
        breakPeak = programBreak;
        this.limited = limited;
    }

    private AddressSpace(AddressSpace parent) {
        arena = new Arena(parent.arena);
        poolUse.of(arena);
        commitment = parent.commitment.fork();
        breakStart = parent.breakStart;
        breakNow = parent.breakNow;
        breakMapped = parent.breakMapped;
        breakDirty = parent.breakDirty;
        breakPeak = parent.breakNow;
        heapLaunched = parent.heapLaunched;
        policies = new PolicyBooks(parent.policies);
        limited = parent.limited;
        locked = parent.locked;
        heapPlain = parent.heapPlain;
        trimDue = parent.trimDue;
        arena.abandonPool();
    }

    /** Number of the loop that it belongs to. */
    public int loop() {
        return loop;
    }

    /** Before anybody else has seen it: the loop that it belongs to. */
    public void loop(int its) {
        loop = its;
    }

    /** The record for a child about to be forked; {@link #born} must follow. */
    public AddressSpace fork() {
        AddressSpace child = new AddressSpace(this);
        unborn.add(child);
        return child;
    }

    /** The child runs on its own now, or will never exist. */
    public void born(AddressSpace child) {
        unborn.remove(child);
    }

    /** From the main loop: so many processes more live in it; after the last one it holds nothing. */
    public void users(int more) {
        if (commitment.users(more) == 0 & poolUse.users(more) == 0) {
            commitment.release();
        }
    }

    /** The process whose memory it is; until it is named, and where it never is, nobody can look what pages are there. */
    public void owner(int pid) {
        owner = pid;
        if (accounted()) {
            commitment.owner(pid);
        }
    }

    /** From the main loop: the owner is about to execute another image; its number may mean another address space from now on. */
    public void leaving(int pid) {
        leaving |= owner == pid;
    }

    /** The owner has ended or has another image; others may still run in this one. */
    public void left(int pid) {
        if (owner == pid) {
            owner = 0;
            if (pageTable >= 0) {
                residency.close(pageTable);
                pageTable = -1;
            }
        }
    }

    /** Whether it can be seen what pages are there; asks for permission at the first time. */
    boolean visible(Residency through) {
        if (pageTable < 0 && owner != 0 && !leaving) {
            residency = through;
            pageTable = through.open(owner);
            if (pageTable >= 0 && leaving) { // said meanwhile: it may be the other image's
                through.close(pageTable);
                pageTable = -1;
            }
            leaving |= pageTable < 0;
        }
        return pageTable >= 0;
    }

    /** What {@link Residency#open} returned. */
    int pageTable() {
        return pageTable;
    }

    /** Whether the last look at all that is unknown was so long ago; then this is taken for the next one. */
    boolean lookedLongAgo(long now, long interval) {
        if (lastLook != 0 && now - lastLook < interval) {
            return false;
        }
        lastLook = now;
        return true;
    }

    Arena arena() {
        return arena;
    }

    /** What it may have of the huge-page pools. */
    public PoolUse poolUse() {
        return poolUse;
    }

    /** What replaces pages from a pool at the moment, or null. */
    Object demotion() {
        return demotion;
    }

    void demotion(Object work) {
        demotion = work;
    }

    /** The process whose memory it is, 0 for none. */
    int owner() {
        return owner;
    }

    /** Before anybody else has seen it: bytes that get their pages before the first large piece is handed out. */
    public void launchBytes(long bytes) {
        launchBytes = bytes;
    }

    /** What is still to be populated so. */
    public long launchBytes() {
        return launchBytes;
    }

    /** Whether a child is being forked: its record and its memory were copied at different moments. */
    boolean forking() {
        return !unborn.isEmpty();
    }

    /** Bytes on pages from the huge-page pools at the most, of one size. */
    public long pooledMost(PageSize size) {
        return arena.pool().most(size);
    }

    void use(long start, long end) {
        arena.use(start, end);
        for (int i = 0; i < unborn.size(); i++) {
            Arena copy = unborn.get(i).arena;
            if (copy.ranges().any(start, end, Arena.FREE_SET)) {
                copy.use(start, end);
            }
        }
    }

    /** What lies in the range is no longer the arena's; nor is it a child's, whichever comes first, the fork or this. */
    void forget(long start, long end) {
        long from = start & -Mman.PAGE_SIZE;
        long to = MemoryCalls.roundUp(end);
        if (arena.ranges().any(from, to, ~(1 << Ranges.NONE))) {
            arena.forget(from, to);
        }
        if (accounted()) {
            commitment.forget(from, to);
        }
        for (int i = 0; i < unborn.size(); i++) {
            unborn.get(i).arena.forget(from, to);
        }
    }

    /** From now on only Linux knows what the allocated parts of the range are like. */
    void taint(long start, long end) {
        arena.taint(start, end);
        for (int i = 0; i < unborn.size(); i++) {
            unborn.get(i).arena.taint(start, end);
        }
    }

    void setBreak(long now, long mapped) {
        breakDirty = Math.max(breakDirty, MemoryCalls.roundUp(Math.max(breakNow, now)));
        breakNow = now;
        breakMapped = mapped;
        breakMoves++;
        breakPeak = Math.max(breakPeak, now);
        for (int i = 0; i < unborn.size(); i++) {
            // The fork may come before or after this: the child counts on the less that is mapped and the more that is dirty.
            unborn.get(i).setBreak(now, Math.min(mapped, unborn.get(i).breakMapped));
        }
    }

    long breakStart() {
        return breakStart;
    }

    long breakNow() {
        return breakNow;
    }

    /** Up to where Linux has mapped the heap. */
    long breakMapped() {
        return breakMapped;
    }

    /** Up to where the heap may hold something else than zero. */
    long breakDirty() {
        return breakDirty;
    }

    /** Counts every change of the heap's bounds. */
    long breakMoves() {
        return breakMoves;
    }

    /** From here on the heap holds nothing; a child about to be forked may still have what was there. */
    void cleanHeap(long from) {
        breakDirty = Math.min(breakDirty, from);
    }

    /** Whether the heap's first step is still to be made; once. */
    boolean heapLaunchDue() {
        boolean due = !heapLaunched;
        heapLaunched = true;
        return due;
    }

    /** The main stack, as far as it is known. */
    public MainStack stack() {
        return stack;
    }

    /** What its threads have done about NUMA nodes. */
    public PolicyBooks policies() {
        return policies;
    }

    /** Whether the application has treated parts of its heap itself, so that only Linux knows what they are like. */
    boolean heapPlain() {
        return heapPlain;
    }

    void makeHeapPlain() {
        heapPlain = true;
        for (int i = 0; i < unborn.size(); i++) {
            unborn.get(i).heapPlain = true;
        }
    }

    /** Whether free memory must go back to Linux at the next occasion. */
    boolean trimDue() {
        return trimDue;
    }

    void trimDue(boolean due) {
        trimDue = due;
    }

    /** Whether Linux does the work, so that no memory is mapped ahead of use. */
    boolean limited() {
        return limited || locked;
    }

    void limit(boolean now) {
        limited = now;
    }

    /** Whether all that Linux maps is to stay in memory: then nothing may be mapped ahead of use either. */
    boolean isLocked() {
        return locked;
    }

    void lock(boolean now) {
        locked = now;
    }

    void countServed() {
        served++;
    }

    /** Linux unmaps the range itself: the arena must not count on it any more. */
    public void unmapped(long start, long end) {
        forget(start, end);
        settle();
    }

    /** Whether the job has a limit. */
    public boolean accounted() {
        return commitment.counts();
    }

    /** What it is charged for. */
    public Commitment commitment() {
        return commitment;
    }

    /** Where the heap begins, in whole pages. */
    long heapFrom() {
        return breakStart & -Mman.PAGE_SIZE;
    }

    /** Bytes that the heap has. */
    public long heapBytes() {
        return MemoryCalls.roundUp(breakNow) - MemoryCalls.roundUp(breakStart);
    }

    /** After its books have changed: makes the charge what they say. */
    public void settle() {
        if (accounted()) {
            long heapKept = Math.min(breakDirty, breakMapped) - MemoryCalls.roundUp(breakNow);
            commitment.settle(arena.used(), heapBytes(),
                    arena.ranges().bytes(Arena.DIRTY) + arena.ranges().bytes(Arena.UNKNOWN) + Math.max(0, heapKept));
        }
    }

    /** A call is over. */
    public void settle(Pending pending) {
        commitment.over(pending);
        settle();
    }

    /** Outside the arena the range is from now on what the tag of {@link Commitment} says. */
    void book(long start, long end, int tag) {
        commitment.book(start, end, tag);
        for (int i = 0; i < unborn.size(); i++) {
            unborn.get(i).commitment.book(start, end, tag);
        }
    }

    /** What is in no book of the range is charged from now on. */
    void bookRest(long start, long end) {
        commitment.bookRest(start, end, arena, heapFrom(), breakMapped);
        for (int i = 0; i < unborn.size(); i++) {
            unborn.get(i).commitment.bookRest(start, end, arena, heapFrom(), breakMapped);
        }
    }

    /** A mapping of the image itself: before the program has run. */
    public void image(long start, long end, boolean stack) {
        commitment.book(start, end, stack ? Commitment.STACK : Commitment.PRIVATE);
    }

    /** Blocks of trampolines in it. */
    public int islands() {
        return islands;
    }

    /** There is one more. */
    public void addIsland() {
        islands++;
    }

    /** A forked child has its parent's; those made while it was being forked it may lack, and leaves their places empty. */
    public void inheritIslands(AddressSpace parent) {
        islands = parent.islands;
    }

    public long arenaReserved() {
        return arena.reserved();
    }

    public long arenaUsed() {
        return arena.used();
    }

    public long arenaPeak() {
        return arena.peak();
    }

    public int extents() {
        return arena.extents();
    }

    /** Bytes that the heap had at its largest. */
    public long heapPeak() {
        return breakPeak - breakStart;
    }

    /** Calls answered without Linux. */
    public long served() {
        return served;
    }
}
