package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuListException;

/**
 * Which jobs run in partitions: a file beside the books. A job is there as long as its LWK or its launcher is, and after that as
 * long as a process of its program is in the partition's group.
 */
final class JobRegistry {
    /** Its name. */
    static final String FILE = "running";
    private static final String HEAD = "outrigger jobs 1\t";
    private static final String PROCESSES = "/cgroup.procs";
    private static final int FIELDS = 9;

    private final NodeFiles files;
    private final StateFolder state;

    JobRegistry(NodeFiles files, StateFolder state) {
        this.files = files;
        this.state = state;
    }

    /** The jobs that are there, in the order in which they came; needs no lock. */
    List<RunningJob> living(String boot) throws PartitionException {
        List<RunningJob> all = read(boot);
        List<RunningJob> living = new ArrayList<>();
        for (RunningJob job : all) {
            if (attended(job) || remains(job, all)) {
                living.add(job);
            }
        }
        return living;
    }

    /** Whether the LWK or the launcher of a job runs. */
    private boolean attended(RunningJob job) {
        return job.launcher().alive(files) || job.served(files);
    }

    /** Whether there are processes of a job that nobody looks after. */
    private boolean remains(RunningJob job, List<RunningJob> all) {
        for (String pid : members(job.partition())) {
            String id = id(pid);
            if (id.equals(job.id())) {
                return true;
            }
            // A program may have emptied the environment of a child: then it is of a job that cannot tell any more.
            if (all.stream().noneMatch(other -> other.id().equals(id)) && exists(pid)) {
                return true;
            }
        }
        return false;
    }

    /** Processes in the group of a partition. */
    List<String> members(String partition) {
        try {
            Books books = state.read().orElse(new Books(""));
            String text = files.read(Cpusets.seen(files, books, partition).group(partition) + PROCESSES).orElse("");
            return text.isEmpty() ? List.of() : List.of(text.split("\n"));
        } catch (PartitionException hidden) {
            return List.of(); // who may make no groups has none
        }
    }

    private boolean exists(String pid) {
        return Owner.of(files, Integer.parseInt(pid)).isPresent();
    }

    private String id(String pid) {
        String key = RunningJob.VARIABLE + "=";
        for (String variable : files.read("/proc/" + pid + "/environ").orElse("").split("\0")) {
            if (variable.startsWith(key)) {
                return variable.substring(key.length());
            }
        }
        return "";
    }

    private List<RunningJob> read(String boot) throws PartitionException {
        Optional<String> text = state.text(FILE);
        List<RunningJob> jobs = new ArrayList<>();
        String[] lines = text.orElse("").split("\n");
        if (!lines[0].equals(HEAD + boot)) {
            return jobs; // of another boot, or there is none
        }
        for (int i = 1; i < lines.length; i++) {
            try {
                jobs.add(job(lines[i].split("\t", -1)));
            } catch (RuntimeException | CpuListException broken) {
                throw new PartitionException(state.folder() + "/" + FILE + ": a line is broken: " + lines[i], broken);
            }
        }
        return jobs;
    }

    private static RunningJob job(String[] fields) throws CpuListException {
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("so many fields: " + fields.length);
        }
        int next = 0;
        return new RunningJob(fields[next++], Owner.parse(fields[next++]), Owner.parse(fields[next++]), fields[next++],
                fields[next++], BooksText.cpus(fields[next++]), Boolean.parseBoolean(fields[next++]),
                PoolPages.parse(fields[next++]), Boolean.parseBoolean(fields[next]));
    }

    /** These jobs and no others; under the lock only. */
    void write(String boot, List<RunningJob> jobs) throws PartitionException {
        StringBuilder text = new StringBuilder(HEAD).append(boot).append('\n');
        for (RunningJob job : jobs) {
            text.append(String.join("\t", job.partition(), job.launcher().toString(), job.lwk().toString(), job.id(),
                    job.program().replaceAll("\\s", "_"), job.cores().toString(), Boolean.toString(job.allCores()),
                    PoolPages.text(job.memory()), Boolean.toString(job.allMemory()))).append('\n');
        }
        state.text(FILE, jobs.isEmpty() ? "" : text.toString());
        forgetOthers(jobs);
    }

    /** Whether the owner of a partition lives, or the LWK of the job that it started. */
    boolean attends(Owner owner, String boot) throws PartitionException {
        if (owner.alive(files)) {
            return true;
        }
        for (RunningJob job : read(boot)) {
            if (job.launcher().equals(owner) && job.served(files)) {
                return true;
            }
        }
        return false;
    }

    /** Forgets the jobs that are no more, and those whose partition is no more; under the lock only. */
    void prune(String boot, Books books) throws PartitionException {
        List<RunningJob> all = read(boot);
        if (!all.isEmpty()) {
            List<RunningJob> left = living(boot).stream().filter(job -> books.partition(job.partition()).isPresent()).toList();
            if (!left.equals(all)) {
                write(boot, left);
            }
        }
    }

    /** Sockets of jobs that are no more, since they were killed, go. */
    private void forgetOthers(List<RunningJob> living) {
        for (String number : files.names(state.folder() + "/" + JobLine.FOLDER)) {
            if (living.stream().noneMatch(job -> Integer.toString(job.number()).equals(number))) {
                JobLine.forget(state, number);
            }
        }
    }
}
