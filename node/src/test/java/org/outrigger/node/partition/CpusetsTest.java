package org.outrigger.node.partition;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Where control groups are made, and what becomes of the cores where Linux does not give all that is asked. */
class CpusetsTest {
    private static final String USER = FakeNode.V2 + "/user.slice/user@1000.service";
    private static final CpuSet ALL = CpuSet.range(0, 7);

    @TempDir
    private Path folder;

    private Partitions on(FakeNode node) {
        return new Partitions(node, new StateFolder(folder));
    }

    private static Partition partition(String name, int first, int last) {
        return PartitionsTest.partition(name, CpuSet.range(first, last));
    }

    private static FakeNode mounted(FakeNode node, String mountinfo, String own) {
        return node.file("/proc/self/mountinfo", mountinfo).file("/proc/self/cgroup", own);
    }

    /** An unprivileged user whose session's manager has a tree of its own, with cpusets in it. */
    private static FakeNode delegated() throws Exception {
        FakeNode node = FakeNode.two(8, 2);
        node.write(FakeNode.V2 + "/cgroup.subtree_control", "+cpuset");
        node.makeFolder(FakeNode.V2 + "/user.slice");
        node.write(FakeNode.V2 + "/user.slice/cgroup.subtree_control", "+cpuset");
        node.makeFolder(USER);
        node.makeFolder(USER + "/app.slice");
        node.thread(500, 1, "shell", ALL, true);
        node.write(USER + "/app.slice/cgroup.procs", "500");
        node.file("/proc/self/cgroup", "0::/user.slice/user@1000.service/app.slice");
        return node.onlyBelow(USER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whoMayChangeNothingSeesPartitionsAllTheSame(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 1) : FakeNode.two(8, 1);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(PartitionsTest.partition("quiet", CpuSet.range(4, 7)));
        String group = (version == 1 ? FakeNode.V1 : FakeNode.V2) + "/outrigger-quiet";
        node.thread(900, 1, "solver", CpuSet.range(4, 7), true);
        node.write(group + "/cgroup.procs", "900");
        Sight before = partitions.overview().look("quiet");
        node.onlyBelow("/nowhere");
        assertEquals(List.of(before), partitions.overview().all());
        assertEquals("isolated", before.kind());
        assertEquals(List.of(), partitions.remarks(before.partition()));
        assertEquals(group, partitions.group(before.partition()));
    }

    @Test
    void aDelegatedTreeIsUsedAndItsOtherGroupsLeaveTheCores() throws Exception {
        FakeNode node = delegated();
        String before = node.snapshot();
        Partitions partitions = on(node);
        Partition quiet = partition("quiet", 4, 6);
        List<String> notes = partitions.create(quiet).notes();
        assertEquals(USER + "/outrigger-quiet", partitions.group(quiet));
        assertEquals("member", partitions.kind(quiet));
        assertTrue(notes.stream().anyMatch(note -> note.contains("isolated invalid (")), notes::toString);
        assertEquals("0-3,7", node.effective(USER + "/app.slice").toString());
        assertEquals("4-6", node.effective(USER + "/outrigger-quiet").toString());
        partitions.resize("quiet", old -> old.with(CpuSet.of(5), old.linuxCores(), old.memory()));
        assertEquals("0-4,6-7", node.effective(USER + "/app.slice").toString());
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    @Test
    void whereTheKernelMakesNoPartitionEverythingElseLeavesTheCoresAllTheSame() throws Exception {
        FakeNode node = FakeNode.two(8, 1).refusing(FakeNode.PARTITIONS);
        node.write(FakeNode.V2 + "/cgroup.subtree_control", "+cpuset");
        node.makeFolder(FakeNode.V2 + "/theirs");
        String before = node.snapshot();
        Partitions partitions = on(node);
        Partition quiet = partition("quiet", 4, 6);
        List<String> notes = partitions.create(quiet).notes();
        assertEquals(List.of(partitions.group(quiet) + "/cpuset.cpus.partition is member only: isolated invalid (Cpu list in"
                + " cpuset.cpus not exclusive); root invalid (Cpu list in cpuset.cpus not exclusive)"), notes);
        assertEquals("0-3,7", node.effective(node.home(1)).toString());
        assertEquals("0-3,7", node.effective(FakeNode.V2 + "/theirs").toString());
        partitions.create(partition("more", 2, 2));
        assertEquals("0-1,3,7", node.effective(node.home(1)).toString());
        assertEquals("0-1,3,7", node.effective(FakeNode.V2 + "/theirs").toString());
        partitions.destroy("quiet");
        partitions.destroy("more");
        assertEquals(before, node.snapshot());
    }

    @Test
    void aGroupWithProcessesOfItsOwnPutsThemIntoALeafFirst() throws Exception {
        FakeNode node = delegated();
        node.thread(501, 1, "another", ALL, true);
        node.write(USER + "/cgroup.procs", "501");
        String before = node.snapshot();
        Partitions partitions = on(node);
        partitions.create(partition("quiet", 4, 6));
        assertEquals(USER + "/" + Cpusets.REST, node.home(501));
        assertEquals("0-3,7", node.effective(node.home(501)).toString());
        partitions.destroy("quiet");
        assertEquals(USER, node.home(501));
        assertEquals(before, node.snapshot());
    }

    @Test
    void aContainerSeesItsOwnGroupAtTheMountPoint() throws Exception {
        FakeNode node = FakeNode.two(8, 1);
        node.write(FakeNode.V2 + "/cgroup.subtree_control", "+cpuset");
        for (String line : List.of("0::/docker/abc", "0::/", "0::/../abc")) {
            mounted(node, "30 25 0:26 /docker/abc " + FakeNode.V2 + " rw - cgroup2 cgroup rw", line);
            CgroupPlace place = CgroupPlace.of(node);
            assertEquals(new CgroupPlace(true, FakeNode.V2, false), place, line);
        }
        node.makeFolder(FakeNode.V2 + "/inner");
        mounted(node, "30 25 0:26 /docker/abc " + FakeNode.V2 + " rw - cgroup2 cgroup rw", "0::/docker/abc/inner");
        node.readOnly(FakeNode.V2 + "/cgroup.procs");
        assertEquals(new CgroupPlace(true, FakeNode.V2 + "/inner", false), CgroupPlace.of(node));
    }

    @Test
    void theRootOfANamespaceIsNotTheRootOfAllGroups() throws Exception {
        FakeNode node = FakeNode.two(8, 1);
        assertTrue(CgroupPlace.of(node).top());
        node.file(FakeNode.V2 + "/cgroup.events", "populated 1");
        assertEquals(new CgroupPlace(true, FakeNode.V2, false), CgroupPlace.of(node));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "30 25 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw | 0::/ | read-only",
        "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw | 0::/ | no privilege: this process may change none",
        "30 25 0:26 / /proc rw - proc proc rw | 0::/ | no control groups are mounted",
        "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw | 4:cpuset:/ | version 1 and not mounted"})
    void whereNoGroupsCanBeMadeTheReasonIsTold(String mountinfo, String own, String reason) throws Exception {
        FakeNode node = mounted(FakeNode.two(8, 1), mountinfo, own).readOnly(FakeNode.V2);
        String before = node.snapshot();
        PartitionException told = assertThrows(PartitionException.class, () -> on(node).create(partition("quiet", 4, 6)));
        assertTrue(told.getMessage().contains(reason), told.getMessage());
        assertEquals(before, node.snapshot());
        assertEquals(0, node.writes());
    }

    @Test
    void aTreeWithoutCpusetsOrOfThreadsIsToldApart() throws Exception {
        FakeNode node = delegated();
        node.file(USER + "/cgroup.controllers", "memory pids").file(USER + "/app.slice/cgroup.controllers", "");
        PartitionException told = assertThrows(PartitionException.class, () -> on(node).create(partition("quiet", 4, 6)));
        assertTrue(told.getMessage().contains(USER + " has no cpuset controller, only: memory pids"), told.getMessage());
        FakeNode threaded = delegated();
        threaded.file(USER + "/cgroup.type", "domain threaded").file(USER + "/app.slice/cgroup.type", "threaded");
        told = assertThrows(PartitionException.class, () -> on(threaded).create(partition("quiet", 4, 6)));
        assertTrue(told.getMessage().contains(USER + " is domain threaded"), told.getMessage());
    }

    @Test
    void exclusiveGroupsOfOthersKeepWhatIsLeftToThem() throws Exception {
        FakeNode node = FakeNode.one(8, 2);
        String theirs = FakeNode.V1 + "/theirs";
        node.makeFolder(theirs);
        node.write(theirs + "/cpuset.cpus", "4-7");
        node.write(theirs + "/cpuset.cpu_exclusive", "1");
        String before = node.snapshot();
        Partitions partitions = on(node);
        partitions.create(partition("quiet", 6, 6));
        assertEquals("4-5,7", node.read(theirs + "/cpuset.cpus").orElseThrow());
        assertEquals("0-3", node.effective(node.home(1)).toString());
        partitions.resize("quiet", old -> old.with(CpuSet.range(2, 5), old.linuxCores(), old.memory()));
        assertEquals("6-7", node.read(theirs + "/cpuset.cpus").orElseThrow());
        PartitionException told = assertThrows(PartitionException.class, () -> partitions.create(partition("more", 6, 7)));
        assertTrue(told.getMessage().contains(theirs + " has no other CPUs"), told.getMessage());
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    @Test
    void aPartitionOfSomebodyElseIsNotTouched() throws Exception {
        FakeNode node = FakeNode.two(8, 2);
        node.write(FakeNode.V2 + "/cgroup.subtree_control", "+cpuset");
        node.makeFolder(FakeNode.V2 + "/theirs");
        node.write(FakeNode.V2 + "/theirs/cpuset.cpus", "5-7");
        node.write(FakeNode.V2 + "/theirs/cpuset.cpus.partition", "isolated");
        String before = node.snapshot();
        PartitionException told = assertThrows(PartitionException.class, () -> on(node).create(partition("quiet", 4, 6)));
        assertTrue(told.getMessage().contains("CPU 5-6 is in a partition of somebody else"), told.getMessage());
        assertEquals(before, node.snapshot());
        on(node).create(partition("quiet", 3, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatHasOurNameAndIsNotInTheBooksIsSomebodyElses(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 1) : FakeNode.two(8, 1);
        new Partitions(node, new StateFolder(folder.resolve("one"))).create(partition("quiet", 4, 4));
        String before = node.snapshot();
        Partitions other = new Partitions(node, new StateFolder(folder.resolve("other")));
        PartitionException told = assertThrows(PartitionException.class, () -> other.create(partition("quiet", 5, 5)));
        assertTrue(told.getMessage().contains("is there already and not in the books"), told.getMessage());
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCoreGoesOffLineAndComesBack(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 1) : FakeNode.two(8, 1);
        String before = node.snapshot();
        Partitions partitions = on(node);
        Partition quiet = partition("quiet", 4, 6);
        partitions.create(quiet);
        node.online(ALL.minus(CpuSet.of(5)));
        assertEquals(List.of("CPU 5 is off line"), partitions.remarks(quiet));
        partitions.create(partition("more", 7, 7));
        assertEquals("4,6", node.effective(partitions.group(quiet)).toString());
        node.online(ALL);
        partitions.destroy("more");
        assertEquals("4-6", node.effective(partitions.group(quiet)).toString());
        assertEquals(List.of(), partitions.remarks(quiet));
        partitions.destroy("quiet");
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void memoryComesFromTheNodesOfThePartition(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 4) : FakeNode.two(8, 4);
        Partitions partitions = on(node);
        Partition quiet = PartitionsTest.partition("quiet", CpuSet.of(4, 5), new PoolPages(3, FakeNode.HUGE, 10));
        partitions.create(quiet);
        assertEquals("2-3", node.read(partitions.group(quiet) + "/cpuset.mems").orElseThrow());
        Partition bare = partition("bare", 2, 2);
        partitions.create(bare);
        assertEquals(version == 1 ? "0-3" : "", node.read(partitions.group(bare) + "/cpuset.mems").orElseThrow());
    }

    @Test
    void theControllerStaysOnWhereOthersBeganToUseIt() throws Exception {
        FakeNode node = FakeNode.two(8, 1);
        Partitions partitions = on(node);
        partitions.create(partition("quiet", 4, 6));
        node.makeFolder(FakeNode.V2 + "/theirs");
        node.write(FakeNode.V2 + "/theirs/cpuset.cpus", "1");
        assertEquals(List.of("the controller cpuset stays on in " + FakeNode.V2 + ": " + FakeNode.V2 + "/theirs uses it"),
                partitions.destroy("quiet").notes());
        assertEquals("1", node.read(FakeNode.V2 + "/theirs/cpuset.cpus").orElseThrow());
    }
}
