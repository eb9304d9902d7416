package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.outrigger.node.CpuSet;

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

    /**
     * A change of the node that a command would make.
     *
     * @param what  the change in words
     * @param place the file or folder that is changed
     * @param was   what it has now; empty where it is not there yet
     * @param value what it would have
     */
    public record Step(String what, String place, String was, String value) {
    }

    /**
     * What can be seen of a partition.
     *
     * @param partition  as it was asked for
     * @param kind       how its cores are set apart: {@code isolated}, {@code root}, {@code exclusive} or {@code member}; {@code
     *                   unknown} where this process may not see that
     * @param groups     its control groups
     * @param memory     its pages, and how many its jobs have
     * @param interrupts those that were moved, for this and other partitions
     * @param unmovable  work of the kernel that cannot leave its cores
     * @param strangers  tasks on its cores that are not its own
     * @param tenants    its processes
     */
    public record Sight(Partition partition, String kind, List<String> groups, List<PoolSight> memory, List<Step> interrupts,
                        List<String> unmovable, List<String> strangers, List<Tenant> tenants) {
    }

    /** Pages of a partition, and how many of them its processes have. */
    public record PoolSight(PoolPages pages, long used) {
        /** Those that they do not have. */
        public PoolPages free() {
            return new PoolPages(pages.node(), pages.pageBytes(), pages.pages() - used);
        }
    }

    /** A process in a partition. */
    public record Tenant(int pid, String name) {
        /** In words, the first few: {@code process 17 (solver) and 3 others}. */
        static String text(List<Tenant> tenants) {
            Tenant first = tenants.get(0);
            int others = tenants.size() - 1;
            return "process " + first.pid + " (" + first.name + ")"
                    + (others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others"));
        }
    }

    /** A partition to the one that it is to be. */
    public interface Resizing {
        /**
         * Under the lock, with the partition as it is.
         *
         * @throws PartitionException when it cannot be so
         */
        Partition of(Partition old) throws PartitionException;
    }

    /**
     * The state of the books.
     *
     * @param folder      where they lie
     * @param held        how many things of the node are not as they were
     * @param interrupted whether a command was killed half-way; the next one mends that
     */
    public record BooksState(String folder, int held, boolean interrupted) {
    }

    /** All partitions, by name; those of an earlier boot are no more. Needs no privilege. */
    public List<Partition> list() throws PartitionException {
        return List.copyOf(readable().partitions());
    }

    /** A partition by name. */
    public Optional<Partition> find(String name) throws PartitionException {
        return readable().partition(name);
    }

    /** The state of the books. */
    public BooksState books() throws PartitionException {
        Books books = readable();
        return new BooksState(state.folder().toString(), books.holds().size(), books.interrupted());
    }

    /** What is not as it was, for all partitions together: as it was, and as it is to be. */
    public List<Step> held() throws PartitionException {
        return readable().holds().stream().map(hold -> new Step(hold.what(), hold.key(), hold.was(), hold.ours())).toList();
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

    /** The partition of this name. */
    public Partition named(String name) throws PartitionException {
        return named(list(), name);
    }

    /** What can be seen of a partition. */
    public Sight look(Partition partition) throws PartitionException {
        return new Looker(files, readable()).look(partition, unmovable(partition), strangers(partition));
    }

    /** Processes that are in a partition now. */
    public List<Tenant> tenants(Partition partition) throws PartitionException {
        return look(partition).tenants();
    }

    /** Work of the kernel that cannot leave the cores of a partition. */
    public List<String> unmovable(Partition partition) {
        return List.of();
    }

    /** Tasks on the cores of a partition that are not its own. */
    public List<String> strangers(Partition partition) {
        return List.of();
    }

    /**
     * Pages that belong to partitions and that none of their processes has, by node and size: a job outside leaves them alone.
     * Needs no privilege.
     */
    public List<PoolPages> heldBack() throws PartitionException {
        Looker looker = new Looker(files, readable());
        List<PoolPages> held = new ArrayList<>();
        for (Partition partition : list()) {
            for (PoolSight pool : looker.look(partition, List.of(), List.of()).memory()) {
                held.add(pool.free());
            }
        }
        return PageChoice.sum(held, List.of());
    }

    /** CPUs with all others that run on the same cores. */
    public CpuSet wholeCores(CpuSet cpus) {
        return Siblings.wholeCores(files, cpus);
    }

    /** The memory of the NUMA nodes. */
    public List<NodeMemory> memory() {
        return NodeMemory.all(files);
    }

    /** Creates a partition. */
    public Outcome create(Partition partition) throws PartitionException {
        return withSmallerPages(partition.name(), smaller -> creating(smaller.of(partition)));
    }

    /** Changes a partition as a function has it. */
    public Outcome resize(String name, Resizing how) throws PartitionException {
        return withSmallerPages(name, smaller -> resizing(name, old -> smaller.of(how.of(old))));
    }

    /** A change of which a part can be in smaller pages. */
    private interface Divisible {
        Change with(Resizing smaller) throws PartitionException;
    }

    /** Where there are too few of the largest pages, the rest is in the usual ones, with a note. */
    private Outcome withSmallerPages(String name, Divisible divisible) throws PartitionException {
        SmallerPages smaller = new SmallerPages();
        while (true) {
            try {
                Outcome outcome = change(name, divisible.with(smaller::of));
                List<String> notes = new ArrayList<>(smaller.notes());
                notes.addAll(outcome.notes());
                return new Outcome(outcome.partition(), notes);
            } catch (PartitionException refused) {
                if (!smaller.helps(refused)) {
                    throw refused;
                }
            }
        }
    }

    /** Gives everything back; processes in it go on elsewhere. */
    public Outcome destroy(String name) throws PartitionException {
        return destroy(name, true);
    }

    /**
     * Gives everything back.
     *
     * @param force also where processes are in it, which go on elsewhere
     */
    public Outcome destroy(String name, boolean force) throws PartitionException {
        return change(name, destroying(name, force));
    }

    private Change creating(Partition partition) {
        return there -> {
            Admission.create(files, there, partition);
            List<Partition> next = new ArrayList<>(there);
            next.add(partition);
            return next;
        };
    }

    private Change resizing(String name, Resizing how) {
        return there -> {
            Partition old = named(there, name);
            Partition next = how.of(old);
            List<Partition> others = new ArrayList<>(there);
            others.remove(old);
            Admission.resize(files, others, old, next);
            MemoryAdmission.checkUse(new Looker(files, readable()), files, old, next);
            others.add(next);
            return others;
        };
    }

    private Change destroying(String name, boolean force) {
        return there -> {
            Partition leaving = named(there, name);
            List<Tenant> tenants = force ? List.of() : tenants(leaving);
            if (!tenants.isEmpty()) {
                throw new PartitionException("partition '" + name + "' is in use by " + Tenant.text(tenants));
            }
            List<Partition> next = new ArrayList<>(there);
            next.remove(leaving);
            return next;
        };
    }

    /** The partition of this name among some. */
    static Partition named(Collection<Partition> partitions, String name) throws PartitionException {
        return partitions.stream().filter(partition -> partition.name().equals(name)).findFirst().orElseThrow(
                () -> new PartitionException("there is no partition '" + name + "'" + (partitions.isEmpty() ? "; there is none"
                        : partitions.size() == 1 ? "; there is " + partitions.iterator().next().name()
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
        return plan(creating(partition));
    }

    /** What a resize would change, likewise. */
    public List<Step> planResize(String name, Resizing how) throws PartitionException {
        return plan(resizing(name, how));
    }

    /** What destroying a partition would change, likewise. */
    public List<Step> planDestroy(String name, boolean force) throws PartitionException {
        return plan(destroying(name, force));
    }

    private List<Step> plan(Change change) throws PartitionException {
        Books books = readable();
        List<Partition> next = change.of(List.copyOf(books.partitions()));
        return new Planner(files, books).steps(new World(files, books, next).wants());
    }
}
