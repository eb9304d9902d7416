package org.outrigger.kernel.share;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.host.SealedMemory;
import org.outrigger.host.share.Access;
import org.outrigger.host.share.PageKind;
import org.outrigger.host.share.Segment;
import org.outrigger.host.share.Wire;

/**
 * The segments of a job. Nobody is told of a segment whose owner has ended, however soon after: each look at one asks for its
 * owner. Belongs to the registrar's thread; {@link #totals} may be called by any.
 */
final class Registry {
    /**
     * Who asks.
     *
     * @param pid     0 where it has none in the LWK's namespace
     * @param uid     effective user id
     * @param gid     effective group id
     * @param inGroup whether it is in a supplementary group
     */
    record Caller(int pid, int uid, int gid, IntPredicate inGroup) {
    }

    /**
     * What has been.
     *
     * @param made     segments that were made
     * @param most     bytes of the segments that there were at one time, at most
     * @param attaches how often one was attached
     */
    record Totals(long made, long most, long attaches) {
    }

    private static final int PERMISSIONS = 0666;
    private static final int GROUP_SHIFT = 3;
    private static final int OWNER_SHIFT = 6;
    private static final int ROOT = 0;
    private static final int NONE = -1;

    private final int uid;
    private final int most;
    private final Allowance budget;
    private final IntPredicate ended;
    private final IntConsumer close;
    private final Map<String, Entry> names = new HashMap<>();
    private final TreeMap<Long, Entry> ids = new TreeMap<>();
    private long lastId;
    private long bytes;
    private volatile Totals totals = new Totals(0, 0, 0);

    /** One segment; its counts go up. */
    private static final class Entry {
        private final Segment made;
        private final int descriptor;
        private final int owner;
        private long gets;
        private long attaches;

        Entry(Segment made, int descriptor, int owner) {
            this.made = made;
            this.descriptor = descriptor;
            this.owner = owner;
        }

        Segment now() {
            return new Segment(made.id(), made.name(), made.size(), made.pageSize(), made.pages(), made.mode(), made.uid(),
                    made.gid(), made.pid(), gets, attaches);
        }
    }

    /**
     * An empty registry.
     *
     * @param uid    whose job it is: nobody else makes segments
     * @param most   how many segments there may be
     * @param ended  whether the process of a descriptor has ended
     * @param close  closes a descriptor that the registry was given
     */
    Registry(int uid, int most, Allowance budget, IntPredicate ended, IntConsumer close) {
        this.uid = uid;
        this.most = most;
        this.budget = budget;
        this.ended = ended;
        this.close = close;
    }

    /**
     * Enters a segment.
     *
     * @param facts      what the descriptor refers to; null when that is no sealed memory file, or there is none
     * @param descriptor of the memory
     * @param owner      of the process that asks
     * @return whether it succeeded: then both descriptors are the registry's
     */
    Wire.Reply make(Caller caller, Wire.Request request, SealedMemory.Facts facts, int descriptor, int owner) {
        if (caller.uid() != uid) {
            return Wire.Reply.failure(Errno.EACCES);
        }
        if (!Wire.isName(request.name()) || facts == null || facts.size() <= 0 || facts.size() % facts.pageSize() != 0
                || (request.mode() & ~PERMISSIONS) != 0 || facts.mode() != request.mode() || facts.uid() != caller.uid()
                || (request.flags() & ~Wire.KEEP) != 0 || request.pages() < 0 || request.pages() > PageKind.POOL.ordinal()
                || facts.pageSize() > Mman.PAGE_SIZE != (request.pages() == PageKind.POOL.ordinal())) {
            return Wire.Reply.failure(Errno.EINVAL);
        }
        if (find(request.name()) != null) {
            return Wire.Reply.failure(Errno.EEXIST);
        }
        if (ids.size() >= most) {
            sweep();
        }
        if (ids.size() >= most) {
            return Wire.Reply.failure(Errno.ENOSPC);
        }
        if (!budget.charge(facts.size())) {
            return Wire.Reply.failure(Errno.ENOMEM);
        }
        boolean keep = (request.flags() & Wire.KEEP) != 0;
        lastId++;
        Entry entry = new Entry(new Segment(lastId, request.name(), facts.size(), facts.pageSize(),
                PageKind.values()[request.pages()], request.mode(), caller.uid(), caller.gid(), keep ? 0 : caller.pid(), 0, 0),
                descriptor, keep ? NONE : owner);
        names.put(request.name(), entry);
        ids.put(lastId, entry);
        bytes += facts.size();
        totals = new Totals(lastId, Math.max(totals.most(), bytes), totals.attaches());
        if (keep) {
            close.accept(owner);
        }
        return answer(entry);
    }

    /** Tells of a segment that the caller may have. */
    Wire.Reply get(Caller caller, Wire.Request request) {
        Entry entry = find(request.name());
        int error = refusal(caller, entry, request.access());
        if (error != 0) {
            return Wire.Reply.failure(error);
        }
        entry.gets++;
        return answer(entry);
    }

    /** Tells of a segment that the caller is to be given; {@link #descriptor} says by which descriptor. */
    Wire.Reply attach(Caller caller, Wire.Request request) {
        Entry entry = alive(ids.get(request.id()));
        int error = refusal(caller, entry, request.access());
        if (error != 0) {
            return Wire.Reply.failure(error);
        }
        entry.attaches++;
        totals = new Totals(totals.made(), totals.most(), totals.attaches() + 1);
        return answer(entry);
    }

    /** The memory of a segment that there is. */
    int descriptor(long id) {
        return ids.get(id).descriptor;
    }

    Wire.Reply remove(Caller caller, Wire.Request request) {
        Entry entry = find(request.name());
        if (entry == null) {
            return Wire.Reply.failure(Errno.ENOENT);
        }
        if (caller.uid() != ROOT && caller.uid() != entry.made.uid()) {
            return Wire.Reply.failure(Errno.EACCES);
        }
        drop(entry);
        return new Wire.Reply(0, false, List.of());
    }

    /** Tells of the segments after one: to the job's user and root of all, to others of those that they may have. */
    Wire.Reply list(Caller caller, Wire.Request request) {
        sweep();
        List<Segment> told = new ArrayList<>();
        for (Entry entry : ids.tailMap(request.id(), false).values()) {
            if (caller.uid() == uid || refusal(caller, entry, Access.READ.code()) == 0) {
                if (told.size() == Wire.RECORDS) {
                    return new Wire.Reply(0, true, told);
                }
                told.add(entry.now());
            }
        }
        return new Wire.Reply(0, false, told);
    }

    /** Forgets what was made by a process that has ended. */
    void sweep() {
        for (Entry entry : List.copyOf(ids.values())) {
            alive(entry);
        }
    }

    /** Forgets the segment whose owner has this descriptor, if the process has ended. */
    void ended(int owner) {
        for (Entry entry : ids.values()) {
            if (entry.owner == owner) {
                alive(entry);
                return;
            }
        }
    }

    /** What has been up to now. */
    Totals totals() {
        return totals;
    }

    /** Those that there are. */
    List<Segment> segments() {
        return ids.values().stream().map(Entry::now).toList();
    }

    private static Wire.Reply answer(Entry entry) {
        return new Wire.Reply(0, false, List.of(entry.now()));
    }

    private Entry find(String name) {
        return alive(names.get(name));
    }

    /** The segment, or null if its owner has ended. */
    private Entry alive(Entry entry) {
        if (entry != null && entry.owner != NONE && ended.test(entry.owner)) {
            drop(entry);
            return null;
        }
        return entry;
    }

    private void drop(Entry entry) {
        names.remove(entry.made.name());
        ids.remove(entry.made.id());
        bytes -= entry.made.size();
        budget.uncharge(entry.made.size());
        close.accept(entry.descriptor);
        if (entry.owner != NONE) {
            close.accept(entry.owner);
        }
    }

    /** Why the caller may not have the segment: an errno, or 0. */
    private static int refusal(Caller caller, Entry entry, int code) {
        if (code != Access.READ.code() && code != Access.WRITE.code()) {
            return Errno.EINVAL;
        }
        if (entry == null) {
            return Errno.ENOENT;
        }
        int bits = (code == Access.READ.code() ? Access.READ : Access.WRITE).bits();
        Segment made = entry.made;
        int shift = 0;
        if (caller.uid() == made.uid()) {
            shift = OWNER_SHIFT;
        } else if (caller.gid() == made.gid() || caller.inGroup().test(made.gid())) {
            shift = GROUP_SHIFT;
        }
        return caller.uid() == ROOT || (made.mode() >> shift & bits) == bits ? 0 : Errno.EACCES;
    }
}
