package org.outrigger.node.partition;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Jobs in partitions on a node in memory: who gets what, who is known to be there, and what they are told. */
class JobsTest {
    private static final String NAME = "quiet";

    @TempDir
    private Path folder;
    private FakeNode node;
    private StateFolder state;
    private Partitions partitions;
    private JobDesk desk;
    private final List<String> said = new ArrayList<>();
    private final Map<String, String> answers = new HashMap<>();

    @BeforeEach
    void partitionOfFourCores() throws Exception {
        node = FakeNode.one(8, 1);
        state = new StateFolder(folder);
        partitions = with(step -> { });
        desk = new JobDesk(partitions);
        partitions.create(PartitionsTest.partition(NAME, CpuSet.range(4, 7), new PoolPages(0, FakeNode.HUGE, 100)));
    }

    private Partitions with(java.util.function.Consumer<String> beforeStep) {
        return new Partitions(node, state, beforeStep, (job, line) -> {
            said.add(job.number() + ": " + line
                    + " (cpuset " + node.read(FakeNode.V1 + "/outrigger-quiet/cpuset.cpus").orElse("-")
                    + ", pool " + node.read(new PoolPages(0, FakeNode.HUGE, 0).file()).orElseThrow() + ")");
            return Optional.ofNullable(answers.getOrDefault(job.number() + " " + line.split(" ")[0],
                    line.startsWith("memory") ? "0" : ""));
        });
    }

    private static String group(String name) {
        return FakeNode.V1 + "/outrigger-" + name;
    }

    /** A job whose launcher has this number, its LWK the next, and its program the one after that. */
    private Place begin(int number, JobWish wish) throws Exception {
        Place place = desk.offer(NAME, wish);
        for (int i = 0; i < 3; i++) {
            process(number + i);
        }
        desk.enter(place, new RunningJob("", Owner.of(node, number).orElseThrow(), Owner.of(node, number + 1).orElseThrow(),
                "id-" + number, "solver", CpuSet.EMPTY, false, List.of(), false));
        node.write(group(NAME) + "/cgroup.procs", Integer.toString(number + 2));
        node.file("/proc/" + (number + 2) + "/environ", "A=B\0" + RunningJob.VARIABLE + "=id-" + number + "\0C=");
        return place;
    }

    /** Something that a user has started. */
    private void process(int pid) throws Exception {
        node.thread(pid, 0, "job", CpuSet.range(0, 3), true);
        node.write(group("_rest") + "/cgroup.procs", Integer.toString(pid));
    }

    private static JobWish cores(int... cpus) {
        return new JobWish(Optional.of(CpuSet.of(cpus)), Optional.empty());
    }

    private static JobWish wish(long megabytes, int... cpus) {
        return new JobWish(Optional.of(CpuSet.of(cpus)),
                Optional.of(List.of(new MemoryList.Part(megabytes << 20, MemoryList.ANY_NODE))));
    }

    private String refused(JobWish wish) {
        return assertThrows(PartitionException.class, () -> desk.offer(NAME, wish)).getMessage();
    }

    @Test
    void takesWhatIsFree() throws Exception {
        Place first = begin(1000, wish(50, 5));
        assertEquals(CpuSet.of(5), first.cores());
        assertEquals(CpuSet.range(0, 3), first.linuxCores());
        assertEquals(List.of(new PoolPages(0, FakeNode.HUGE, 25)), first.memory());
        Place second = begin(2000, JobWish.ALL);
        assertEquals(CpuSet.of(4, 6, 7), second.cores());
        assertEquals(List.of(new PoolPages(0, FakeNode.HUGE, 75)), second.memory());
        assertEquals(List.of(1000, 2000), partitions.jobs(NAME).stream().map(RunningJob::number).toList());
        assertEquals(List.of(), partitions.jobs("other"));
    }

    @Test
    void refusesWhatIsTakenByName() throws Exception {
        begin(1000, wish(50, 5));
        assertEquals("job 1000 (solver) has CPU 5 of partition 'quiet'; free: 4,6-7", refused(cores(4, 5)));
        assertEquals("CPU 2 is not in partition 'quiet', which has CPU 4-7", refused(cores(2, 4)));
        assertEquals("151M is more than is free of partition 'quiet', which has 200M, job 1000 (solver) has 50M",
                refused(wish(151, 4)));
        assertEquals(List.of(new PoolPages(0, FakeNode.HUGE, 75)), desk.offer(NAME, wish(149, 4)).memory(), "whole pages");
        begin(2000, JobWish.ALL);
        assertEquals("no core of partition 'quiet' is free: job 1000 (solver) has CPU 5, job 2000 (solver) has CPU 4,6-7",
                refused(JobWish.ALL));
    }

    @Test
    void refusesWhenTheMemoryIsGone() throws Exception {
        begin(1000, cores(5));
        assertEquals("no memory of partition 'quiet' is free, job 1000 (solver) has 200M", refused(cores(4)));
    }

    @Test
    void aPlaceThatSomebodyElseTookMeanwhileIsRefused() throws Exception {
        Place offered = desk.offer(NAME, wish(10, 4));
        begin(1000, cores(4));
        RunningJob late = new RunningJob("", new Owner(1, 1), new Owner(1, 1), "", "late", CpuSet.EMPTY, false, List.of(), false);
        assertTrue(assertThrows(PartitionException.class, () -> desk.enter(offered, late)).getMessage().contains("1000"));
        assertEquals(1, partitions.jobs(NAME).size());
    }

    @Test
    void aJobIsThereAsLongAsAnythingOfItIs() throws Exception {
        begin(1000, JobWish.ALL);
        node.end(1000);
        assertEquals(1, partitions.jobs(NAME).size(), "its LWK lives");
        node.end(1001);
        assertEquals(1, partitions.jobs(NAME).size(), "its program lives");
        node.end(1002);
        assertEquals(0, partitions.jobs(NAME).size());
    }

    @Test
    void whatIsLeftOfAJobIsKnownFromOthers() throws Exception {
        begin(1000, cores(4));
        desk.offer(NAME, wish(0, 5));
        node.thread(3000, 0, "child", CpuSet.of(4), true);
        node.file("/proc/3000/environ", "");
        node.write(group(NAME) + "/cgroup.procs", "3000");
        for (int pid = 1000; pid < 1003; pid++) {
            node.end(pid);
        }
        assertEquals(1, partitions.jobs(NAME).size(), "a child that emptied its environment is somebody's");
        node.end(3000);
        Files.createDirectory(folder.resolve("jobs"));
        node.file(folder + "/jobs/1000", "");
        Files.writeString(folder.resolve("jobs/1000"), "");
        begin(2000, cores(4));
        assertFalse(Files.exists(folder.resolve("jobs/1000")), "its socket goes too");
        assertEquals(List.of(2000), partitions.jobs(NAME).stream().map(RunningJob::number).toList());
        assertFalse(Files.readString(folder.resolve("running")).contains("1000"), "forgotten");
    }

    @Test
    void anotherProcessWithTheNumberIsNotTheJob() throws Exception {
        begin(1000, JobWish.ALL);
        for (int pid = 1000; pid < 1003; pid++) {
            node.end(pid);
        }
        node.file("/proc/1000/stat", "1000 (other) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 777777 0");
        assertEquals(0, partitions.jobs(NAME).size());
    }

    /** A destroy that was killed between its two files left one: a partition that gets the name later has none of these jobs. */
    @Test
    void jobsWithoutBooksAreForgotten() throws Exception {
        begin(1000, JobWish.ALL);
        String running = Files.readString(folder.resolve("running"));
        partitions.destroy(NAME, true);
        Files.writeString(folder.resolve("running"), running);
        partitions.create(PartitionsTest.partition(NAME, CpuSet.range(4, 7)));
        assertEquals(List.of(), partitions.jobs(NAME));
        assertFalse(Files.exists(folder.resolve("running")));
    }

    @Test
    void aBootEndsAllJobs() throws Exception {
        begin(1000, JobWish.ALL);
        node.file("/proc/sys/kernel/random/boot_id", "boot-2");
        assertEquals(List.of(), partitions.jobs(NAME));
    }

    @Test
    void leavingFreesThePlace() throws Exception {
        begin(1000, JobWish.ALL);
        assertEquals(List.of(), desk.leave(1000));
        assertEquals(CpuSet.range(4, 7), desk.offer(NAME, JobWish.ALL).cores());
        assertFalse(Files.exists(folder.resolve("running")));
        assertTrue(partitions.find(NAME).isPresent());
    }

    @Test
    void destroyWaitsForJobsUnlessForced() throws Exception {
        begin(1000, JobWish.ALL);
        node.inRealTime(1002);
        String before = node.snapshot();
        assertEquals("job 1000 (solver) still runs in it; --force moves it to the Linux cores",
                assertThrows(PartitionException.class, () -> partitions.destroy(NAME, false)).getMessage());
        assertEquals(before, node.snapshot());
        assertTrue(node.realTime(1002));
        partitions.destroy(NAME, true);
        assertEquals(FakeNode.V1, node.home(1002));
        assertFalse(node.realTime(1002), "it would hold up everything on a Linux core");
        assertEquals("1000: cores 0-7 (cpuset -, pool 0)", said.getLast());
        assertEquals(List.of(), partitions.jobs(NAME));
        assertEquals(List.of(), desk.leave(1000), "and ends like any other");
    }

    @Test
    void aPartitionGoesWithItsOwner() throws Exception {
        process(1000);
        Owner owner = Owner.of(node, 1000).orElseThrow();
        partitions.create(new Partition("job-1000", CpuSet.of(2), CpuSet.EMPTY, List.of(), Map.of(), false, Partition.ALL,
                List.of(), Optional.of(owner)));
        process(1001);
        process(1002);
        desk.enter(desk.offer("job-1000", JobWish.ALL), new RunningJob("", owner, Owner.of(node, 1001).orElseThrow(), "id",
                "solver", CpuSet.EMPTY, false, List.of(), false));
        node.write(group("job-1000") + "/cgroup.procs", "1002");
        node.inRealTime(1002);
        node.end(1000);
        partitions.reconcile();
        assertTrue(partitions.find("job-1000").isPresent(), "its LWK lives");
        node.end(1001);
        partitions.reconcile();
        assertTrue(partitions.find("job-1000").isEmpty());
        assertEquals(group("_rest"), node.home(1002), "what is left of it lives on elsewhere");
        assertFalse(node.realTime(1002));
        assertEquals(List.of(), partitions.jobs("job-1000"));
        assertTrue(partitions.find(NAME).isPresent());
    }

    @Test
    void aPartitionGoesWhenItsJobLeaves() throws Exception {
        process(1000);
        Owner owner = Owner.of(node, 1000).orElseThrow();
        String before = node.snapshot();
        partitions.create(new Partition("job-1000", CpuSet.of(2), CpuSet.EMPTY, List.of(), Map.of(), false, Partition.ALL,
                List.of(), Optional.of(owner)));
        desk.enter(desk.offer("job-1000", JobWish.ALL), new RunningJob("", owner, owner, "id", "solver", CpuSet.EMPTY, false,
                List.of(), false));
        assertEquals(List.of(), desk.leave(1000));
        assertEquals(before, node.snapshot());
    }

    private void resize(CpuSet cores, long pages) throws PartitionException {
        partitions.resize(NAME, old -> old.with(cores, old.linuxCores(),
                pages == 0 ? List.of() : List.of(new PoolPages(0, FakeNode.HUGE, pages))));
    }

    @Test
    void jobsLeaveBeforeTheGroupShrinksAndComeAfterItGrows() throws Exception {
        begin(1000, wish(20, 4));
        begin(2000, JobWish.ALL);
        resize(CpuSet.range(4, 5), 100);
        assertEquals(List.of("2000: cores 5 (cpuset 4-7, pool 100)"), said);
        assertEquals("4-5", node.read(group(NAME) + "/cpuset.cpus").orElseThrow());
        said.clear();
        resize(CpuSet.range(3, 7), 100);
        assertEquals(List.of("2000: cores 3,5-7 (cpuset 3-7, pool 100)"), said, "who has chosen keeps what it chose");
        assertEquals(CpuSet.of(3, 5, 6, 7), partitions.jobs(NAME).get(1).cores());
        assertEquals(CpuSet.of(4), partitions.jobs(NAME).get(0).cores());
    }

    @Test
    void aJobIsNeverLeftWithoutACore() throws Exception {
        begin(1000, cores(4));
        resize(CpuSet.range(5, 7), 100);
        assertEquals(CpuSet.range(5, 7), partitions.jobs(NAME).getFirst().cores(), "what is free takes its place");
        assertEquals(List.of("1000: cores 5-7 (cpuset 5-7, pool 100)"), said);
        desk.leave(1000);
        begin(2000, wish(2, 5));
        begin(3000, wish(2, 6));
        begin(4000, wish(2, 7));
        assertEquals("job 2000 (solver) would be left without a core: it has CPU 5",
                assertThrows(PartitionException.class, () -> resize(CpuSet.range(6, 7), 100)).getMessage());
    }

    @Test
    void memoryGoesWhereItIsFree() throws Exception {
        begin(1000, wish(20, 4));
        begin(2000, wish(20, 5));
        resize(CpuSet.range(4, 7), 20);
        assertEquals(List.of(), said, "nobody had the rest");
        begin(3000, new JobWish(Optional.of(CpuSet.of(6)), Optional.of(List.of())));
        resize(CpuSet.range(4, 7), 15);
        assertEquals(List.of("2000: memory 10485760 (cpuset 4-7, pool 20)", "2000: pools 0:2097152:5 (cpuset 4-7, pool 20)"),
                said,
                "the youngest that has some");
        assertEquals("15", node.read(new PoolPages(0, FakeNode.HUGE, 0).file()).orElseThrow());
    }

    @Test
    void memoryThatAJobUsesStays() throws Exception {
        begin(1000, JobWish.ALL);
        answers.put("1000 memory", Long.toString(120L << 20));
        String before = node.snapshot();
        assertEquals("job 1000 (solver) uses 120M of its 200M: 100M would be left for it",
                assertThrows(PartitionException.class, () -> resize(CpuSet.range(4, 7), 50)).getMessage());
        answers.put("1000 memory", Long.toString(100L << 20));
        answers.put("1000 pools", "0:2097152:60");
        assertEquals("job 1000 (solver) holds 120M in pages of 2M on NUMA node 0: 100M would be left for it",
                assertThrows(PartitionException.class, () -> resize(CpuSet.range(4, 7), 50)).getMessage());
        assertEquals(before, node.snapshot());
        assertTrue(said.getLast().startsWith("1000: memory 209715200 "), said.toString());
        assertEquals(200L << 20, partitions.jobs(NAME).getFirst().bytes());
        answers.put("1000 pools", "0:2097152:50");
        resize(CpuSet.range(4, 7), 50);
        assertEquals(100L << 20, partitions.jobs(NAME).getFirst().bytes());
        said.clear();
        resize(CpuSet.range(4, 7), 70);
        assertEquals(List.of("1000: pools 0:2097152:70 (cpuset 4-7, pool 70)",
                "1000: memory 146800640 (cpuset 4-7, pool 70)"), said);
    }

    @Test
    void whoDoesNotAnswerKeepsItsMemoryAndLosesItsCores() throws Exception {
        begin(1000, JobWish.ALL);
        answers.put("1000 memory", null);
        answers.put("1000 cores", null);
        assertEquals("job 1000 (solver) does not answer, and may use its 200M",
                assertThrows(PartitionException.class, () -> resize(CpuSet.range(4, 7), 50)).getMessage());
        assertEquals(List.of("job 1000 (solver) does not answer: Linux moves its threads, and new ones go where they may"),
                partitions.resize(NAME, old -> old.with(CpuSet.of(4), old.linuxCores(), old.memory())).notes());
        assertEquals("4", node.read(group(NAME) + "/cpuset.cpus").orElseThrow());
        node.end(1001);
        said.clear();
        assertEquals("job 1000 (solver) goes on without the LWK and keeps its 200M",
                assertThrows(PartitionException.class, () -> resize(CpuSet.of(4), 50)).getMessage());
        assertEquals(List.of(), said, "nobody is asked who is not there");
    }

    @Test
    void aResizeThatFailsIsTakenBackForTheJobsToo() throws Exception {
        begin(1000, JobWish.ALL);
        String before = node.snapshot();
        Partitions failing = with(step -> {
            if (step.contains("CPU 4-5")) {
                throw new IllegalStateException("no");
            }
        });
        assertThrows(PartitionException.class, () -> failing.resize(NAME,
                old -> old.with(CpuSet.range(4, 5), old.linuxCores(), old.memory())));
        assertEquals(before, node.snapshot());
        assertTrue(said.stream().anyMatch(line -> line.startsWith("1000: cores 4-5 ")), said.toString());
        assertTrue(said.stream().anyMatch(line -> line.startsWith("1000: cores 4-7 ")), said.toString());
        assertTrue(said.indexOf(said.stream().filter(line -> line.startsWith("1000: cores 4-7 ")).findFirst().orElseThrow()) > 0);
        assertEquals(CpuSet.range(4, 7), partitions.jobs(NAME).getFirst().cores());
    }

    @Test
    void afterAResizeThatWasKilledTheJobsAreToldWhatTheyHave() throws Exception {
        begin(1000, JobWish.ALL);
        Partitions killed = with(step -> {
            if (step.contains("CPU 4-5")) {
                throw new Error("killed");
            }
        });
        assertThrows(Error.class, () -> killed.resize(NAME,
                old -> old.with(CpuSet.range(4, 5), old.linuxCores(), old.memory())));
        said.clear();
        partitions.reconcile();
        assertTrue(said.stream().anyMatch(line -> line.startsWith("1000: cores 4-7 (cpuset 4-7")), said.toString());
    }

    @Test
    void aBrokenFileIsNamed() throws Exception {
        begin(1000, JobWish.ALL);
        Files.writeString(folder.resolve("running"), Files.readString(folder.resolve("running")) + "nonsense\n");
        assertTrue(assertThrows(PartitionException.class, () -> partitions.jobs(NAME)).getMessage()
                .contains("running: a line is"));
    }
}
