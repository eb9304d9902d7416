package org.outrigger.kernel.share;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.host.SealedMemory;
import org.outrigger.host.share.Access;
import org.outrigger.host.share.PageKind;
import org.outrigger.host.share.Segment;
import org.outrigger.host.share.Wire;

/** Names, permissions, limits and owners, without a socket: descriptors are numbers here. */
class RegistryTest {
    private static final int UID = 1000;
    private static final int GID = 100;
    private static final int MOST = 3;

    private final Set<Integer> ended = new HashSet<>();
    private final List<Integer> closed = new ArrayList<>();
    private long charged;
    private long limit = Long.MAX_VALUE;
    private int descriptors = 10;
    private final Registry registry = new Registry(UID, MOST, new Allowance() {
        @Override
        public boolean charge(long bytes) {
            if (charged + bytes > limit) {
                return false;
            }
            charged += bytes;
            return true;
        }

        @Override
        public void uncharge(long bytes) {
            charged -= bytes;
        }
    }, ended::contains, closed::add);

    private static Registry.Caller user(int uid, int gid, int... groups) {
        return new Registry.Caller(77, uid, gid, gid2 -> Arrays.stream(groups).anyMatch(group -> group == gid2));
    }

    private static final Registry.Caller OWNER = user(UID, GID);

    private static SealedMemory.Facts facts(long size, int mode) {
        return new SealedMemory.Facts(size, 4096, mode, UID);
    }

    private static Wire.Request make(String name, int mode, int flags) {
        return new Wire.Request(Wire.MAKE, mode, flags, 0, 0, 0, name);
    }

    /** Makes one of 4096 bytes; its memory has an even descriptor, and its owner the next one. */
    private Wire.Reply made(String name, int mode) {
        descriptors += 2;
        return registry.make(OWNER, make(name, mode, 0), facts(4096, mode), descriptors, descriptors + 1);
    }

    private Wire.Reply get(Registry.Caller caller, String name, Access access) {
        return registry.get(caller, new Wire.Request(Wire.GET, 0, 0, access.code(), 0, 0, name));
    }

    private Wire.Reply attach(Registry.Caller caller, long id, Access access) {
        return registry.attach(caller, new Wire.Request(Wire.ATTACH, 0, 0, access.code(), 0, id, ""));
    }

    private Wire.Reply remove(Registry.Caller caller, String name) {
        return registry.remove(caller, new Wire.Request(Wire.REMOVE, 0, 0, 0, 0, 0, name));
    }

    @Test
    void aSegmentIsMadeGotAttachedAndRemoved() {
        Segment made = made("a", 0640).segments().get(0);
        assertEquals(new Segment(1, "a", 4096, 4096, PageKind.BASE, 0640, UID, GID, 77, 0, 0), made);
        assertEquals(1, get(OWNER, "a", Access.WRITE).segments().get(0).gets());
        assertEquals(1, attach(OWNER, 1, Access.WRITE).segments().get(0).attaches());
        assertEquals(12, registry.descriptor(1));
        assertEquals(Errno.EEXIST, made("a", 0600).error());
        assertEquals(List.of(), closed);
        assertEquals(0, remove(OWNER, "a").error());
        assertEquals(List.of(12, 13), closed);
        assertEquals(0, charged);
        assertEquals(Errno.ENOENT, get(OWNER, "a", Access.READ).error());
        assertEquals(Errno.ENOENT, attach(OWNER, 1, Access.READ).error());
        assertEquals(Errno.ENOENT, remove(OWNER, "a").error());
        assertEquals(2, made("a", 0600).segments().get(0).id(), "an id is never used again");
        assertEquals(new Registry.Totals(2, 4096, 1), registry.totals());
    }

    @Test
    void whatIsNotAsItShouldBeIsRefused() {
        int bad = Errno.EINVAL;
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 0), null, 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("", 0600, 0), facts(4096, 0600), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a b", 0600, 0), facts(4096, 0600), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 0), facts(4096, 0644), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0700, 0), facts(4096, 0700), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 1), facts(4096, 0600), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 0), facts(0, 0600), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 0), facts(5000, 0600), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 0), new SealedMemory.Facts(4096, 4096, 0600, 5), 1, 2).error());
        assertEquals(bad, registry.make(OWNER, make("a", 0600, 0), new SealedMemory.Facts(2 << 20, 2 << 20, 0600, UID), 1, 2)
                .error(), "pages of the pool are said to be");
        for (int pages : new int[] {-1, 2, 3, Integer.MAX_VALUE}) {
            assertEquals(bad, registry.make(OWNER, new Wire.Request(Wire.MAKE, 0600, 0, 0, pages, 0, "a"), facts(4096, 0600), 1,
                    2).error());
        }
        assertEquals(Errno.EACCES, registry.make(user(5, 5), make("a", 0600, 0), facts(4096, 0600), 1, 2).error());
        made("a", 0600);
        for (int access : new int[] {0, 3, -1, Integer.MAX_VALUE}) {
            assertEquals(bad, registry.get(OWNER, new Wire.Request(Wire.GET, 0, 0, access, 0, 0, "a")).error());
        }
        assertEquals(List.of(), closed, "what was refused stays the caller's to close");
    }

    @Test
    void permissionsAreThoseOfAFile() {
        made("a", 0640);
        assertEquals(0, get(user(5, GID), "a", Access.READ).error());
        assertEquals(0, get(user(5, 5, 6, GID), "a", Access.READ).error());
        assertEquals(Errno.EACCES, get(user(5, GID), "a", Access.WRITE).error());
        assertEquals(Errno.EACCES, get(user(5, 5), "a", Access.READ).error());
        assertEquals(Errno.EACCES, attach(user(5, 5), 1, Access.READ).error());
        assertEquals(0, get(user(0, 0), "a", Access.WRITE).error());
        made("b", 0404);
        assertEquals(Errno.EACCES, get(OWNER, "b", Access.WRITE).error());
        assertEquals(Errno.EACCES, get(user(5, GID), "b", Access.READ).error(), "the group's bits count alone");
        assertEquals(0, get(user(5, 5), "b", Access.READ).error());
        made("c", 0222);
        assertEquals(Errno.EACCES, get(OWNER, "c", Access.WRITE).error(), "who writes can read");
        assertEquals(Errno.EACCES, remove(user(5, GID), "b").error());
        Wire.Request all = new Wire.Request(Wire.LIST, 0, 0, 0, 0, 0, "");
        assertEquals(List.of("b"), registry.list(user(5, 5), all).segments().stream().map(Segment::name).toList());
        assertEquals(3, registry.list(OWNER, all).segments().size());
        assertEquals(3, registry.list(user(0, 0), all).segments().size());
        assertEquals(0, remove(user(0, 0), "b").error());
    }

    @Test
    void nobodyIsToldOfASegmentWhoseOwnerHasEnded() {
        made("a", 0600);
        made("b", 0600);
        ended.add(13);
        assertEquals(Errno.ENOENT, attach(OWNER, 1, Access.READ).error());
        assertEquals(List.of(12, 13), closed);
        ended.add(15);
        assertEquals(0, made("b", 0600).error(), "its name is free");
        registry.ended(99);
        ended.add(17);
        registry.ended(17);
        assertEquals(List.of(), registry.segments());
        assertEquals(0, charged);
    }

    @Test
    void whatIsKeptHasNoOwner() {
        registry.make(OWNER, make("a", 0600, Wire.KEEP), facts(4096, 0600), 20, 21);
        assertEquals(List.of(21), closed);
        ended.add(21);
        assertEquals(0, get(OWNER, "a", Access.READ).segments().get(0).pid());
    }

    @Test
    void thereAreLimits() {
        for (int i = 0; i < MOST; i++) {
            assertEquals(0, made("n" + i, 0600).error());
        }
        assertEquals(Errno.ENOSPC, made("one", 0600).error());
        ended.add(13);
        assertEquals(0, made("one", 0600).error(), "who has ended makes room");
        remove(OWNER, "one");
        limit = 3 * 4096 - 1;
        assertEquals(Errno.ENOMEM, made("two", 0600).error());
        assertEquals(2 * 4096, charged);
    }

    @Test
    void aLongListComesInParts() {
        Registry many = new Registry(UID, 1000, Allowance.UNLIMITED, ended::contains, closed::add);
        for (int i = 0; i < 150; i++) {
            many.make(OWNER, make("n" + i, 0600, 0), facts(4096, 0600), 100 + 2 * i, 101 + 2 * i);
        }
        long last = 0;
        int told = 0;
        Wire.Reply part;
        do {
            part = Wire.Reply.of(many.list(OWNER, new Wire.Request(Wire.LIST, 0, 0, 0, 0, last, "")).bytes());
            assertTrue(part.bytes().length <= Wire.REPLY_SIZE);
            for (Segment segment : part.segments()) {
                assertEquals("n" + told, segment.name());
                told++;
                last = segment.id();
            }
        } while (part.more());
        assertEquals(150, told);
    }
}
