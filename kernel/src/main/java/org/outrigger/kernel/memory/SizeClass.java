package org.outrigger.kernel.memory;

import org.outrigger.abi.Mman;

/**
 * Pieces of about one size in one address space: which were freed last, and whether pieces of this size are being touched at all,
 * as far as samples tell. Both are hints: the ranges of the arena alone say what is free and what is zero.
 *
 * <pre>
 *    FRESH: pieces are not touched. Each is cut from memory that has never been touched; every so often one is looked at
 *           when it comes back.
 *              | one was touched                              ^ two in a row were not
 *              v                                              |
 *    REUSE: pieces are touched. The last one is given again, zeroed; every so often a fresh one, which is looked at
 *           when it comes back.
 * </pre>
 */
final class SizeClass {
    /** A class for each power of two pages. */
    static final int COUNT = Long.SIZE;
    private static final int SHELF = 8;
    /** Releases of small pieces before the first look, and of any after two were untouched: most programs are short. */
    private static final int FIRST = 4;
    private static final int MOST_RELEASES = 64;
    private static final int FIRST_EXPLORATION = 8;
    /** A fresh piece that is touched costs page faults, some 50 times the zeroing; a large one zeroed in vain costs most. */
    private static final int MOST_SMALL = 4096;
    private static final int MOST_LARGE = 512;
    /** A piece of which less than one part in so many is there is touched sparsely. */
    private static final int SPARSE = 4;

    private final long[] shelf = new long[SHELF * 2];
    private int shelved;
    private boolean reuse;
    private boolean learnt;
    private int gap;
    private int wait;
    private int untouched;
    private boolean exploring;
    private long explored;
    private int unseen;
    private boolean sparse;
    private long dropped;
    private boolean large;
    private boolean dropsUnseen;

    /** Of the class of pieces of {@code length} bytes. */
    static int of(long length) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(length / Mman.PAGE_SIZE);
    }

    /** Of pieces on huge pages, if they are {@code large}. */
    SizeClass(boolean large) {
        this.large = large;
        gap = large ? 1 : FIRST;
        wait = gap;
    }

    /** The same habits, for a forked child. */
    SizeClass(SizeClass parent) {
        reuse = parent.reuse;
        learnt = parent.learnt;
        gap = parent.gap;
        wait = parent.wait;
        untouched = parent.untouched;
        sparse = parent.sparse;
        large = parent.large;
    }

    /**
     * Whether the next piece should lie on small pages: little of it will be touched, or how much will be is to be learnt,
     * which huge pages do not tell.
     */
    boolean wantsPlain() {
        return large && reuse && (sparse || exploring);
    }

    /** There is no more room on small pages. */
    void withoutPlain() {
        large = false;
        exploring = false;
        wait = gap;
    }

    /** Whether the next piece is given to learn from it. */
    boolean exploresNext() {
        return reuse && explored == 0 && wait <= 1;
    }

    /** Whether the next piece should be fresh. */
    boolean wantsFresh() {
        if (reuse) {
            exploring = explored == 0 && --wait <= 0;
            return exploring;
        }
        return true;
    }

    /** A fresh piece was given. */
    void gaveFresh(long start) {
        if (exploring) {
            exploring = false;
            explored = start;
            wait = gap;
        }
    }

    /** Whether pieces of this size are given again rather than cut anew. */
    boolean reuses() {
        return reuse;
    }

    /** Whether pieces of this size are known to be left untouched. */
    boolean untouched() {
        return learnt && !reuse;
    }

    /** Whether a piece that comes back should be looked at. */
    boolean sampleDue(long start) {
        if (!reuse) {
            return --wait <= 0;
        }
        if (start != explored) {
            return false;
        }
        explored = 0;
        return true;
    }

    /** What a look at a piece of {@code length} bytes that was handed out fresh has shown. */
    void learn(long present, long length) {
        boolean touched = present > 0;
        learnt = true;
        sparse = present < length / SPARSE;
        if (!reuse) {
            reuse = touched;
            gap = touched ? FIRST_EXPLORATION : Math.min(gap * 2, MOST_RELEASES);
            untouched = 0;
        } else if (touched) {
            gap = Math.min(gap * 2, length < Arena.HUGE ? MOST_SMALL : MOST_LARGE);
            untouched = 0;
        } else if (++untouched == 2) {
            reuse = false;
            explored = 0;
            gap = FIRST;
        } else {
            wait = 1;
            return;
        }
        wait = gap;
    }

    /** Whether the piece about to be zeroed should be looked at first; not if the last looks found it all there. */
    boolean lookDue() {
        if (unseen == 0) {
            return true;
        }
        unseen--;
        return sparse && !dropsUnseen;
    }

    /** Whether the piece about to be zeroed, which was not looked at, should have its pages dropped: the last ones should. */
    boolean dropsUnseen() {
        return sparse && dropsUnseen;
    }

    /** What a look at a piece that is given again has shown; it was fresh if it was dropped the last time. */
    void seen(long start, long present, long length) {
        if (start == dropped) {
            sparse = present < length / SPARSE;
            dropped = 0;
            dropsUnseen = false;
        }
        if (!sparse && present >= length - length / Long.SIZE) {
            unseen = FIRST_EXPLORATION; // all of it is there: so it will be the next times
        }
    }

    /** Whether little of a piece is touched: then one that is all there is not worth zeroing. */
    boolean sparse() {
        return sparse;
    }

    /** The pages of a piece that is given again are dropped. */
    void dropped(long start) {
        dropped = start;
        dropsUnseen = sparse && large;
        unseen = dropsUnseen ? FIRST_EXPLORATION : unseen;
    }

    /** Remembers a piece that came back. */
    void shelve(long start, long end) {
        if (shelved == SHELF) {
            System.arraycopy(shelf, 2, shelf, 0, (SHELF - 1) * 2);
            shelved--;
        }
        shelf[shelved * 2] = start;
        shelf[shelved * 2 + 1] = end;
        shelved++;
    }

    /** The last piece that came back with this length, or 0; it may not be free any more. */
    long unshelve(long length) {
        for (int i = shelved - 1; i >= 0; i--) {
            long start = shelf[i * 2];
            if (shelf[i * 2 + 1] - start == length) {
                shelved--;
                System.arraycopy(shelf, i * 2 + 2, shelf, i * 2, (shelved - i) * 2);
                return start;
            }
        }
        return 0;
    }
}
