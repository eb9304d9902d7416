package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Jobs in partitions of this machine: they run there, are known there, and leave it as it was, however they end. */
class PartitionJobsTest {
    private static final Duration LIMIT = Duration.ofSeconds(300);
    private static final List<String> IN = List.of("-p", OwnPartition.NAME);
    private static final String GROUP = "outrigger-" + OwnPartition.NAME;
    /** Writes its number and lives until a file is there. */
    private static final String LIVES = "echo $$ > \"$1/pid\"; while [ ! -e \"$1/end\" ]; do sleep 0.05; done; echo done";

    @TempDir
    private Path folder;

    private Job living(OwnPartition machine, List<String> options) {
        return machine.begin(options, "sh", "-c", LIVES, "sh", folder.toString());
    }

    private String pid() {
        return OwnPartition.await(folder.resolve("pid"));
    }

    private void end() throws java.io.IOException {
        Files.writeString(folder.resolve("end"), "now");
    }

    @Test
    void programsDoInAPartitionWhatTheyDoElsewhere() {
        try (OwnPartition machine = new OwnPartition()) {
            machine.create();
            String state = machine.environment().get("OUTRIGGER_STATE");
            List<NativeAndLwk> programs = List.of(
                    NativeAndLwk.bash("for i in 1 2 3; do (echo $i | tr 1-3 a-c) & wait; done; exec echo end"),
                    NativeAndLwk.of("python3", "-c", "import threading,subprocess\n"
                            + "out=[]\n"
                            + "ts=[threading.Thread(target=lambda i=i: out.append(sum(range(i*1000)))) for i in range(8)]\n"
                            + "[t.start() for t in ts]; [t.join() for t in ts]\n"
                            + "print(sorted(out), subprocess.run(['echo','child'],capture_output=True).stdout)"));
            programs.forEach(program -> program.options("-p", OwnPartition.NAME).with("OUTRIGGER_STATE", state).limit(300)
                    .compareSuccess());
            Run ranks = machine.run(List.of("-p", OwnPartition.NAME, "-n", "2", "--label"), "sh", "-c",
                    "echo rank $OUTRIGGER_RANK on $(cat /proc/self/cpuset)");
            assertEquals(0, ranks.status(), ranks.stderr());
            assertEquals(List.of("0: rank 0 on /" + GROUP, "1: rank 1 on /" + GROUP), ranks.text().lines().sorted().toList());
        }
    }

    @Test
    void aJobHasThePartitionsCores() {
        try (OwnPartition machine = new OwnPartition()) {
            machine.create();
            Run run = machine.run(IN, "sh", "-c", "cat /proc/self/cpuset; grep Cpus_allowed_list /proc/self/status");
            assertEquals("/" + GROUP + "\nCpus_allowed_list:\t" + machine.core() + "\n", run.text(), run.stderr());
            Run byVariable = machine.begin(List.of(), "env", "OUTRIGGER_PARTITION=" + OwnPartition.NAME, Outrigger.command(),
                    "run", "--dry-run", "--", "true").await(LIMIT);
            assertTrue(byVariable.text().contains("partition    " + OwnPartition.NAME + "\n"), byVariable.summary());
            assertEquals(List.of(), machine.jobs(), "they have ended");
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        try (OwnPartition machine = new OwnPartition()) {
            machine.create();
            Map<List<String>, String> refusals = Map.of(
                    List.of("-p", "nobody"), "--partition: there is no partition 'nobody'; there is " + OwnPartition.NAME,
                    List.of("-p", OwnPartition.NAME, "-c", "0"), "--cpus: CPU list '0': CPU 0 is outside the allowed CPUs ("
                            + machine.core() + "), which are those of partition '" + OwnPartition.NAME + "'",
                    List.of("-p", OwnPartition.NAME, "-l", "0-" + machine.core()), "--linux-cpus: ",
                    List.of("-p", OwnPartition.NAME, "--isolate"), "--isolate: a run is either in a partition");
            refusals.forEach((options, message) -> {
                Run run = machine.run(options, "true");
                assertEquals(125, run.status());
                assertTrue(run.stderr().startsWith("outrigger: " + message), run.stderr());
            });
        }
    }

    @Test
    void aJobIsKnownAsLongAsItsProgramLives() throws Exception {
        try (OwnPartition machine = new OwnPartition()) {
            machine.create();
            Job job = living(machine, IN);
            String program = pid();
            assertEquals("/" + GROUP, OwnPartition.group(program));
            String who = "job " + job.pid() + " (sh)";
            String taken = "outrigger: --partition: no core of partition '" + OwnPartition.NAME + "' is free: " + who;
            assertTrue(machine.run(IN, "true").stderr().startsWith(taken));
            String lwk = machine.jobs().getFirst()[2].split(" ")[0];
            Job.signal(job.pid(), "KILL");
            assertTrue(machine.run(IN, "true").stderr().startsWith(taken), "without its launcher");
            Job.signal(Long.parseLong(lwk), "KILL");
            assertTrue(machine.run(IN, "true").stderr().startsWith(taken), "without its LWK");
            Run refused = machine.partition("destroy", OwnPartition.NAME);
            assertEquals(125, refused.status());
            assertTrue(refused.stderr().contains(who + " still runs in it; --force moves it to the Linux cores"),
                refused.stderr());
            end();
            job.await(LIMIT);
            assertEquals(0, machine.run(IN, "true").status());
        }
    }

    @Test
    void aProgramOutlivesItsPartition() throws Exception {
        try (OwnPartition machine = new OwnPartition()) {
            machine.create();
            Job job = living(machine, IN);
            String program = pid();
            assertEquals(0, machine.partition("destroy", OwnPartition.NAME, "--force").status());
            assertNotEquals("/" + GROUP, OwnPartition.group(program));
            machine.assertAsBefore();
            end();
            Run run = job.await(LIMIT);
            assertEquals(0, run.status(), run.stderr());
            assertEquals("done\n", run.text());
        }
    }

    @Test
    void memoryComesAndGoesWhileAJobRuns() throws Exception {
        try (PoolOfPages _ = new PoolOfPages(0); OwnPartition machine = new OwnPartition()) {
            machine.create("-M", "32M");
            Job job = living(machine, IN);
            pid();
            assertEquals("0:2097152:16", machine.jobs().getFirst()[7]);
            Run less = machine.partition("resize", OwnPartition.NAME, "-M", "24M");
            assertEquals(0, less.status(), less.stderr());
            assertEquals("0:2097152:12", machine.jobs().getFirst()[7]);
            Run much = machine.partition("resize", OwnPartition.NAME, "-M", "40M");
            assertEquals(0, much.status(), much.stderr());
            assertEquals("0:2097152:20", machine.jobs().getFirst()[7]);
            Run refused = machine.run(List.of("-p", OwnPartition.NAME, "--mem", "64M"), "true");
            assertEquals(125, refused.status(), "no core is free either");
            end();
            Run run = job.await(LIMIT);
            assertEquals("done\n", run.text(), run.stderr());
        }
    }

    @Test
    void aRefusalIsToldOnce() throws Exception {
        try (OwnPartition machine = new OwnPartition()) {
            machine.create();
            Path state = Path.of(machine.environment().get("OUTRIGGER_STATE"));
            var mode = Files.getPosixFilePermissions(state);
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxr-x"));
            Run run = machine.run(IN, "true");
            Files.setPosixFilePermissions(state, mode);
            assertEquals(125, run.status(), run.stderr());
            assertEquals(List.of("outrigger: --partition: cannot write to " + state
                    + ": others may write to it; chmod go-w mends that", "Try 'outrigger run --help' for more information."),
                    run.stderr().lines().toList());
            assertEquals("outrigger: --partition: there is no partition 'other'; there is " + OwnPartition.NAME,
                    machine.run(List.of("-p", "other"), "true").stderr().lines().findFirst().orElse(""));
        }
    }

    @Test
    void aRunCanHaveAPartitionOfItsOwn() {
        try (OwnPartition machine = new OwnPartition()) {
            Run run = machine.run(List.of("--isolate"), "sh", "-c", "cat /proc/self/cpuset; exit 7");
            assertEquals(7, run.status(), run.stderr());
            assertTrue(run.text().matches("/outrigger-job-[0-9]+\n"), run.text());
            machine.assertAsBefore();
            assertEquals("", machine.partition("list").stderr());
        }
    }

    @Test
    void anInterruptedRunLeavesNothingSetApart() {
        try (OwnPartition machine = new OwnPartition()) {
            Job job = living(machine, List.of("--isolate"));
            pid();
            job.signal("TERM");
            assertEquals(143, job.await(LIMIT).status());
            machine.assertAsBefore();
        }
    }

    @Test
    void aRunThatIsEndedWhileItsPartitionIsMadeLeavesNothingSetApart() {
        try (OwnPartition machine = new OwnPartition()) {
            Job job = machine.begin(List.of("--isolate"), "sleep", "100");
            OwnPartition.await(Path.of(machine.environment().get("OUTRIGGER_STATE"), "partitions"));
            job.signal("TERM");
            Run run = job.await(LIMIT);
            assertEquals(143, run.status(), run.stderr());
            machine.assertAsBefore();
        }
    }

    @Test
    void aRunAfterAKilledOneHasItsCores() throws Exception {
        try (OwnPartition machine = new OwnPartition()) {
            Job job = living(machine, List.of("--isolate"));
            pid();
            String lwk = machine.jobs().getFirst()[2].split(" ")[0];
            Job.signal(job.pid(), "KILL");
            Job.signal(Long.parseLong(lwk), "KILL");
            Run next = machine.run(List.of("--isolate"), "cat", "/proc/self/cpuset");
            assertTrue(next.text().matches("/outrigger-job-[0-9]+\n"), next.summary());
            assertTrue(next.stderr().contains("' is over: its process " + job.pid() + " has ended"), next.stderr());
            machine.assertAsBefore();
            end();
            job.await(LIMIT);
        }
    }

    @Test
    void whatAKilledRunSetApartComesBackWithTheNextCommand() throws Exception {
        try (OwnPartition machine = new OwnPartition()) {
            Job job = living(machine, List.of("--isolate"));
            String program = pid();
            String lwk = machine.jobs().getFirst()[2].split(" ")[0];
            Job.signal(job.pid(), "KILL");
            Job.signal(Long.parseLong(lwk), "KILL");
            Run next = machine.partition("destroy", "nobody");
            assertEquals(125, next.status());
            machine.assertAsBefore();
            assertTrue(Processes.alive(Long.parseLong(program)), "it lives on");
            end();
            job.await(LIMIT);
        }
    }

    @Test
    void whoHasNoPrivilegeRunsWithoutAPartition() {
        Machine.needs("setpriv");
        Path state = Path.of(System.getProperty("java.io.tmpdir"), "systest-nobody-" + ProcessHandle.current().pid());
        try (OwnPartition machine = new OwnPartition()) {
            Run run = Job.start(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Outrigger.command(), "run",
                    "--isolate", "--", "sh", "-c", "exit 7"), Path.of("/tmp"), Map.of("OUTRIGGER_STATE", state.toString()),
                    Path.of("/dev/null"), "nobody").await(LIMIT);
            Material.delete(state);
            Machine.skipUnless(run.status() != 125, "another user cannot read this build: " + run.stderr());
            assertEquals(7, run.status(), run.stderr());
            assertTrue(run.stderr().contains(" is not set apart: no privilege: "), run.stderr());
            machine.assertAsBefore();
        }
    }
}
