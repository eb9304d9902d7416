package org.outrigger.node.partition;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Makes the node as some partitions have it, in rounds: what is wanted may change with what came of the round before. */
final class Rounds {
    private static final int ROUNDS = 3;

    private final NodeFiles files;
    private final StateFolder state;
    private final Books books;

    /** With the books open. */
    Rounds(NodeFiles files, StateFolder state, Books books) {
        this.files = files;
        this.state = state;
        this.books = books;
    }

    /** What is wanted may depend on what came of the first round: which kind of partition the kernel took. */
    Set<String> converge(List<Partition> next, List<Want> first, Interruption interruption, Consumer<String> beforeStep)
            throws PartitionException {
        Converger.Step checked = what -> {
            interruption.check();
            beforeStep.accept(what);
        };
        Set<String> notes = new LinkedHashSet<>(new Converger(files, state, books, checked).converge(first));
        List<Want> done = first;
        for (int round = 1; round < ROUNDS; round++) {
            List<Want> wants = new World(files, books, next).wants();
            if (wants.equals(done)) {
                break;
            }
            notes.addAll(new Converger(files, state, books, checked).converge(wants));
            done = wants;
        }
        return notes;
    }

    /** The same past whatever fails. */
    Set<String> settle(List<Partition> next, Converger.Step step) throws PartitionException {
        Set<String> notes = new LinkedHashSet<>();
        List<Want> done = null;
        for (int round = 0; round < ROUNDS; round++) {
            List<Want> wants;
            try {
                wants = new World(files, books, next).wants();
            } catch (PartitionException impossible) {
                notes.add(impossible.getMessage()); // the node has changed; what is held stays held
                break;
            }
            if (wants.equals(done)) {
                break;
            }
            notes.addAll(new Converger(files, state, books, step).settle(wants));
            done = wants;
        }
        return notes;
    }

    /** Writes down that these are the partitions there are, and that nothing is under way. */
    void finish(List<Partition> next) throws PartitionException {
        books.replace(next);
        books.changing(false);
        state.write(books);
    }

    /** Takes everything back that a command did before it failed; returns why it failed, with what could not be taken back. */
    PartitionException takenBack(List<Partition> old, Exception failed) throws PartitionException {
        String reason = failed instanceof PartitionException ? failed.getMessage() : failed.toString();
        books.replace(old);
        books.changing(true);
        Set<String> notes = settle(old, what -> { });
        try {
            finish(old);
        } catch (PartitionException full) {
            notes.add(full.getMessage());
        }
        return new PartitionException(books.unfinished() || old.isEmpty() && !notes.isEmpty()
                ? reason + "; not everything could be taken back, the next command tries again: " + String.join("; ", notes)
                : reason, failed);
    }
}
