package org.outrigger.node.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;

/**
 * Makes the node as a list of wants has it, from whatever it is: what is held and no longer wanted is put back. Under the lock
 * only.
 *
 * <p>The order: cores that groups have to give up; what is not wanted any more, last phase first; what is wanted, first phase
 * first. So a core has left one group before another gets it, which exclusive groups insist on.
 */
final class Converger {
    private final NodeFiles files;
    private final StateFolder state;
    private final Books books;
    private final Consumer<String> beforeStep;
    private final Drivers drivers;
    private final List<String> notes = new ArrayList<>();

    /**
     * With the books open.
     *
     * @param beforeStep is told of each change before it is made and after it was written down; tests fail there
     */
    Converger(NodeFiles files, StateFolder state, Books books, Consumer<String> beforeStep) {
        this.files = files;
        this.state = state;
        this.books = books;
        this.beforeStep = beforeStep;
        this.drivers = new Drivers(files);
    }

    /**
     * Does the work.
     *
     * @return what could not be done and was not needed, one sentence each
     * @throws PartitionException when something that is needed could not be done: the node is between two states then
     */
    List<String> converge(List<Want> wants) throws PartitionException {
        notes.clear();
        Map<String, Want> wanted = new LinkedHashMap<>();
        for (Want want : wants) {
            wanted.put(want.id(), want);
        }
        giveUpCores(wanted);
        List<Hold> leaving = new ArrayList<>(books.holds().stream().filter(hold -> !wanted.containsKey(hold.id())).toList());
        Collections.reverse(leaving);
        leaving.sort(Comparator.comparing(Hold::phase).reversed());
        for (Hold hold : leaving) {
            release(hold, leaving);
        }
        List<Want> entering = new ArrayList<>(wanted.values());
        entering.sort(Comparator.comparing(Want::phase));
        for (Want want : entering) {
            apply(want);
        }
        return List.copyOf(notes);
    }

    /** Groups that keep some of their cores drop the others; then those that keep none change over. */
    private void giveUpCores(Map<String, Want> wanted) throws PartitionException {
        List<Want> changing = wanted.values().stream()
                .filter(want -> want.kind() == Kind.CORES && books.hold(want.kind(), want.key()).isPresent()).toList();
        List<Want> moving = new ArrayList<>();
        for (Want want : changing.reversed()) {
            CpuSet now = cpus(books.hold(want.kind(), want.key()).orElseThrow().ours());
            CpuSet both = now.intersection(cpus(want.value()));
            if (both.isEmpty()) {
                moving.add(want);
            } else if (!both.equals(now)) {
                apply(new Want(want.phase(), want.kind(), want.key(), both.toString(), want.needed(), want.what()));
            }
        }
        for (Want want : moving) {
            apply(want);
        }
    }

    private static CpuSet cpus(String list) {
        try {
            return BooksText.cpus(list);
        } catch (CpuListException foreign) {
            return CpuSet.EMPTY;
        }
    }

    private void apply(Want want) throws PartitionException {
        Optional<Hold> before = books.hold(want.kind(), want.key());
        if (before.isPresent() && before.get().settled() && drivers.isSo(before.get(), want)) {
            return;
        }
        try {
            String intent = drivers.intent(want, before);
            Hold hold = before.map(old -> old.unsettled(want, intent)).orElse(null);
            if (hold == null) {
                Optional<String> was = drivers.current(want);
                if (was.isEmpty() || drivers.needsNothing(want, was.get())) {
                    return;
                }
                hold = Hold.of(want, was.get(), intent);
            }
            books.put(hold);
            state.write(books);
            beforeStep.accept(want.what());
            books.put(hold.settled(drivers.apply(want, hold)));
            state.write(books);
        } catch (IOException refused) {
            if (want.needed()) {
                throw new PartitionException(want.what() + ": " + refused.getMessage(), refused);
            }
            notes.add(want.what() + ": " + refused.getMessage());
            takeBack(want, before);
        }
    }

    /** What could not be changed is as it was. */
    private void takeBack(Want want, Optional<Hold> before) throws PartitionException {
        Hold hold = books.hold(want.kind(), want.key()).orElse(null);
        if (hold != null) {
            books.remove(hold);
            before.ifPresent(books::put);
            state.write(books);
        }
    }

    private void release(Hold hold, List<Hold> leaving) throws PartitionException {
        beforeStep.accept("back: " + hold.what());
        try {
            if (leaving.stream().noneMatch(group -> group.kind() == Kind.GROUP && hold.key().startsWith(group.key() + "/")
                    && hold.kind() != Kind.TYPE)) {
                drivers.release(hold).ifPresent(notes::add);
            }
        } catch (IOException refused) {
            notes.add("cannot be put back: " + hold.what() + ": " + refused.getMessage());
            if (files.exists(drivers.place(hold))) {
                return; // the next command tries again
            }
        }
        books.remove(hold);
        state.write(books);
    }
}
