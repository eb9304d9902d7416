package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Jobs with a seat in a partition: control groups made by hand stand for the partition. CPUs 0 and 1 are enough for all of it.
 */
class SeatTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long MIB = 1L << 20;

    @TempDir
    private Path folder;

    private static void needsTwoCpus() {
        Machine.skipUnless(Machine.allowedCpus().equals(List.of(0, 1)) || Machine.allowedCpus().size() > 1
            && Machine.allowedCpus().subList(0, 2).equals(List.of(0, 1)), "the CPUs 0 and 1 are needed");
    }

    private static String program(String name) {
        return ConformanceTest.program(name).toString();
    }

    private static List<String> joining(CpusetGroup group, String... program) {
        List<String> line = new ArrayList<>(List.of("/bin/sh", "-c", "echo $$ > " + group.members() + "; exec \"$@\"", "sh"));
        line.addAll(List.of(program));
        return line;
    }

    private Run run(List<String> properties, String... program) {
        List<String> all = new ArrayList<>(properties);
        all.add("lwk=1");
        all.add("linux=0");
        return Job.start(SeatedJob.command(folder.resolve("nothing"), all, List.of(program)), folder).await(LIMIT);
    }

    /** What the program sees of its CPUs while it has CPU 1, then both, then CPU 1 again. */
    private static String seen(SeatedJob job, CpusetGroup group, boolean lwk) {
        StringBuilder text = new StringBuilder(job.ask("one")).append('\n');
        group.cpus("0-1"); // cores that come are in the group before the job uses them
        if (lwk) {
            assertEquals("true", job.change("cores 0,1"));
            eachThreadHasACore(job);
        }
        text.append(job.ask("two")).append('\n');
        if (lwk) {
            assertEquals("true", job.change("cores 1"));
        }
        group.cpus("1"); // and cores that go are in it until the job has left them
        text.append(job.ask("three")).append('\n');
        Run run = job.end();
        assertEquals(0, run.status(), run::summary);
        assertTrue(run.text().endsWith("done\n"), run::summary);
        return text.toString();
    }

    /** Each thread that never chose is bound to one core, and both cores have some. */
    private static void eachThreadHasACore(SeatedJob job) {
        Set<String> cores = new TreeSet<>();
        for (long pid : job.job().processes()) {
            if (Processes.executing(List.of(pid), "cores").isPresent()) { // Python's threads may have one core: they are two
                for (String list : threads(pid, "Cpus_allowed_list:")) {
                    assertTrue(list.equals("0") || list.equals("1"), list);
                    cores.add(list);
                }
            }
        }
        assertTrue(cores.isEmpty() || cores.equals(Set.of("0", "1")), cores::toString);
    }

    private static List<String> threads(long pid, String key) {
        List<String> values = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : all.toList()) {
                if (Files.exists(thread)) {
                    Files.readAllLines(thread.resolve("status")).stream().filter(line -> line.startsWith(key))
                        .forEach(line -> values.add(line.substring(key.length()).strip()));
                }
            }
        } catch (IOException gone) {
            return values;
        }
        return values;
    }

    @Test
    void aProgramSeesItsCoresComeAndGo() throws IOException {
        needsTwoCpus();
        String expected = "one main=2 free=2 own=2 child=2 new=2\n"
            + "two main=3 free=3 own=2 child=3 new=3\n"
            + "three main=2 free=2 own=2 child=2 new=2\n";
        try (CpusetGroup group = CpusetGroup.of("1")) {
            try (SeatedJob job = SeatedJob.natively(folder, joining(group, program("cores"), "4", "1"))) {
                assertEquals(expected, seen(job, group, false), "natively");
            }
            Path report = folder.resolve("report.json");
            try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0", "partition=hpc",
                "members=" + group.members(), "report=" + report), List.of(program("cores"), "4", "1"))) {
                assertEquals(expected, seen(job, group, true), "on the LWK");
            }
            String text = Files.readString(report);
            assertTrue(text.contains("\"partition\" : \"hpc\""), text);
            assertTrue(text.contains("\"what\" : \"cores 0-1\"") && text.contains("\"what\" : \"cores 1\""), text);
            assertTrue(text.contains("\"lwk_cores\" : \"1\""), text);
        }
    }

    /** The same for an interpreter's threads and the processes that it starts, behind a shell that has executed it. */
    @Test
    void soDoesAnInterpreterBehindAShell() throws IOException {
        needsTwoCpus();
        Machine.needs("python3");
        String[] program = {"/bin/sh", "-c", "exec python3 " + Material.source("cores.py")};
        String expected = "one main 1 old 1 new 1 child 1\n"
            + "two main 0,1 old 0,1 new 0,1 child 0,1\n"
            + "three main 1 old 1 new 1 child 1\n";
        try (CpusetGroup group = CpusetGroup.of("1")) {
            try (SeatedJob job = SeatedJob.natively(folder, joining(group, program))) {
                assertEquals(expected, seen(job, group, false), "natively");
            }
            try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0", "members=" + group.members()),
                List.of(program))) {
                assertEquals(expected, seen(job, group, true), "on the LWK");
            }
        }
    }

    /** Two ranks on one core, then a core each; what it comes to is in the report. */
    @Test
    void ranksShareTheCoresAnew() throws IOException {
        needsTwoCpus();
        Path report = folder.resolve("report.txt");
        try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=0,1", "linux=0", "ranks=2", "report=" + report),
            List.of("/bin/sleep", "30"))) {
            Set<String> cores = new TreeSet<>();
            long end = System.nanoTime() + LIMIT.toNanos();
            while (cores.size() < 2 && System.nanoTime() < end) {
                cores = sleepers(job);
                Job.pause(10);
            }
            assertEquals(Set.of("0", "1"), cores);
            assertEquals("true", job.change("cores 1"));
            assertEquals(Set.of("1"), sleepers(job));
            assertEquals("true", job.change("cores 0,1"));
            assertEquals(Set.of("0", "1"), sleepers(job));
            job.job().signal("TERM");
            assertEquals(128 + 15, job.end().status());
        }
        String text = Files.readString(report);
        assertTrue(text.contains("cores 1 (fewer than ranks: ranks share cores) from "), text);
        assertTrue(text.contains("cores 0-1 from "), text);
    }

    private static Set<String> sleepers(SeatedJob job) {
        Set<String> cores = new TreeSet<>();
        for (long pid : job.job().processes()) {
            if (Processes.executing(List.of(pid), "sleep").isPresent()) {
                cores.addAll(threads(pid, "Cpus_allowed_list:"));
            }
        }
        return cores;
    }

    /** Also where the core is none of the launcher's and the JVM's. */
    @Test
    void allProcessesOfAJobAreInItsGroups() {
        needsTwoCpus();
        Machine.needs("taskset", "python3");
        String look = "grep -h cpuset /proc/self/cgroup; (grep -h Cpus_allowed_list /proc/self/status); exec python3 -c \""
            + "import os, threading\n"
            + "def groups(): return [l.strip() for l in open('/proc/thread-self/cgroup') if 'cpuset' in l]\n"
            + "def look(): print(os.sched_getaffinity(0), groups())\n"
            + "t = threading.Thread(target=look); t.start(); t.join(); look()\"";
        try (CpusetGroup group = CpusetGroup.of("1")) {
            List<String> natively = new ArrayList<>(List.of("taskset", "-c", "0"));
            natively.addAll(joining(group, "/bin/bash", "-c", look));
            Run expected = Job.start(natively, folder).await(LIMIT);
            assertTrue(expected.text().contains("cpuset:" + group.name() + "\nCpus_allowed_list:\t1\n{1}"), expected::summary);
            List<String> line = new ArrayList<>(List.of("taskset", "-c", "0"));
            line.addAll(SeatedJob.command(folder.resolve("nothing"), List.of("lwk=1", "linux=0", "members=" + group.members()),
                List.of("/bin/bash", "-c", look)));
            Run run = Job.start(line, folder).await(LIMIT);
            assertEquals(expected.text(), run.text(), run::summary);
            assertEquals(0, run.status(), run::summary);
        }
    }

    @Test
    void noRankRunsWhereOneCannotJoin() {
        needsTwoCpus();
        Run run = run(List.of("ranks=3", "members=/proc/self/nothing,/nowhere/cgroup.procs"), "/bin/echo", "ran");
        assertEquals(125, run.status(), run::summary);
        assertEquals("", run.text());
        assertTrue(run.stderr().contains("outrigger: cannot join the control group /proc/self/nothing: "), run::summary);
        try (CpusetGroup group = CpusetGroup.of("0")) {
            run = run(List.of("members=" + group.members()), "/bin/echo", "ran");
            assertEquals(125, run.status(), run::summary);
            assertEquals("", run.text());
            assertTrue(run.stderr().contains("CPU 1 is not to be had in the control groups of the job"), run::summary);
        }
    }

    /** Without the LWK the program stays in its groups, on the cores that it had. */
    @Test
    void aKilledLwkLeavesTheProgramInItsGroups() throws IOException {
        needsTwoCpus();
        try (CpusetGroup group = CpusetGroup.of("1");
                SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0", "members=" + group.members()),
                    List.of(program("cores"), "4", "1"))) {
            assertEquals("one main=2 free=2 own=2 child=2 new=2", job.ask("one"));
            Job.signal(Processes.executing(job.job().processes(), "java").orElseThrow(), "KILL");
            assertEquals("two main=2 free=2 own=2 child=2 new=2", job.ask("two"));
            Optional<Long> its = Processes.executing(job.job().processes(), "cores");
            List<String> groups = Files.readAllLines(Path.of("/proc/" + its.orElseThrow() + "/cgroup"));
            assertTrue(groups.stream().anyMatch(line -> line.endsWith("cpuset:" + group.name())), groups::toString);
            Run run = job.end();
            assertEquals(0, run.status(), run::summary);
            assertTrue(run.text().endsWith("done\n"), run::summary);
        }
    }

    /** Threads that spin for each other on one core get through, in real time too; natively without it. */
    @Test
    void threadsInRealTimeThatShareACoreTakeTurns() {
        needsTwoCpus();
        Machine.needs("taskset");
        assertEquals("done\n", Job.start(List.of("taskset", "-c", "1", program("turns")), folder).await(LIMIT).text());
        Run run = run(List.of("fifo=true"), program("turns"));
        assertEquals("done\n", run.text(), run::summary);
        assertEquals(0, run.status(), run::summary);
    }

    @Test
    void aGroupWithoutRealTimeIsNamedAndTheProgramRunsAllTheSame() {
        needsTwoCpus();
        Machine.skipUnless("root".equals(System.getProperty("user.name")), "real time is for root");
        try (CpusetGroup group = CpusetGroup.withoutRealTime()) {
            Run run = run(List.of("fifo=true", "members=" + group.members()), program("turns"));
            assertEquals("done\n", run.text(), run::summary);
            assertTrue(run.stderr().contains("SCHED_FIFO cannot be had: ") && run.stderr().contains("grants no real time"),
                run::summary);
        }
    }

    @Test
    void transparentHugePagesAreOffForAllOfAJob() throws IOException {
        needsTwoCpus();
        Machine.skipUnless(Files.readAllLines(Path.of("/proc/self/status")).contains("THP_enabled:\t1"),
            "transparent huge pages are off here, or Linux does not tell");
        String[] program = {"/bin/sh", "-c", "grep -h THP_enabled /proc/self/status; sh -c 'grep THP_enabled /proc/self/status'"};
        assertEquals("THP_enabled:\t1\nTHP_enabled:\t1\n", run(List.of(), program).text());
        assertEquals("THP_enabled:\t0\nTHP_enabled:\t0\n", run(List.of("nothp=true"), program).text());
    }

    @Test
    void aLimitOfMemoryMovesWhileTheProgramRuns() throws IOException {
        needsTwoCpus();
        try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0", "memory=" + 64 * MIB),
            List.of(program("pieces")))) {
            assertEquals("mapped", job.ask("map 32"));
            assertEquals("Cannot allocate memory", job.ask("map 40"));
            assertEquals(Long.toString(256 * MIB), job.change("memory " + 256 * MIB));
            assertEquals("mapped", job.ask("map 40"));
            long lowest = Long.parseLong(job.change("memory " + MIB));
            assertTrue(lowest >= 72 * MIB && lowest < 80 * MIB, "what is in use stays: " + lowest);
            assertEquals("Cannot allocate memory", job.ask("map 8"));
            assertEquals("intact", job.ask("check"));
            assertEquals("freed", job.ask("free"));
            assertEquals(Long.toString(40 * MIB), job.change("memory " + 40 * MIB));
            assertTrue(job.change("usage").contains("pools=[]"));
            assertEquals(0, job.end().status());
        }
        try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0"), List.of(program("pieces")))) {
            assertEquals("mapped", job.ask("map 32"));
            assertEquals("-1", job.change("memory " + MIB), "there is no limit");
            assertEquals(0, job.end().status());
        }
    }

    @Test
    void aJobHasItsShareOfThePoolsAndGivesBack() throws IOException {
        needsTwoCpus();
        String pieces = program("pieces"); // built before the machine is changed
        try (PoolOfPages pool = new PoolOfPages(40)) {
            long all = pool.free();
            try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0", "pools=20"), List.of(pieces))) {
                assertEquals("mapped", job.ask("map 8"));
                assertEquals("mapped", job.ask("map 16"));
                assertEquals("mapped", job.ask("map 64"));
                long held = all - pool.free();
                assertTrue(held >= 12 && held <= 20, held + " pages");
                assertTrue(job.change("usage").contains("pages=" + held + "]"));
                assertEquals("freed", job.ask("free"));
                assertEquals("freed", job.ask("free"));
                job.begin("pools 4");
                assertEquals("mapped", job.ask("map 1")); // who asks for memory gives back
                String answer = job.answer("pools 4");
                if (!answer.contains("pages=4]")) { // the request came before the command
                    job.begin("pools 4");
                    assertEquals("mapped", job.ask("map 1"));
                    answer = job.answer("pools 4");
                }
                assertTrue(answer.contains("pages=4]"), answer);
                assertEquals(all - 4, pool.free());
                assertEquals("intact", job.ask("check"));
                assertEquals(0, job.end().status());
            }
            assertEquals(all, pool.free());
            try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0"), List.of(pieces))) {
                assertEquals("mapped", job.ask("map 16"));
                assertEquals(all, pool.free(), "a seat without a share");
                assertEquals(0, job.end().status());
            }
            try (SeatedJob job = SeatedJob.seated(folder, List.of("lwk=1", "linux=0", "heldback=" + (all - 4)),
                List.of(pieces))) {
                assertEquals("mapped", job.ask("map 4"));
                assertNotEquals(all, pool.free(), "the others are for all");
                assertEquals("mapped", job.ask("map 64"));
                assertFalse(pool.free() < all - 4, pool.free() + " pages are left");
                assertEquals(0, job.end().status());
            }
        }
    }
}
