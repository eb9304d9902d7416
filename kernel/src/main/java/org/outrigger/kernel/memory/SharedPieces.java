package org.outrigger.kernel.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The shared anonymous memory of one address space. It is charged once, when it is mapped, and given back when the last of the
 * address spaces that fork has spread it over has unmapped all of it: until then Linux keeps it. Belongs to the loop of its
 * address space, but for {@link #drop}.
 */
final class SharedPieces {
    /** A shared mapping as it was made. */
    private static final class Source {
        final Account account;
        final long bytes;
        final AtomicInteger users = new AtomicInteger(1);

        Source(Account account, long bytes) {
            this.account = account;
            this.bytes = bytes;
        }

        long leave() {
            if (users.decrementAndGet() > 0) {
                return 0;
            }
            account.uncharge(bytes);
            return bytes;
        }
    }

    /** A part of one that is mapped here. */
    private record Piece(long start, long end, Source source) {
    }

    private final Account account;
    private final List<Piece> pieces = new ArrayList<>(0);
    private volatile boolean dropped;

    SharedPieces(Account account) {
        this.account = account;
    }

    /** That of a forked child. */
    SharedPieces(SharedPieces parent) {
        account = parent.account;
        for (Piece piece : parent.pieces) {
            add(piece.start, piece.end, piece.source);
        }
    }

    private void add(long start, long end, Source source) {
        source.users.incrementAndGet();
        pieces.add(new Piece(start, end, source));
    }

    /** A new one, which has been charged to the account. */
    void make(long start, long end) {
        Source source = new Source(account, end - start);
        pieces.add(new Piece(start, end, source));
    }

    /** The range is unmapped. Returns the bytes that this gave back. */
    long forget(long start, long end) {
        long freed = 0;
        for (int i = pieces.size() - 1; i >= 0; i--) {
            Piece piece = pieces.get(i);
            if (piece.start >= end || piece.end <= start) {
                continue;
            }
            pieces.remove(i);
            if (piece.start < start) {
                add(piece.start, start, piece.source);
            }
            if (piece.end > end) {
                add(end, piece.end, piece.source);
            }
            freed += piece.source.leave();
        }
        return freed;
    }

    /** A mapping has moved, or shrunk or grown; where it has grown, there is nothing behind it. */
    void moved(long old, long oldEnd, long start, long end) {
        for (int i = pieces.size() - 1; i >= 0; i--) {
            Piece piece = pieces.get(i);
            if (piece.start < Math.max(oldEnd, old + 1) && piece.end > old) {
                piece.source.users.incrementAndGet(); // the new part's
                forget(old, oldEnd);
                pieces.add(new Piece(start, end, piece.source));
                return;
            }
        }
    }

    /** Bytes mapped. */
    long bytes() {
        long bytes = 0;
        for (int i = 0; i < pieces.size(); i++) {
            bytes += pieces.get(i).end - pieces.get(i).start;
        }
        return bytes;
    }

    /** The address space is no more. Returns the bytes that this gave back. */
    long drop() {
        if (dropped) {
            return 0;
        }
        dropped = true;
        long freed = 0;
        for (Piece piece : pieces) {
            freed += piece.source.leave();
        }
        return freed;
    }
}
