package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/**
 * A program of several threads that allocates, writes, protects, moves and frees at random, and knows what each of its pages must
 * hold. A piece belongs to one thread; while a call about it is under way, the program expects nothing of it.
 */
final class Application {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final int MOST_PAGES = 4000;

    /** Pages of one protection, that count or do not. */
    private record Piece(long start, long end, long prot, boolean counts) {
        Piece part(long from, long to) {
            return new Piece(from, to, prot, counts);
        }
    }

    /** What is to be done when a call has ended. */
    private interface After {
        void accept(long result);
    }

    /** A thread: its pieces, and the call that it has under way. */
    private final class Thread {
        final int slot;
        final List<Piece> pieces = new ArrayList<>();
        SimulatedProcess.Call call;
        After after;
        Piece busy;

        Thread(int slot) {
            this.slot = slot;
        }

        void begin(Piece piece, After then, long nr, long... arg) {
            busy = piece;
            after = then;
            call = process.call(slot, nr, arg);
        }

        void step() {
            if (call == null) {
                choose(this);
            }
            call.step();
            if (call.done()) {
                long result = call.result();
                call = null;
                busy = null;
                after.accept(result);
            }
        }
    }

    private final SimulatedProcess process;
    private final Random random;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Long, Long> content = new HashMap<>();
    private long heapEnd = SimulatedLinux.BREAK;
    private boolean heapRests;
    private boolean idle;
    private final long limit;

    Application(SimulatedProcess process, Random random, int firstSlot, int threadCount) {
        this(process, random, firstSlot, threadCount, Long.MAX_VALUE);
    }

    /** @param limit bytes that it may have */
    Application(SimulatedProcess process, Random random, int firstSlot, int threadCount, long limit) {
        this.limit = limit;
        this.process = process;
        this.random = random;
        for (int i = 0; i < threadCount; i++) {
            threads.add(new Thread(firstSlot + i));
        }
    }

    SimulatedProcess process() {
        return process;
    }

    /** The child, of one thread, that owns all that no call of the parent was about. */
    Application fork(AddressSpace announced, int slot) {
        Application child = new Application(process.fork(announced), random, slot, 1);
        for (Thread thread : threads) {
            child.threads.getFirst().pieces.addAll(thread.pieces);
        }
        child.content.putAll(content);
        child.heapEnd = heapEnd;
        return child;
    }

    /** While a fork is under way a program does not move its break: its allocator's lock is held. */
    void heapRests(boolean rests) {
        heapRests = rests;
    }

    /** One step of any thread. */
    void step() {
        threads.get(random.nextInt(threads.size())).step();
    }

    /** Lets every call come to its end. */
    void settle() {
        while (threads.stream().anyMatch(thread -> thread.call != null)) {
            for (Thread thread : threads) { // in turn: one may wait for another
                if (thread.call != null) {
                    thread.step();
                }
            }
        }
        check();
        if (limit < Long.MAX_VALUE) {
            assertEquals(counted(), process.space.commitment().charged());
        }
    }

    /** Bytes that the program has, as it counts them itself. */
    private long counted() {
        long bytes = heapEnd - SimulatedLinux.BREAK;
        for (Thread thread : threads) {
            for (Piece piece : thread.pieces) {
                bytes += piece.counts ? piece.end - piece.start : 0;
            }
        }
        return bytes;
    }

    /** Whether a call that needs so much more was refused, which must be right if no other is under way. */
    private boolean refused(long result, long need, long had) {
        boolean refused = result == -Errno.ENOMEM && limit < Long.MAX_VALUE;
        if (threads.size() == 1 && limit < Long.MAX_VALUE) {
            assertEquals(had + need > limit, refused, () -> had + " and " + need);
        }
        return refused;
    }

    /** Every page is there, is protected as the program asked, and holds what it wrote. */
    void check() {
        for (Thread thread : threads) {
            for (Piece piece : thread.pieces) {
                for (long at = piece.start; at < piece.end; at += PAGE) {
                    SimulatedLinux.Page page = process.linux.page(at);
                    String where = Long.toHexString(at);
                    assertNotNull(page, where);
                    assertEquals(piece.prot, page.prot, where);
                    assertEquals(content.getOrDefault(at, 0L), page.content, where);
                }
            }
        }
        for (long at = SimulatedLinux.BREAK; at < heapEnd && !heapRests; at += PAGE) {
            assertEquals(content.getOrDefault(at, 0L), process.linux.page(at).content, "heap");
        }
    }

    /** Programs have phases in which they touch what they allocate, and others in which they do not. */
    private void write(long start, long end) {
        if (random.nextInt(60) == 0) {
            idle = !idle;
        }
        if (idle && random.nextInt(20) > 0) {
            return;
        }
        for (long at = start; at < end; at += PAGE) {
            if (random.nextInt(3) > 0) {
                long value = random.nextLong();
                process.linux.page(at).content = value;
                content.put(at, value);
            }
        }
    }

    private void forgetContent(long start, long end) {
        for (long at = start; at < end; at += PAGE) {
            content.remove(at);
        }
    }

    private void gained(Thread thread, long start, long end) {
        for (Thread other : threads) {
            for (Piece piece : other.pieces) {
                assertFalse(start < piece.end && piece.start < end, "given twice");
            }
        }
        for (long at = start; at < end; at += PAGE) {
            assertNotNull(process.linux.page(at));
            assertEquals(0, process.linux.page(at).content, () -> "dirty memory of " + thread.slot);
            assertEquals(RW, process.linux.page(at).prot);
        }
        forgetContent(start, end);
        write(start, end);
        thread.pieces.add(new Piece(start, end, RW, true));
    }

    private long length() {
        return PAGE * switch (random.nextInt(12)) {
            case 0 -> 256 + random.nextInt(600);
            case 1 -> 512;
            case 2, 3, 4 -> 1 + random.nextInt(64);
            default -> 1 + random.nextInt(8);
        };
    }

    private void choose(Thread thread) {
        if (thread == threads.getFirst() && !heapRests && random.nextInt(10) == 0) {
            moveBreak(thread);
        } else if (thread.pieces.isEmpty() || content.size() < MOST_PAGES && random.nextInt(5) < 2) {
            long bytes = length() - random.nextInt((int) PAGE);
            long flags = ANON | (random.nextInt(8) == 0 ? Mman.MAP_POPULATE : 0);
            long had = counted();
            if (limit < Long.MAX_VALUE && random.nextInt(4) == 0) {
                thread.begin(null, result -> thread.pieces.add(new Piece(result, result + SimulatedLinux.up(bytes), 0, false)),
                        Nr.MMAP, 0, bytes, 0, flags, -1, 0);
                return;
            }
            thread.begin(null, result -> {
                if (!refused(result, SimulatedLinux.up(bytes), had)) {
                    gained(thread, result, result + SimulatedLinux.up(bytes));
                }
            }, Nr.MMAP, 0, bytes, RW, flags, -1, 0);
        } else {
            treat(thread, thread.pieces.remove(random.nextInt(thread.pieces.size())));
        }
    }

    private void moveBreak(Thread thread) {
        long wanted = SimulatedLinux.BREAK + PAGE * random.nextInt(3000) / (1 + random.nextInt(20)) / PAGE * PAGE;
        long had = counted();
        thread.begin(null, result -> {
            if (refused(result == heapEnd && wanted > heapEnd ? -Errno.ENOMEM : result, Math.max(0, wanted - heapEnd), had)) {
                return;
            }
            assertEquals(wanted, result);
            forgetContent(wanted, heapEnd);
            for (long at = heapEnd; at < wanted; at += PAGE) {
                assertEquals(0, process.linux.page(at).content, "dirty heap");
            }
            write(heapEnd, wanted);
            heapEnd = wanted;
        }, Nr.BRK, wanted);
    }

    /** A call about a piece, or the part of it between two pages. */
    private void treat(Thread thread, Piece piece) {
        int pages = (int) ((piece.end - piece.start) / PAGE);
        boolean whole = random.nextBoolean();
        long from = whole ? piece.start : piece.start + PAGE * random.nextInt(pages);
        long to = whole ? piece.end : from + PAGE * (1 + random.nextInt((int) ((piece.end - from) / PAGE)));
        switch (random.nextInt(8)) {
            case 0 -> {
                long prot = random.nextInt(3) == 0 ? RW : random.nextInt(2);
                long need = !piece.counts && prot == RW ? to - from : 0;
                long had = counted() + (piece.counts ? piece.end - piece.start : 0);
                thread.begin(piece, result -> {
                    if (refused(result, need, had)) {
                        thread.pieces.add(piece);
                        return;
                    }
                    assertEquals(0, result);
                    keepEnds(thread, piece, from, to);
                    thread.pieces.add(new Piece(from, to, prot, piece.counts || prot == RW));
                }, Nr.MPROTECT, from, to - from, prot);
            }
            case 1 -> {
                long bytes = length();
                long need = piece.counts ? Math.max(0, bytes - (piece.end - piece.start)) : 0;
                long had = counted() + (piece.counts ? piece.end - piece.start : 0);
                thread.begin(piece, result -> {
                    if (refused(result, need, had)) {
                        thread.pieces.add(piece);
                    } else {
                        moved(thread, piece, result, bytes);
                    }
                }, Nr.MREMAP, piece.start,
                        piece.end - piece.start, bytes, Mman.MREMAP_MAYMOVE);
            }
            case 2 -> thread.begin(piece, result -> {
                assertEquals(0, result);
                forgetContent(from, to);
                thread.pieces.add(piece);
            }, Nr.MADVISE, from, to - from, Mman.MADV_DONTNEED);
            case 3 -> {
                long had = counted() + (piece.counts ? piece.end - piece.start : 0);
                thread.begin(piece, result -> {
                    if (refused(result, piece.counts ? 0 : to - from, had)) {
                        thread.pieces.add(piece);
                        return;
                    }
                    assertEquals(from, result);
                    keepEnds(thread, piece, from, to);
                    gained(thread, from, to);
                }, Nr.MMAP, from, to - from, RW, ANON | Mman.MAP_FIXED, -1, 0);
            }
            default -> thread.begin(piece, result -> {
                assertEquals(0, result);
                keepEnds(thread, piece, from, to);
            }, Nr.MUNMAP, from, to - from);
        }
    }

    private void keepEnds(Thread thread, Piece piece, long from, long to) {
        if (piece.start < from) {
            thread.pieces.add(piece.part(piece.start, from));
        }
        if (to < piece.end) {
            thread.pieces.add(piece.part(to, piece.end));
        }
    }

    private void moved(Thread thread, Piece piece, long start, long bytes) {
        long old = piece.end - piece.start;
        Map<Long, Long> held = new HashMap<>();
        for (long at = 0; at < Math.min(old, bytes); at += PAGE) {
            Long value = content.get(piece.start + at);
            if (value != null) {
                held.put(start + at, value);
            }
        }
        if (start != piece.start) {
            forgetContent(start, start + bytes);
        }
        forgetContent(start + Math.min(old, bytes), start + bytes);
        content.putAll(held);
        thread.pieces.add(piece.part(start, start + bytes));
    }
}
