package org.outrigger.node.partition;

import java.io.IOException;
import java.util.Optional;

/**
 * Pages in the pools of huge pages. The books have how many were added, not how many there were: others may use the pools too.
 * Source: {@code Documentation/admin-guide/mm/hugetlbpage.rst}.
 */
final class Pools {
    private static final int TRIES = 3;

    private final NodeFiles files;

    Pools(NodeFiles files) {
        this.files = files;
    }

    /** A change that was begun: from so many of ours to so many, when there were so many in all. */
    private record Change(long from, long to, long all) {
        static Change parse(String text) {
            String[] numbers = text.split("[>@]");
            return new Change(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
        }

        @Override
        public String toString() {
            return from + ">" + to + "@" + all;
        }

        /** How many are ours, where it is not known how far the change got. */
        long reached(long now) {
            return from + Math.clamp(now - all, Math.min(0, to - from), Math.max(0, to - from));
        }
    }

    String intent(Want want, Optional<Hold> before) throws IOException {
        long all = size(want.key());
        return new Change(before.isPresent() ? ours(before.get(), all) : 0, Long.parseLong(want.value()), all).toString();
    }

    private static long ours(Hold hold, long now) {
        return hold.settled() ? Long.parseLong(hold.ours()) : Change.parse(hold.ours()).reached(now);
    }

    private long size(String file) throws IOException {
        return Long.parseLong(files.read(file).orElseThrow(() -> new IOException(file + " is not there")));
    }

    /** Makes the pool larger or smaller. */
    String change(Want want, Hold hold) throws IOException {
        Change change = Change.parse(hold.ours());
        long aim = change.all() + change.to() - change.from();
        files.write(want.key(), Long.toString(aim));
        long got = size(want.key());
        for (int attempt = 0; got < aim && attempt < TRIES; attempt++) {
            compact(want.key());
            files.write(want.key(), Long.toString(aim));
            got = size(want.key());
        }
        if (got < aim) {
            long had = Math.max(0, change.reached(got) - change.from());
            files.write(want.key(), Long.toString(change.all()));
            throw new IOException("only " + had + " of " + (change.to() - change.from())
                    + " pages could be had: the memory is in use, or in pieces that are too small");
        }
        return Long.toString(change.to());
    }

    /** Has the kernel move what can be moved, so that larger pieces come together. */
    private void compact(String pool) {
        try {
            files.write(pool.substring(0, pool.indexOf("/hugepages/")) + "/compact", "1");
        } catch (IOException none) {
            // Then there is no more to be had.
        }
    }

    /** Gives back what was added. Pages that are in use go when their user frees them. */
    void release(Hold hold) throws IOException {
        long now = size(hold.key());
        files.write(hold.key(), Long.toString(Math.max(0, now - ours(hold, now))));
    }
}
