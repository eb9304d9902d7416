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
    private final JobRegistry registry;
    private final JobMoves.Voice voice;
    private Consumer<String> teller = word -> { };

    /** Those of a node, with the folder of its books. */
    public Partitions(NodeFiles files, StateFolder state) {
        this(files, state, step -> { });
    }

    /** Likewise; each change is told just before it is made. */
    Partitions(NodeFiles files, StateFolder state, Consumer<String> beforeStep) {
        this(files, state, beforeStep, (job, line) -> JobLine.ask(state, job.number(), line));
    }

    /** Likewise; jobs are asked by a voice. */
    Partitions(NodeFiles files, StateFolder state, Consumer<String> beforeStep, JobMoves.Voice voice) {
        this.files = files;
        this.state = state;
        this.beforeStep = beforeStep;
        this.registry = new JobRegistry(files, state);
        this.voice = voice;
    }

    /** These, with somebody to be told while a command waits for another one. */
    public Partitions telling(Consumer<String> somebody) {
        teller = somebody;
        return this;
    }

    /**
     * What came of a command.
     *
     * @param partition the partition it was about
     * @param notes     what could not be done and is not needed, one sentence each
     */
    public record Outcome(Partition partition, List<String> notes) {
    }

    /** All partitions, by name; those of an earlier boot are no more. Needs no privilege. */
    public List<Partition> list() throws PartitionException {
        return List.copyOf(readable().partitions());
    }

    /** A partition by name. */
    public Optional<Partition> find(String name) throws PartitionException {
        return readable().partition(name);
    }

    String boot() {
        return files.read(BOOT_ID).orElse("");
    }

    JobRegistry registry() {
        return registry;
    }

    NodeFiles files() {
        return files;
    }

    /** The jobs that run in a partition, in the order in which they came. Needs no privilege. */
    public List<RunningJob> jobs(String name) throws PartitionException {
        return registry.living(boot()).stream().filter(job -> job.partition().equals(name)).toList();
    }

    /** The books as they are, without the lock. */
    Books readable() throws PartitionException {
        String boot = boot();
        return state.read().filter(books -> books.boot().equals(boot)).orElse(new Books(boot));
    }

    /** How the cores of a partition are set apart: {@code isolated}, {@code root}, {@code exclusive} or {@code member}. */
    public String kind(Partition partition) throws PartitionException {
        return cpusets(partition).kind(partition.name());
    }

    /** The control group of a partition. */
    public String group(Partition partition) throws PartitionException {
        return cpusets(partition).group(partition.name());
    }

    private Cpusets cpusets(Partition partition) throws PartitionException {
        return Cpusets.seen(files, readable(), partition.name());
    }

    /** The partition of this name. */
    public Partition named(String name) throws PartitionException {
        return named(list(), name);
    }

    /** What can be seen of the partitions and their node. */
    public Overview overview() {
        return new Overview(this, files, state);
    }

    /**
     * What is not as it should be with the cores of a partition, one sentence each: those that are off line, or that the
     * kernel does not keep apart.
     */
    public List<String> remarks(Partition partition) throws PartitionException {
        List<String> remarks = new ArrayList<>();
        CpuSet online = new World(files, new Books(""), List.of()).online();
        CpuSet off = partition.cores().minus(online);
        if (!off.isEmpty()) {
            remarks.add(off.size() == 1 ? "CPU " + off + " is off line" : "CPUs " + off + " are off line");
        }
        Cpusets cpusets = cpusets(partition);
        String group = cpusets.group(partition.name());
        Optional<CpuSet> has = files.read(cpusets.effectiveFile(group)).flatMap(World::cpus);
        CpuSet missing = partition.cores().intersection(online).minus(has.orElse(CpuSet.EMPTY));
        if (!files.exists(group)) {
            remarks.add("the control group " + group + " was removed by somebody; the next command that changes"
                    + " partitions makes it again");
        } else if (!missing.isEmpty()) {
            remarks.add("CPU " + missing + " is not in the control group " + group + "; the next command that changes partitions"
                    + " mends it");
        }
        cpusets.trouble(partition.name()).ifPresent(remarks::add);
        return remarks;
    }

    /** Processes and threads of the kernel that run, or may run, on the cores of a partition and are not in it. */
    public List<Stranger> strangers(Partition partition) throws PartitionException {
        return new Strangers(files, cpusets(partition), partition).all();
    }

    /**
     * What of Linux stays on the cores of a partition because it cannot be moved, by group; of a partition that is not there,
     * what is known beforehand. Needs no privilege.
     */
    public List<Unmovable> unmovable(Partition partition) throws PartitionException {
        return new Staying(files, partition, find(partition.name()).isPresent()).all();
    }

    /** Creates a partition. */
    public Outcome create(Partition partition) throws PartitionException {
        return SmallerPages.tried(smaller -> change(partition.name(), true, creating(smaller.of(partition))));
    }

    /** Changes a partition as a function has it. */
    public Outcome resize(String name, Resizing how) throws PartitionException {
        return SmallerPages.tried(smaller -> change(name, true, resizing(name, old -> smaller.of(how.of(old)))));
    }

    /** Gives everything back; processes in it go on elsewhere. */
    public Outcome destroy(String name) throws PartitionException {
        return destroy(name, true);
    }

    /**
     * Gives everything back. What was begun is ended, whatever fails: what could not be put back is told and tried again later.
     *
     * @param force also where processes are in it, which go on elsewhere
     */
    public Outcome destroy(String name, boolean force) throws PartitionException {
        return change(name, false, destroying(name, force));
    }

    private Change creating(Partition partition) {
        return (books, there) -> {
            Admission.create(files, books, there, partition);
            List<Partition> next = new ArrayList<>(there);
            next.add(partition);
            return next;
        };
    }

    private Change resizing(String name, Resizing how) {
        return (books, there) -> {
            Partition old = named(there, name);
            Partition next = how.of(old);
            List<Partition> others = new ArrayList<>(there);
            others.remove(old);
            Admission.resize(files, books, others, old, next);
            if (jobs(name).isEmpty()) { // which are asked
                MemoryAdmission.checkUse(new Looker(files, books), files, old, next);
            }
            others.add(next);
            return others;
        };
    }

    private Change destroying(String name, boolean force) {
        return (books, there) -> {
            Partition leaving = named(there, name);
            JobChanges.refuse(force ? List.of() : jobs(name));
            List<Sight.Tenant> tenants = force ? List.of() : overview().look(leaving).tenants();
            if (!tenants.isEmpty()) {
                throw new PartitionException("partition '" + name + "' is in use by " + Sight.Tenant.text(tenants)
                        + "; --force moves what is in it to the Linux cores");
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
        List<Partition> of(Books books, List<Partition> there) throws PartitionException;
    }

    /**
     * One command.
     *
     * @param back whether a change that fails or is interrupted is taken back; else it goes on
     */
    private Outcome change(String name, boolean back, Change change) throws PartitionException {
        try (Interruption interruption = new Interruption(); StateFolder.Lock _ = lock(interruption)) {
            List<String> notes = new ArrayList<>();
            Books books = mended(notes);
            List<Partition> old = List.copyOf(books.partitions());
            List<Partition> next = change.of(books, old);
            new Wishes(files).drop(books);
            List<Want> wants = new World(files, books, next).wants(); // what is refused is refused before anything is changed
            JobChanges jobs = jobChanges(old, next);
            if (!back) {
                books.replace(next);
            }
            books.changing(true);
            state.write(books);
            if (back) {
                try {
                    jobs.leave(notes);
                    notes.addAll(rounds(books).converge(next, wants, interruption, beforeStep));
                    interruption.check();
                    rounds(books).finish(next);
                } catch (PartitionException | RuntimeException failed) {
                    PartitionException why = rounds(books).takenBack(old, failed);
                    jobs.rollBack();
                    throw why;
                }
            } else {
                jobs.leave(notes);
                notes.addAll(rounds(books).settle(next, beforeStep::accept));
                rounds(books).finish(next);
            }
            jobs.take(new World(files, books, next).rest(), notes);
            Partition result = next.stream().filter(partition -> partition.name().equals(name)).findFirst()
                    .orElseGet(() -> old.stream().filter(partition -> partition.name().equals(name)).findFirst().orElseThrow());
            return new Outcome(result, List.copyOf(notes));
        }
    }

    private JobChanges jobChanges(List<Partition> old, List<Partition> next) throws PartitionException {
        return new JobChanges(files, registry, boot(), voice, old, next, registry.living(boot()));
    }

    private Rounds rounds(Books books) {
        return new Rounds(files, state, books);
    }

    StateFolder.Lock lock() throws PartitionException {
        return state.lock(this::waiting);
    }

    /** Likewise; who is asked to end waits no longer. */
    private StateFolder.Lock lock(Interruption interruption) throws PartitionException {
        return state.lock(this::waiting, interruption::check);
    }

    private void waiting() {
        teller.accept("waiting for another command that changes partitions");
    }

    /**
     * The books after everything was put back that nobody wants any more: what a command has left that was killed, and partitions
     * whose owner is gone.
     *
     * @param notes gets what is to be told of it
     */
    Books mended(List<String> notes) throws PartitionException {
        String boot = boot();
        Optional<Books> read = state.read();
        if (read.isEmpty()) {
            registry.write(boot, List.of()); // of a destroy that was killed at its end
            return new Books(boot);
        }
        Books books = read.get();
        if (!books.boot().equals(boot)) {
            notes.add(stale(books));
            state.write(new Books(boot));
            registry.write(boot, List.of());
            return new Books(boot);
        }
        List<Partition> living = living(books);
        if (books.unfinished() || living.size() < books.partitions().size()) {
            if (books.unfinished()) {
                notes.add("a command was interrupted; what it left half done is put right");
            }
            books.partitions().stream().filter(partition -> !living.contains(partition))
                    .forEach(gone -> notes.add("partition '" + gone.name() + "' is over: its process "
                            + gone.owner().orElseThrow().pid()
                            + " has ended"));
            leaveOnly(books, living, notes);
        }
        registry.prune(boot, books);
        return books;
    }

    /** Of the partitions there are these stay. Jobs of others that are still there go to the Linux cores. */
    void leaveOnly(Books books, List<Partition> living, List<String> notes) throws PartitionException {
        JobChanges jobs = jobChanges(List.copyOf(books.partitions()), living);
        boolean unfinished = books.unfinished();
        books.replace(living);
        books.changing(true);
        state.write(books);
        jobs.leave(notes);
        notes.addAll(rounds(books).settle(living, beforeStep::accept));
        rounds(books).finish(living);
        jobs.take(new World(files, books, living).rest(), notes);
        if (unfinished) {
            jobs.remind();
        }
    }

    private static String stale(Books books) {
        return "the machine was started anew, which ended " + (books.partitions().isEmpty() ? "what a command had begun"
                : "partitions " + String.join(", ", books.partitions().stream().map(Partition::name).toList()));
    }

    private List<Partition> living(Books books) throws PartitionException {
        List<Partition> living = new ArrayList<>();
        for (Partition partition : books.partitions()) {
            if (partition.owner().isEmpty() || registry.attends(partition.owner().get(), boot())) {
                living.add(partition);
            }
        }
        return living;
    }

    /**
     * Mends what is to be mended and does nothing else.
     *
     * @return whether anything is left in the books
     */
    public boolean reconcile() throws PartitionException {
        try (StateFolder.Lock _ = lock()) {
            Books books = mended(new ArrayList<>());
            state.write(books);
            return !books.isEmpty();
        }
    }

    /**
     * For commands that only look: mends what an interrupted command has left, where this user may, and tells of it, or tells
     * that it is to be mended. Does not wait for another command.
     *
     * @return one sentence each; none where all is well
     */
    public List<String> refresh() throws PartitionException {
        Optional<Books> books = state.read();
        String boot = boot();
        if (books.isEmpty() || books.get().boot().equals(boot) && !books.get().unfinished()
                && living(books.get()).size() == books.get().partitions().size()) {
            return List.of();
        }
        if (!state.own()) {
            return List.of(books.get().boot().equals(boot)
                    ? "a command was interrupted, or is at work; the next one of the user whom " + state.folder()
                            + " belongs to mends it"
                    : stale(books.get()));
        }
        Optional<StateFolder.Lock> lock = state.tryLock();
        if (lock.isEmpty()) {
            return List.of("another command is changing partitions now");
        }
        try (StateFolder.Lock _ = lock.get()) {
            List<String> notes = new ArrayList<>();
            mended(notes);
            return notes;
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
        List<Partition> next = change.of(books, List.copyOf(books.partitions()));
        return new Planner(files, books).steps(new World(files, books, next).wants());
    }
}
