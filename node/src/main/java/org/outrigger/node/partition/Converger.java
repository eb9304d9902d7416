package org.outrigger.node.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.outrigger.node.CpuSet;

/**
 * Makes the node as a list of wants has it, from whatever it is: what is held and no longer wanted is put back. Under the lock
 * only.
 *
 * <p>The order: groups drop the cores that they are not to keep; what is not wanted any more goes, last phase first; what is
 * wanted comes, first phase first; what was taken from groups outside of partitions goes back to them. So a core has left one
 * group before another gets it, which exclusive groups insist on, and an outer group has it before an inner one.
 */
final class Converger {
    private static final String CPUS_FILE = "/cpuset.cpus";

    /** What is done before each change. */
    interface Step {
        /**
         * Called when the change was written down and not yet made.
         *
         * @throws PartitionException to have no further change made
         */
        void before(String what) throws PartitionException;
    }

    private final NodeFiles files;
    private final StateFolder state;
    private final Books books;
    private final Step step;
    private final Drivers drivers;
    private final Set<String> notes = new LinkedHashSet<>();
    private boolean tolerant;

    /** With the books open. */
    Converger(NodeFiles files, StateFolder state, Books books, Step step) {
        this.files = files;
        this.state = state;
        this.books = books;
        this.step = step;
        this.drivers = new Drivers(files);
    }

    /**
     * Does the work up to the first thing that fails and is needed.
     *
     * @return what could not be done and was not needed, one sentence each
     * @throws PartitionException when something that is needed could not be done: the node is between two states then
     */
    List<String> converge(List<Want> wants) throws PartitionException {
        tolerant = false;
        work(wants);
        return List.copyOf(notes);
    }

    /**
     * Does as much of the work as can be done, to take back or to mend: one thing that fails does not keep the rest from
     * being put right. What was not put back stays in the books.
     *
     * @return what could not be done, one sentence each
     */
    List<String> settle(List<Want> wants) throws PartitionException {
        tolerant = true;
        work(wants);
        return List.copyOf(notes);
    }

    private void work(List<Want> wants) throws PartitionException {
        Map<String, Want> wanted = new LinkedHashMap<>();
        for (Want want : wants) {
            wanted.put(want.id(), want);
        }
        for (Want want : wants) {
            if (want.phase() == Phase.WISHES) {
                apply(want); // from the first core on that moves, Linux may forget them
            }
        }
        giveUpCores(wanted);
        List<Hold> leaving = new ArrayList<>(books.holds().stream().filter(hold -> !wanted.containsKey(hold.id())).toList());
        Collections.reverse(leaving);
        leaving.sort(Comparator.comparing(Hold::phase).reversed());
        for (Hold hold : leaving) {
            if (!ofOthers(hold)) {
                release(hold, leaving);
            }
        }
        List<Want> entering = new ArrayList<>(wanted.values());
        entering.sort(Comparator.comparing(Want::phase).thenComparing(Converger::innerFirst));
        List<Want> growing = new ArrayList<>();
        for (Want want : entering) {
            CpuSet both = kept(want);
            if (both.isEmpty()) {
                apply(want);
            } else {
                shrink(want, both);
                growing.add(want);
            }
        }
        for (Want want : growing.reversed()) {
            apply(want);
        }
        leaving.sort(Comparator.comparing(Hold::phase).reversed().thenComparing(hold -> depth(hold.key())));
        for (Hold hold : leaving) {
            if (ofOthers(hold)) {
                release(hold, leaving);
            }
        }
        new Wishes(files).keep(books);
    }

    /**
     * What goes back last: threads of the kernel, which may have none of their CPUs before; cores of groups outside of
     * partitions; and after these what processes had bound themselves to.
     */
    private static boolean ofOthers(Hold hold) {
        return hold.phase() == Phase.THREADS || hold.phase() == Phase.FOREIGN || hold.phase() == Phase.WISHES;
    }

    /**
     * An inner group has to be within the outer one at each moment, so it shrinks first; elsewhere the order is that of the
     * list.
     */
    private static int innerFirst(Want one, Want other) {
        return one.phase() == Phase.FOREIGN && other.phase() == Phase.FOREIGN
                ? Integer.compare(depth(other.key()), depth(one.key())) : 0;
    }

    private static int depth(String key) {
        return key.length() - key.replace("/", "").length();
    }

    /**
     * The cores that a group outside of partitions has and keeps, when it gets others back as well: those it gets when the
     * partitions have left them. Empty for everything else.
     */
    private CpuSet kept(Want want) {
        if (want.kind() != Kind.CORES || want.phase() == Phase.CORES || books.hold(want.kind(), want.key()).isEmpty()) {
            return CpuSet.EMPTY;
        }
        CpuSet now = cpus(want);
        CpuSet aim = World.cpus(want.value()).orElse(CpuSet.EMPTY);
        return now.containsAll(aim) ? CpuSet.EMPTY : now.intersection(aim);
    }

    private CpuSet cpus(Want want) {
        return files.read(want.key()).flatMap(World::cpus).orElse(CpuSet.EMPTY);
    }

    private void shrink(Want want, CpuSet both) throws PartitionException {
        if (!both.equals(cpus(want))) {
            apply(new Want(want.phase(), want.kind(), want.key(), both.toString(), want.needed(), want.what()));
        }
    }

    /**
     * Our groups that keep some of their cores drop the others; those that keep none let others have theirs until they change
     * over. The groups of others have their turn when those within them that were not held before can shrink with them.
     */
    private void giveUpCores(Map<String, Want> wanted) throws PartitionException {
        for (Want want : List.copyOf(wanted.values())) {
            if (want.kind() != Kind.CORES || want.phase() == Phase.FOREIGN || books.hold(want.kind(), want.key()).isEmpty()) {
                continue;
            }
            CpuSet both = cpus(want).intersection(World.cpus(want.value()).orElse(CpuSet.EMPTY));
            if (!both.isEmpty()) {
                shrink(want, both);
            } else if (want.phase() == Phase.CORES) {
                share(want.key().replace(CPUS_FILE, "/cpuset.cpu_exclusive"));
            }
        }
    }

    /** A group is not exclusive until its flags' turn comes; version 1 only. */
    private void share(String flag) throws PartitionException {
        try {
            if (files.read(flag).orElse("0").equals("1")) {
                step.before("cores of " + flag.substring(0, flag.lastIndexOf('/')) + " shared for a moment");
                files.write(flag, "0");
            }
        } catch (IOException refused) {
            notes.add(flag + ": " + refused.getMessage());
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
                if (was.isEmpty() && want.needed()) {
                    throw new IOException("there is no " + want.key());
                }
                if (was.isEmpty() || drivers.needsNothing(want, was.get())) {
                    return;
                }
                hold = Hold.of(want, was.get(), intent);
            }
            books.put(hold);
            record();
            step.before(want.what());
            books.put(hold.settled(drivers.apply(want, hold)));
            record();
            notes.addAll(drivers.remarks());
        } catch (IOException refused) {
            String failure = want.what() + ": " + refused.getMessage();
            if (want.needed() && !tolerant) {
                throw new PartitionException(failure, refused);
            }
            notes.add(failure);
            notes.addAll(drivers.remarks());
            if (!want.needed()) {
                forget(want, before);
            }
        }
    }

    /** What was refused is as it was and need not be put back; what was changed all the same stays in the books. */
    private void forget(Want want, Optional<Hold> before) throws PartitionException {
        Hold hold = books.hold(want.kind(), want.key()).orElse(null);
        Optional<String> now = drivers.current(want);
        if (hold != null && before.isEmpty() && now.isPresent() && !Drivers.same(now.get(), hold.was())) {
            books.put(hold.settled(now.get()));
        } else if (hold != null) {
            books.remove(hold);
            before.ifPresent(books::put);
        }
        record();
    }

    /** Whether a thing is in a group that goes as a whole. */
    static boolean endsWithItsGroup(Hold hold, List<Hold> leaving) {
        return hold.kind() != Kind.TYPE && leaving.stream().anyMatch(
                group -> group.kind() == Kind.GROUP && hold.key().startsWith(group.key() + "/"));
    }

    private void release(Hold hold, List<Hold> leaving) throws PartitionException {
        step.before("back: " + hold.what());
        try {
            if (!endsWithItsGroup(hold, leaving)) {
                drivers.release(hold).ifPresent(notes::add);
            }
        } catch (IOException refused) {
            notes.add("cannot be put back: " + hold.what() + ": " + refused.getMessage());
            if (files.exists(drivers.place(hold))) {
                return; // the next command tries again
            }
        }
        books.remove(hold);
        record();
    }

    /**
     * Writes the books. When things are put back, that goes before: the books on disk have too much in them then, which is no
     * harm.
     */
    private void record() throws PartitionException {
        try {
            state.write(books);
        } catch (PartitionException full) {
            if (!tolerant) {
                throw full;
            }
            notes.add(full.getMessage());
        }
    }
}
