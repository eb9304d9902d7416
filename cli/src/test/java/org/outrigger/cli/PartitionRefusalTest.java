package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands about partitions that cannot be carried out: each has a message, and nothing is changed. */
class PartitionRefusalTest {
    @TempDir
    private Path root;
    private PartitionFixture fixture;

    @BeforeEach
    void aPartitionIsThere() throws IOException {
        fixture = new PartitionFixture(root.resolve("node"));
        fixture.printed("create there -c 6-7 -l 1 -M 64M@1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "create | the name of a partition is missing",
        "create a | the cores of the partition are missing: --cpus",
        "create there -c 2 | there is a partition 'there' already",
        "create _rest -c 2 | '_rest' is no name of a partition: 1 to 63 letters, digits, '_', '.' and '-' are wanted, the first a"
            + " letter or digit",
        "create a/b -c 2 | 'a/b' is no name of a partition: 1 to 63 letters, digits, '_', '.' and '-' are wanted, the first a"
            + " letter or digit",
        "create a -c 0-5 | CPU 1 is a Linux core of partition 'there'",
        "create a -c all | CPUs 6-7 are in partition 'there'",
        "create a -c 5-6 | CPU 6 is in partition 'there'",
        "create a -c 1 | CPU 1 is a Linux core of partition 'there'",
        "create a -c 2 -l 6 | CPU 6 is in partition 'there'",
        "create a -c 2-3 -l 3 | CPU 3 is both LWK and Linux",
        "create a -c 99 | --cpus: CPU list '99': CPU 99 does not exist on this machine (online: 0-7) (column 1)",
        "create a -c 9 | --cpus: CPU list '9': CPU 9 is offline (online: 0-7) (column 1)",
        "create a -c 2 -l 9 | --linux-cpus: CPU list '9': CPU 9 is offline (online: 0-7) (column 1)",
        "create a -c x- | --cpus: malformed CPU list 'x-': a CPU number or an object such as core:0 is wanted, not 'x'"
            + " (column 1)",
        "create a -c 2 -M 99T | --mem: '99T' is more than there is: 16G",
        "create a -c 2 -M 5G@0 | --mem: NUMA node 0 has no 5G in pages of 2M: 4096M are free or can be taken back",
        "create a -c 2 -M 5G | --mem: the NUMA nodes nearest to the cores (0) have no 5G in pages of 2M: 4G are free or can be"
            + " taken back",
        "create a -c 2 -M 1G@7 | --mem: '1G@7': there is no NUMA node 7 (nodes: 0-1)",
        "create a -c 2 -M 3G@0 | 1536 pages of 2M on NUMA node 0: only 1024 of 1536 pages could be had: the memory is in use, or"
            + " in pieces that are too small",
        "create a -c 2 -M lots | --mem: 'lots' is not a size: digits are wanted, and then k, m, g, t or nothing",
        "create a -c 2 -M 2M --page 4k | --page: '4k' is neither '2m' nor '1g'",
        "create a -c 2 --page 2m | --page: there is no memory that it is about: -M is missing",
        "create a -c 2 --features speed=on | --features: there is no feature 'speed'; there are load-balancing, kthreads, irqs,"
            + " thp, swap, watchdog, numa-balancing",
        "create a -c 2 --features thp | --features: 'thp' is neither 'thp=on' nor 'thp=off'",
        "create a -c 2 --features thp=on,thp=off | --features: 'thp' is said to be both on and off",
        "create a -c 2 --sched rr | --sched: 'rr' is neither 'other' nor 'fifo'",
        "create a -c 2 --irqs all,9 | --irqs: 'all' and 'none' stand alone",
        "create a -c 2 --devices eth0,,x | --devices: 'eth0,,x' has an empty name in it",
        "create a -c 2 b | unexpected argument 'b'",
        "create a -c 2 --force | unknown option '--force'",
        "show x | there is no partition 'x'; there is there",
        "resize x -c 2 | there is no partition 'x'; there is there",
        "resize there | nothing is to be changed: -c, -l or -M is missing",
        "resize there -c +1 | CPU 1 is both LWK and Linux",
        "resize there -c -5 | --cpus: CPU 5 is not in the partition, which has 6-7",
        "resize there -c -6-7 | no core would be left in the partition; destroy gives all back",
        "resize there -c +0-5 -l none | no CPU would be left for Linux: on line are 0-7",
        "resize there -M -65M | --mem: the partition has no 65M to give",
        "resize there -M -2M@0 | --mem: the partition has no 2M on NUMA node 0 to give",
        "resize there -M +5G@1 | --mem: NUMA node 1 has no 5G in pages of 2M: 4096M are free or can be taken back",
        "destroy x --force | there is no partition 'x'; there is there",
        "plan there -c 2 | there is a partition 'there' already",
        "plan destroy x | there is no partition 'x'; there is there",
        "plan resize there -c 99 | --cpus: CPU list '99': CPU 99 does not exist on this machine (online: 0-7) (column 1)",
    })
    void refused(String line, String message) throws IOException {
        assertEquals(message, fixture.refused(line));
    }

    @Test
    void aProcessIsInIt() throws IOException {
        fixture.node.file("/proc/4711/comm", "solver");
        fixture.node.file(FolderNode.CPUSETS + "/outrigger-there/cgroup.procs", "4711");
        String message = "partition 'there' is in use by process 4711 (solver); --force moves what is in it to the Linux cores";
        assertEquals(message, fixture.refused("destroy there"));
        assertEquals(message, fixture.refused("plan destroy there"));
        assertTrue(fixture.printed("show there").contains("process      4711 solver\n"));
        fixture.node.file(FolderNode.CPUSETS + "/outrigger-there/cgroup.procs", "");
        fixture.printed("destroy there --force");
    }

    @Test
    void memoryThatItsProcessesHaveIsNotTaken() throws IOException {
        fixture.node.file("/proc/4711/comm", "solver");
        fixture.node.file("/proc/4711/numa_maps", "7f0000000000 default file=/anon_hugepage huge anon=20 dirty=20 N1=20"
                + " kernelpagesize_kB=2048\n7f1000000000 default anon=9 N1=9 kernelpagesize_kB=4");
        fixture.node.file(FolderNode.CPUSETS + "/outrigger-there/cgroup.procs", "4711");
        assertTrue(fixture.printed("show there").contains("32 pages of 2M (64M), 20 in use, 12 free\n"));
        assertEquals("process 4711 (solver) has 20 of the 32 pages of 2M on NUMA node 1: they cannot become 19",
                fixture.refused("resize there -M 38M@1"));
        assertTrue(fixture.printed("resize there -M 40M@1").contains(" 40M@1 "));
    }

    @Test
    void allCores() throws IOException {
        fixture.printed("resize there -l none");
        assertEquals("no CPU would be left for Linux: on line are 0-7, of which partitions have 6-7",
                fixture.refused("create a -c 0-5"));
        fixture.printed("destroy there");
        assertEquals("no CPU would be left for Linux: on line are 0-7", fixture.refused("create a -c all"));
    }

    @Test
    void noPrivilege() throws IOException {
        fixture.printed("destroy there");
        fixture.node.readOnly(FolderNode.CPUSETS);
        assertEquals("no privilege: this process may change none of its control groups, which are "
                + FolderNode.CPUSETS + " and those above", fixture.refused("create a -c 2"));
    }

    @Test
    void aGroupThatCannotBeMade() throws IOException {
        fixture.printed("destroy there");
        fixture.node.readOnly(FolderNode.CPUSETS + "/outrigger-a");
        assertEquals("control group " + FolderNode.CPUSETS + "/outrigger-a: " + FolderNode.CPUSETS
                + "/outrigger-a: Read-only file system", fixture.refused("create a -c 2 -M 8M"));
        assertEquals("", fixture.printed("list"));
    }
}
