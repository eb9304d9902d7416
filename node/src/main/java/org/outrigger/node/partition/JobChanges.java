package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.outrigger.node.CpuSet;

/** What a change of partitions means for all jobs in them. */
final class JobChanges {
    private final NodeFiles files;
    private final JobRegistry registry;
    private final String boot;
    private final JobMoves.Voice voice;
    private final List<JobMoves> moves = new ArrayList<>();
    private final List<Partition> going = new ArrayList<>();
    private final List<RunningJob> homeless = new ArrayList<>();

    /**
     * From some partitions to others.
     *
     * @param jobs those that run
     * @throws PartitionException when a job would be left without a core
     */
    JobChanges(NodeFiles files, JobRegistry registry, String boot, JobMoves.Voice voice, List<Partition> old,
               List<Partition> next, List<RunningJob> jobs) throws PartitionException {
        this.files = files;
        this.registry = registry;
        this.boot = boot;
        this.voice = voice;
        for (Partition partition : old) {
            List<RunningJob> inside = jobs.stream().filter(job -> job.partition().equals(partition.name())).toList();
            Partition then = next.stream().filter(other -> other.name().equals(partition.name())).findFirst().orElse(null);
            if (then == null) {
                going.add(partition);
                homeless.addAll(inside);
            } else {
                moves.add(new JobMoves(files, voice, partition, then, inside));
            }
        }
    }

    /**
     * Refuses that a partition goes in which something runs.
     *
     * @param jobs the jobs in it
     */
    static void refuse(List<RunningJob> jobs) throws PartitionException {
        if (!jobs.isEmpty()) {
            boolean one = jobs.size() == 1;
            throw new PartitionException(jobs.stream().map(RunningJob::toString).collect(Collectors.joining(", "))
                    + (one ? " still runs in it; --force moves it" : " still run in it; --force moves them")
                    + " to the Linux cores");
        }
    }

    /** Before anything of the node is changed: the jobs leave what goes. */
    void leave(List<String> notes) throws PartitionException {
        for (JobMoves move : moves) {
            move.leave(notes);
        }
        for (RunningJob job : homeless) {
            if (job.served(files) && job.bytes() > 0) {
                voice.ask(job, "pools " + PoolPages.text(job.memory().stream()
                        .map(pool -> new PoolPages(pool.node(), pool.pageBytes(), 0)).toList()));
            }
        }
        going.forEach(this::ordinary);
    }

    /** What runs in a partition runs in real time no more: on a Linux core it would hold up everything else. */
    private void ordinary(Partition partition) {
        for (String pid : registry.members(partition.name())) {
            for (String tid : files.names("/proc/" + pid + "/task")) {
                files.ordinary(Integer.parseInt(tid));
            }
        }
    }

    /**
     * After the change: the jobs take what has come.
     *
     * @param linux the Linux cores, for jobs whose partition has gone
     */
    void take(CpuSet linux, List<String> notes) throws PartitionException {
        List<RunningJob> left = new ArrayList<>();
        for (JobMoves move : moves) {
            move.take(notes);
            left.addAll(move.after());
        }
        for (RunningJob job : homeless) {
            if (job.served(files) && voice.ask(job, "cores " + linux).isEmpty()) {
                notes.add(job + " does not answer: Linux moves its threads, and new ones go where they may");
            }
        }
        registry.write(boot, left);
    }

    /** The change was not made. */
    void rollBack() {
        moves.forEach(JobMoves::rollBack);
        for (RunningJob job : homeless) {
            if (job.bytes() > 0) {
                voice.ask(job, "pools " + PoolPages.text(job.memory()));
            }
        }
    }

    /** After a change that was killed: nobody knows what the jobs were told. */
    void remind() {
        moves.forEach(JobMoves::remind);
    }
}
