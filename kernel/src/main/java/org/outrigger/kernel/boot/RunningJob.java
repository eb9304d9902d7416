package org.outrigger.kernel.boot;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.host.Futex;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.Budget;
import org.outrigger.kernel.memory.PoolLedger;
import org.outrigger.kernel.memory.PoolShare;
import org.outrigger.kernel.report.JobFacts;
import org.outrigger.kernel.task.CoreChange;
import org.outrigger.kernel.task.CoreMask;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.RankCores;

/**
 * {@link JobControl} of the job that this LWK runs. What belongs to the main loop is done by its thread, which is asked through
 * its inbox; what may be asked from any thread is asked at once.
 */
final class RunningJob implements JobControl {
    /** How long processes are waited for that are to give memory back. */
    private static final long GIVING_NS = 2_000_000_000L;
    private static final long LOOK_MS = 5;

    private final Parts parts;
    private final RankCores[] ranks;
    private final CoreChange coreChange;
    private final Object posting = new Object();
    private final Futex futex = new Futex(new Syscalls());
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final List<JobFacts.Change> changes = Collections.synchronizedList(new ArrayList<>());
    private volatile int[] cores;

    /** What it changes. */
    record Parts(JobRequest request, JobMemory memory, KernelLoops loops, CoreChange coreChange, LinuxThreads threads,
                 Optional<Budget> budget, PoolLedger ledger, byte yield, int spin, Job job) {
    }

    RunningJob(Parts parts) {
        this.parts = parts;
        coreChange = parts.coreChange();
        cores = parts.request().lwkCores();
        ranks = new RankCores[parts.request().ranks()];
        Arrays.setAll(ranks, rank -> new RankCores(parts.request().coresOfRank(rank)));
    }

    /** The cores of a rank and all that descends from it. */
    RankCores rank(int rank) {
        return ranks[rank];
    }

    /** The LWK cores of the job at the moment. */
    int[] cores() {
        return cores;
    }

    /** What has been changed, in order. */
    List<JobFacts.Change> changes() {
        return changes;
    }

    /** The job has ended: nobody waits for it any more. */
    void end() {
        over.complete(null);
    }

    /** Has the main loop's thread answer; {@code otherwise} where the job has ended or does not answer in time. */
    private <T> T ask(Supplier<T> question, T otherwise) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        AtomicBoolean taken = new AtomicBoolean();
        synchronized (posting) {
            parts.loops().main().inbox.post(() -> {
                if (taken.compareAndSet(false, true)) {
                    try {
                        answer.complete(question.get());
                    } catch (RuntimeException failed) { // the job is not to end of it
                        answer.completeExceptionally(failed);
                    }
                }
            }, futex);
        }
        try {
            CompletableFuture.anyOf(answer, over).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException late) {
            // it is given up below
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        }
        if (answer.isDone() || !taken.compareAndSet(false, true)) { // done, or just being done
            return answer.completeOnTimeout(otherwise, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        }
        return otherwise;
    }

    @Override
    public boolean cores(int[] lwk) {
        int[] next = Arrays.stream(lwk).sorted().distinct().toArray();
        if (next.length == 0 || next[0] < 0 || next[next.length - 1] >= CoreMask.WORDS * Long.SIZE) {
            throw new IllegalArgumentException("LWK cores " + Arrays.toString(lwk));
        }
        return ask(() -> change(next), false);
    }

    private boolean change(int[] next) {
        int[][] shares = new int[ranks.length][];
        Arrays.setAll(shares, rank -> JobRequest.share(next, ranks.length, rank));
        boolean same = Arrays.equals(next, cores);
        coreChange.apply(ranks, shares);
        cores = next;
        if (!coreChange.crowded()) { // else the next thread that yields says so, see Affinities
            parts.memory().memory().set(ValueLayout.JAVA_BYTE, Layout.DISPOSITION + Nr.SCHED_YIELD, parts.yield());
        }
        int[] linux = parts.request().linuxCores();
        boolean shared = Arrays.stream(next).anyMatch(core -> Arrays.stream(linux).anyMatch(other -> other == core));
        parts.memory().memory().set(ValueLayout.JAVA_INT, Layout.SPIN, shared ? 0 : parts.spin());
        parts.loops().shareCores(shared);
        if (!same) {
            String fewer = ranks.length > next.length ? " (fewer than ranks: ranks share cores)" : "";
            note("cores " + ReportBuilder.list(next) + fewer);
        }
        int refused = parts.threads().takeRefusals();
        if (refused > 0) {
            note("Linux left " + refused + " threads where they were (errno " + -parts.threads().lastRefusal() + ")");
        }
        return true;
    }

    private void note(String what) {
        changes.add(new JobFacts.Change(parts.job().elapsed(), what));
        if (parts.request().verbosity() > 0) {
            System.err.println("outrigger: from now on: " + what);
        }
    }

    private Set<AddressSpace> spaces() {
        Set<AddressSpace> spaces = Collections.newSetFromMap(new IdentityHashMap<>());
        for (LwkProcess process : parts.job().tasks().running()) {
            spaces.add(process.space());
        }
        return spaces;
    }

    /** Has processes give huge pages back as they ask for memory, until enough is done or they have had time. */
    private void giveBack(BooleanSupplier done) {
        long end = System.nanoTime() + GIVING_NS;
        while (!done.getAsBoolean() && !over.isDone() && System.nanoTime() - end < 0) {
            ask(() -> {
                spaces().forEach(space -> space.poolUse().giveBack());
                return true;
            }, false);
            try {
                Thread.sleep(LOOK_MS);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public synchronized long memory(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(bytes + " bytes");
        }
        if (parts.budget().isEmpty()) {
            return -1;
        }
        Budget budget = parts.budget().get();
        long unused = ask(() -> spaces().stream().mapToLong(space -> space.poolUse().free()).sum(), 0L);
        long over = budget.used() + budget.kept() + unused - bytes;
        if (over > 0 && unused > 0) {
            parts.ledger().demand(Math.min(over, unused));
            giveBack(() -> parts.ledger().demand() == 0);
            parts.ledger().demand(0);
        }
        long before = budget.total();
        long now = budget.resize(bytes);
        if (now != before) {
            note("memory " + now + " bytes");
        }
        return now;
    }

    @Override
    public synchronized List<PoolShare> pools(List<PoolShare> most) {
        parts.ledger().most(most);
        giveBack(() -> !parts.ledger().overdrawn());
        return parts.ledger().held();
    }

    @Override
    public Usage usage() {
        long committed = parts.budget().isPresent() ? parts.budget().get().used()
                : ask(() -> spaces().stream().mapToLong(space -> space.arenaUsed() + space.heapBytes()).sum(), 0L);
        return new Usage(committed, parts.ledger().held());
    }
}
