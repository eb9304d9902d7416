package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The partitions of a node: looked at, created, resized, destroyed, one command after the other. Each of these first mends what a
 * command that was killed, or the end of a process that owned a partition, has left behind.
 */
public final class Partitions {
    private static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

    private final NodeFiles files;
    private final StateFolder state;
    private final Consumer<String> beforeStep;

    /** Those of a node, with the folder of its books. */
    public Partitions(NodeFiles files, StateFolder state) {
        this(files, state, step -> { });
    }

    /** Likewise; each change is told just before it is made. */
    Partitions(NodeFiles files, StateFolder state, Consumer<String> beforeStep) {
        this.files = files;
        this.state = state;
        this.beforeStep = beforeStep;
    }

    /**
     * What came of a command.
     *
     * @param partition the partition it was about
     * @param notes     what could not be done and is not needed, one sentence each
     */
    public record Outcome(Partition partition, List<String> notes) {
    }

    /** A change of the node that a command would make. */
    public record Step(String what, String place, String was, String value) {
    }

    /** All partitions, by name; those of an earlier boot are no more. Needs no privilege. */
    public List<Partition> list() throws PartitionException {
        return List.copyOf(readable().partitions());
    }

    /** A partition by name. */
    public Optional<Partition> find(String name) throws PartitionException {
        return readable().partition(name);
    }

    private Books readable() throws PartitionException {
        String boot = files.read(BOOT_ID).orElse("");
        return state.read().filter(books -> books.boot().equals(boot)).orElse(new Books(boot));
    }

    /** How the cores of a partition are set apart: {@code isolated}, {@code root}, {@code exclusive} or {@code member}. */
    public String kind(Partition partition) throws PartitionException {
        return Cpusets.of(files).kind(partition.name());
    }

    /** The control group of a partition. */
    public String group(Partition partition) throws PartitionException {
        return Cpusets.of(files).group(partition.name());
    }

    /** Creates a partition. */
    public Outcome create(Partition partition) throws PartitionException {
        return change(partition.name(), there -> {
            Admission.create(files, there, partition);
            List<Partition> next = new ArrayList<>(there);
            next.add(partition);
            return next;
        });
    }

    /** Changes a partition as a function has it. */
    public Outcome resize(String name, UnaryOperator<Partition> how) throws PartitionException {
        return change(name, there -> {
            Partition old = named(there, name);
            Partition next = how.apply(old);
            List<Partition> others = new ArrayList<>(there);
            others.remove(old);
            Admission.create(files, others, next);
            others.add(next);
            return others;
        });
    }

    /** Gives everything back. */
    public Outcome destroy(String name) throws PartitionException {
        return change(name, there -> {
            List<Partition> next = new ArrayList<>(there);
            next.remove(named(there, name));
            return next;
        });
    }

    /** The partition of this name among some. */
    static Partition named(Collection<Partition> partitions, String name) throws PartitionException {
        return partitions.stream().filter(partition -> partition.name().equals(name)).findFirst().orElseThrow(
                () -> new PartitionException("there is no partition '" + name + "'" + (partitions.isEmpty() ? "; there is none"
                        : "; there are " + String.join(", ", partitions.stream().map(Partition::name).sorted().toList()))));
    }

    /** Partitions to partitions. */
    private interface Change {
        List<Partition> of(List<Partition> there) throws PartitionException;
    }

    private Outcome change(String name, Change change) throws PartitionException {
        try (StateFolder.Lock _ = state.lock()) {
            Books books = mended();
            List<Partition> old = List.copyOf(books.partitions());
            List<Partition> next = change.of(old);
            Converger converger = new Converger(files, state, books, beforeStep);
            List<String> notes;
            try {
                notes = converger.converge(new World(files, books, next).wants());
            } catch (PartitionException failed) {
                new Converger(files, state, books, step -> { }).converge(new World(files, books, old).wants());
                throw failed;
            }
            books.replace(next);
            state.write(books);
            Partition result = next.stream().filter(partition -> partition.name().equals(name)).findFirst()
                    .orElseGet(() -> old.stream().filter(partition -> partition.name().equals(name)).findFirst().orElseThrow());
            return new Outcome(result, notes);
        }
    }

    /**
     * The books after everything was put back that nobody wants any more: what a command has left that was killed, and partitions
     * whose owner is gone.
     */
    private Books mended() throws PartitionException {
        String boot = files.read(BOOT_ID).orElse("");
        Optional<Books> read = state.read();
        if (read.isEmpty() || !read.get().boot().equals(boot)) {
            // A boot has put everything back; the books are about a machine that is no more.
            return new Books(boot);
        }
        Books books = read.get();
        List<Partition> living = books.partitions().stream()
                .filter(partition -> partition.owner().map(owner -> owner.alive(files)).orElse(true)).toList();
        if (books.interrupted() || living.size() < books.partitions().size()) {
            new Converger(files, state, books, beforeStep).converge(new World(files, books, living).wants());
            books.replace(living);
            state.write(books);
        }
        return books;
    }

    /**
     * Mends what is to be mended and does nothing else.
     *
     * @return whether anything is left in the books
     */
    public boolean reconcile() throws PartitionException {
        try (StateFolder.Lock _ = state.lock()) {
            Books books = mended();
            state.write(books);
            return !books.isEmpty();
        }
    }

    /** What creating a partition would change; nothing is changed, and no lock is taken. */
    public List<Step> plan(Partition partition) throws PartitionException {
        Books books = readable();
        List<Partition> next = new ArrayList<>(books.partitions());
        Admission.create(files, next, partition);
        next.add(partition);
        List<Want> wants = new ArrayList<>(new World(files, books, next).wants());
        wants.sort(Comparator.comparing(Want::phase));
        Drivers drivers = new Drivers(files);
        List<Step> steps = new ArrayList<>();
        for (Want want : wants) {
            String was = books.hold(want.kind(), want.key()).map(Hold::ours).or(() -> drivers.current(want)).orElse(null);
            boolean made = want.phase().compareTo(Phase.CONTROLLERS) >= 0 && want.phase() != Phase.THREADS;
            if (made || was != null && !Drivers.same(was, want.value()) && !drivers.needsNothing(want, was)) {
                steps.add(new Step(want.what(), want.key(), was == null ? "" : was, want.value()));
            }
        }
        return steps;
    }
}
