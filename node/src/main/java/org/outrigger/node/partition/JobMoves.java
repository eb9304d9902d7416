package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemorySize;

/**
 * What a change of a partition means for the jobs in it. Before the change they leave the cores that go and give back pages;
 * after it they take the cores that come. Cores that come go to the oldest job that has taken what was free; so do pages.
 */
final class JobMoves {
    /** How a job is asked. */
    interface Voice {
        /** Absent where there is no answer. */
        Optional<String> ask(RunningJob job, String line);
    }

    private final NodeFiles files;
    private final Voice voice;
    private final Partition old;
    private final Partition next;
    private final List<RunningJob> before;
    private final List<RunningJob> after = new ArrayList<>();
    private final List<RunningJob> asked = new ArrayList<>();

    /**
     * For one partition that becomes another, with the jobs in it.
     *
     * @throws PartitionException when a job would be left without a core
     */
    JobMoves(NodeFiles files, Voice voice, Partition old, Partition next, List<RunningJob> jobs) throws PartitionException {
        this.files = files;
        this.voice = voice;
        this.old = old;
        this.next = next;
        this.before = List.copyOf(jobs);
        cores();
        memory();
    }

    /** The jobs as they are to be. */
    List<RunningJob> after() {
        return List.copyOf(after);
    }

    private void cores() throws PartitionException {
        CpuSet coming = next.cores().minus(old.cores());
        CpuSet free = next.cores();
        for (RunningJob job : before) {
            free = free.minus(job.cores());
        }
        for (RunningJob job : before) {
            CpuSet cores = job.cores().intersection(next.cores());
            if (job.allCores()) {
                cores = cores.union(coming);
                free = free.minus(coming);
                coming = CpuSet.EMPTY;
            }
            if (cores.isEmpty() && free.isEmpty()) {
                throw new PartitionException(job + " would be left without a core: it has CPU " + job.cores());
            }
            if (cores.isEmpty()) {
                cores = free;
                free = CpuSet.EMPTY;
                coming = coming.minus(cores);
            }
            after.add(job.with(cores, job.memory()));
        }
    }

    /** Pages that go are those that no job has, then those of the youngest that took what was free, then those of others. */
    private void memory() {
        for (PoolPages pool : pools()) {
            long had = Placing.pages(old.memory(), pool);
            long has = Placing.pages(next.memory(), pool);
            long missing = before.stream().mapToLong(job -> Placing.pages(job.memory(), pool)).sum() - has;
            for (int round = 0; round < 2; round++) {
                for (int i = after.size() - 1; i >= 0 && missing > 0; i--) {
                    RunningJob job = after.get(i);
                    long less = job.allMemory() == (round == 0) ? Math.min(missing, Placing.pages(job.memory(), pool)) : 0;
                    missing -= less;
                    change(i, pool, -less);
                }
            }
            long more = Math.max(0, has - had);
            for (int i = 0; i < after.size() && more > 0; i++) {
                if (after.get(i).allMemory()) {
                    change(i, pool, more);
                    more = 0;
                }
            }
        }
    }

    private List<PoolPages> pools() {
        List<PoolPages> pools = new ArrayList<>(old.memory());
        next.memory().stream().filter(pages -> Placing.pages(old.memory(), pages) == 0).forEach(pools::add);
        return pools;
    }

    private void change(int index, PoolPages pool, long pages) {
        if (pages != 0) {
            RunningJob job = after.get(index);
            List<PoolPages> memory = new ArrayList<>(job.memory());
            long now = Placing.pages(memory, pool) + pages;
            memory.removeIf(part -> part.file().equals(pool.file()));
            memory.add(new PoolPages(pool.node(), pool.pageBytes(), now));
            after.set(index, job.with(job.cores(), Placing.sum(memory)));
        }
    }

    /**
     * The jobs leave what goes.
     *
     * @throws PartitionException when one uses pages that are to go
     */
    void leave(List<String> notes) throws PartitionException {
        for (int i = 0; i < before.size(); i++) {
            if (after.get(i).bytes() < before.get(i).bytes() || lacks(after.get(i), before.get(i))) {
                giveBack(before.get(i), after.get(i));
            }
        }
        for (int i = 0; i < before.size(); i++) {
            CpuSet staying = before.get(i).cores().intersection(after.get(i).cores());
            if (!staying.equals(before.get(i).cores()) && !staying.isEmpty()) {
                move(before.get(i), staying, notes);
            }
        }
    }

    private static boolean lacks(RunningJob after, RunningJob before) {
        return before.memory().stream().anyMatch(pool -> Placing.pages(after.memory(), pool) < pool.pages());
    }

    private void giveBack(RunningJob job, RunningJob then) throws PartitionException {
        if (!job.served(files)) {
            throw new PartitionException(job + " goes on without the LWK and keeps its " + MemorySize.text(job.bytes()));
        }
        asked.add(job);
        Optional<String> answer = voice.ask(job, "memory " + then.bytes());
        if (answer.isEmpty() && !job.served(files) && !job.launcher().alive(files)) {
            return; // it has ended just now
        }
        long limit = number(answer.orElseThrow(() -> silent(job)));
        if (limit > then.bytes()) {
            throw new PartitionException(job + " uses " + MemorySize.text(limit) + " of its " + MemorySize.text(job.bytes())
                    + ": " + MemorySize.text(then.bytes()) + " would be left for it");
        }
        List<PoolPages> held = PoolPages.parse(voice.ask(job, "pools " + PoolPages.text(most(job, then)))
                .orElseThrow(() -> silent(job)));
        for (PoolPages pool : held) {
            long may = Placing.pages(then.memory(), pool);
            if (Placing.pages(job.memory(), pool) > 0 && pool.pages() > may) {
                throw new PartitionException(job + " holds " + MemorySize.text(pool.bytes()) + " in pages of "
                        + MemorySize.text(pool.pageBytes()) + " on NUMA node " + pool.node() + ": "
                        + MemorySize.text(may * pool.pageBytes()) + " would be left for it");
            }
        }
    }

    /** With the pools that are to be empty too, so that it is asked of each. */
    private static List<PoolPages> most(RunningJob job, RunningJob then) {
        return job.memory().stream().map(pool ->
                new PoolPages(pool.node(), pool.pageBytes(), Placing.pages(then.memory(), pool))).toList();
    }

    private static long number(String text) {
        return text.isEmpty() ? -1 : Long.parseLong(text);
    }

    private static PartitionException silent(RunningJob job) {
        return new PartitionException(job + " does not answer, and may use its " + MemorySize.text(job.bytes()));
    }

    private void move(RunningJob job, CpuSet cores, List<String> notes) {
        asked.add(job);
        if (job.served(files) && voice.ask(job, "cores " + cores).isEmpty()) {
            notes.add(job + " does not answer: Linux moves its threads, and new ones go where they may");
        }
    }

    /** The jobs take what has come. */
    void take(List<String> notes) {
        for (int i = 0; i < before.size(); i++) {
            RunningJob job = before.get(i);
            RunningJob then = after.get(i);
            CpuSet staying = job.cores().intersection(then.cores());
            if (!then.cores().equals(staying) || staying.isEmpty()) {
                move(job, then.cores(), notes);
            }
            if (lacks(job, then) && job.served(files)
                    && (voice.ask(job, "pools " + PoolPages.text(then.memory())).isEmpty()
                    || voice.ask(job, "memory " + then.bytes()).isEmpty())) {
                notes.add(job + " does not answer: it does not take the memory that has come");
            }
        }
    }

    /** The change was not made: the jobs have again what they had. */
    void rollBack() {
        asked.forEach(this::remind);
    }

    /** The jobs are told what they have. */
    void remind() {
        after.forEach(this::remind);
    }

    private void remind(RunningJob job) {
        if (job.served(files) && voice.ask(job, "cores " + job.cores()).isPresent() && job.bytes() > 0) {
            voice.ask(job, "pools " + PoolPages.text(job.memory()));
            voice.ask(job, "memory " + job.bytes());
        }
    }
}
