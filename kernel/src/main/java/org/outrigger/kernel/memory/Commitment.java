package org.outrigger.kernel.memory;

import java.util.concurrent.atomic.AtomicLong;
import org.outrigger.kernel.loop.Pending;

/**
 * What one address space is charged for, in a job with a limit: its allocated pieces of the arena, its heap, and what is listed
 * here, its private writable mappings elsewhere. Shared anonymous memory is charged by {@link SharedPieces}.
 *
 * <pre>
 *    charged = arena in use + heap + private mappings elsewhere + reservations of calls under way
 * </pre>
 *
 * <p>A call reserves what it may need before anything is done; when its outcome is in the books, {@link #settle} makes the
 * sum right. Belongs to the loop of its address space, but that {@link #release} may be called by whoever knows that the process
 * has ended.
 */
public final class Commitment {
    /** Charged: private, and writable at some time since it was mapped. */
    static final int PRIVATE = 1;
    /** Mapped shared: never charged for being made writable. */
    static final int SHARED = 2;
    /** The main stack, which is not counted. */
    static final int STACK = 3;
    /** Of a job without a limit. */
    static final Commitment NONE = new Commitment(Account.NONE);

    private static final int KNOWN_SET = 1 << PRIVATE | 1 << SHARED | 1 << STACK;

    private final Account account;
    /** Whether there is a limit: asked at each call. */
    private final boolean counts;
    private final Ranges outside;
    private final SharedPieces shared;
    private final AtomicLong charged = new AtomicLong();
    private long underWay;
    private final AtomicLong kept = new AtomicLong();
    /** For a child about to be forked. */
    private long prepaid;
    private int owner;
    /** Processes that live in the address space; the main loop's. */
    private volatile int users;
    private volatile boolean released;
    private long peak;
    private long arenaThen;
    private long heapThen;
    private long outsideThen;
    private long sharedThen;

    Commitment(Account account) {
        this.account = account;
        counts = account.counts();
        outside = new Ranges();
        shared = new SharedPieces(account);
    }

    /** That of a forked child, for which its parent has paid. */
    private Commitment(Commitment parent) {
        account = parent.account;
        counts = true;
        outside = new Ranges(parent.outside);
        shared = new SharedPieces(parent.shared);
        charged.set(parent.prepaid);
        parent.prepaid = 0;
    }

    Commitment fork() {
        return counts() ? new Commitment(this) : NONE;
    }

    /** Whom it is charged to. */
    public Account account() {
        return account;
    }

    boolean counts() {
        return counts;
    }

    void owner(int pid) {
        owner = pid;
        if (counts() && pid != 0) {
            account.budget().holds(pid, this);
        }
    }

    int owner() {
        return owner;
    }

    /** From the main loop: so many processes more live in it; how many there are now. */
    public int users(int more) {
        if (counts()) {
            users += more;
        }
        return users;
    }

    boolean ownersAlone() {
        return users <= 1;
    }

    /** Charges a call that may need so much; false: there is no room. */
    boolean reserve(Pending pending, long bytes) {
        if (!account.charge(bytes)) {
            return false;
        }
        charged.addAndGet(bytes);
        hold(pending, bytes);
        return true;
    }

    /** So much leaves the books while a call is under way, and may come back. */
    void hold(Pending pending, long bytes) {
        underWay += bytes;
        pending.reserved += bytes;
    }

    /** The call is over. */
    void over(Pending pending) {
        underWay -= pending.reserved;
        pending.reserved = 0;
    }

    /** Pays for a copy of all that is charged; false: there is no room. */
    boolean prepay() {
        long all = charged.get() - underWay;
        prepaid = account.charge(all) ? all : 0;
        return prepaid == all;
    }

    /** Makes the charge what the books say. */
    void settle(long arena, long heap, long itsKept) {
        if (released) {
            return;
        }
        long now = arena + heap + outside.bytes(PRIVATE) + underWay;
        long more = now - charged.get();
        if (more != 0) {
            charged.addAndGet(more);
            if (more > 0) {
                account.force(more);
            } else {
                account.uncharge(-more);
            }
        }
        if (now + shared.bytes() > peak) {
            peak = now + shared.bytes();
            arenaThen = arena;
            heapThen = heap;
            outsideThen = outside.bytes(PRIVATE);
            sharedThen = shared.bytes();
        }
        if (itsKept != kept.get()) {
            account.inKeeping(itsKept - kept.getAndSet(itsKept));
        }
    }

    /** The address space is no more: everything is given back. Returns how much. */
    public long release() {
        if (!counts()) {
            return 0;
        }
        released = true;
        account.budget().givesBack(1); // before nobody holds it
        account.budget().holdsNoMore(owner, this);
        account.inKeeping(-kept.getAndSet(0));
        long all = charged.getAndSet(0);
        account.uncharge(all);
        long dropped = shared.drop();
        account.budget().givesBack(-1);
        return all + dropped;
    }

    boolean pressed() {
        return counts() && account.budget().pressed();
    }

    SharedPieces shared() {
        return shared;
    }

    /** What the range is from now on. */
    void book(long start, long end, int tag) {
        outside.set(start, end, tag);
    }

    /** What of the range is in no book becomes charged. */
    void bookRest(long start, long end, Arena arena, long heapStart, long heapEnd) {
        long at = start;
        while ((at = rest(at, end, arena, heapStart, heapEnd)) < end) {
            long stop = restEnd(at, end, arena, heapStart);
            outside.set(at, stop, PRIVATE);
            at = stop;
        }
    }

    /** How much that would be. */
    long rest(AddressSpace space, long start, long end) {
        long bytes = 0;
        long at = start;
        while ((at = rest(at, end, space.arena(), space.heapFrom(), space.breakMapped())) < end) {
            long stop = restEnd(at, end, space.arena(), space.heapFrom());
            bytes += stop - at;
            at = stop;
        }
        return bytes;
    }

    private long rest(long from, long end, Arena arena, long heapStart, long heapEnd) {
        long at = from;
        while (at < end) {
            long next = outside.firstOf(at, end, 1 << Ranges.NONE);
            next = arena.ranges().firstOf(next, end, 1 << Ranges.NONE);
            next = next >= heapStart && next < heapEnd ? heapEnd : next;
            if (next == at) {
                return at;
            }
            at = next;
        }
        return end;
    }

    private long restEnd(long from, long end, Arena arena, long heapStart) {
        long stop = outside.firstOf(from, end, KNOWN_SET);
        stop = arena.ranges().firstOf(from, stop, ~(1 << Ranges.NONE));
        return from < heapStart && stop > heapStart ? heapStart : stop;
    }

    /** How much of a range is charged here. */
    long bytes(long start, long end) {
        long bytes = 0;
        long at = start;
        while ((at = outside.firstOf(at, end, 1 << PRIVATE)) < end) {
            long stop = outside.firstOf(at, end, ~(1 << PRIVATE));
            bytes += stop - at;
            at = stop;
        }
        return bytes;
    }

    /** What an address is, as far as it is known here. */
    int at(long address) {
        return outside.at(address);
    }

    /** Linux unmaps the range. */
    void forget(long start, long end) {
        if (outside.any(start, end, KNOWN_SET)) {
            outside.set(start, end, Ranges.NONE);
            shared.forget(start, end);
        }
    }

    /** What the call has reserved is now charged as shared memory. */
    void share(Pending pending, long start, long end) {
        account.force(end - start - pending.reserved); // what it replaces is given back yet
        charged.addAndGet(-pending.reserved);
        over(pending);
        shared.make(start, end);
    }

    /** A shared mapping moves; with an empty old range, its source stays where it is. */
    void move(long old, long oldEnd, long start, long end) {
        if (old != start) {
            forget(start, end);
        }
        if (oldEnd > old) {
            outside.set(old, oldEnd, Ranges.NONE);
        }
        shared.moved(old, oldEnd, start, end);
        outside.set(start, end, SHARED);
    }

    boolean keeps() {
        return kept.get() > 0;
    }

    /** The most bytes that were charged at a time. */
    public long peak() {
        return peak;
    }

    /** Of these, in the arena. */
    public long arenaThen() {
        return arenaThen;
    }

    /** In the heap. */
    public long heapThen() {
        return heapThen;
    }

    /** In private mappings elsewhere. */
    public long outsideThen() {
        return outsideThen;
    }

    /** In shared anonymous memory, which other processes may have mapped too. */
    public long sharedThen() {
        return sharedThen;
    }

    /** Bytes charged now, shared ones apart. */
    public long charged() {
        return charged.get();
    }
}
