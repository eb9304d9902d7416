package org.outrigger.node.partition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Commands that fail, or are killed, at each of their steps in turn: the node is as before the command, or as after it. */
class RecoveryTest {
    private static final Partition QUIET = PartitionsTest.partition("quiet", CpuSet.range(4, 6),
            new PoolPages(1, FakeNode.HUGE, 100));
    private static final Partition OTHER = PartitionsTest.partition("other", CpuSet.of(2), new PoolPages(0, FakeNode.HUGE, 7));

    private static final int LAST = -1;

    private final Map<String, String[]> known = new HashMap<>();
    private Path folder;

    /** In memory where there is such a file system: the books are written some thousand times here. */
    @BeforeEach
    void makeFolder() throws Exception {
        Path memory = Path.of("/dev/shm");
        folder = Files.isWritable(memory) ? Files.createTempDirectory(memory, "recovery") : Files.createTempDirectory("recovery");
    }

    @AfterEach
    void removeFolder() throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** What a command does to partitions. */
    private enum Command {
        CREATE {
            @Override
            void run(Partitions partitions) throws PartitionException {
                partitions.create(QUIET);
            }
        },
        GROW {
            @Override
            void run(Partitions partitions) throws PartitionException {
                partitions.resize("quiet", old -> old.with(CpuSet.range(3, 7), old.linuxCores(),
                        List.of(new PoolPages(1, FakeNode.HUGE, 150), new PoolPages(0, FakeNode.HUGE, 3))));
            }
        },
        MOVE {
            @Override
            void run(Partitions partitions) throws PartitionException {
                partitions.resize("quiet", old -> old.with(CpuSet.of(3), old.linuxCores(),
                        List.of(new PoolPages(0, FakeNode.HUGE, 50))));
            }
        },
        DESTROY {
            @Override
            void run(Partitions partitions) throws PartitionException {
                partitions.destroy("quiet");
            }
        };

        abstract void run(Partitions partitions) throws PartitionException;
    }

    /** The death of the process: nothing that follows in it is done. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static FakeNode node(int version) throws Exception {
        FakeNode node = version == 1 ? FakeNode.one(8, 2) : FakeNode.two(8, 2);
        // Groups of somebody else, nested, with cores that partitions take.
        String theirs = (version == 1 ? FakeNode.V1 : FakeNode.V2) + "/theirs";
        if (version == 2) {
            node.write(FakeNode.V2 + "/cgroup.subtree_control", "+cpuset");
        }
        node.makeFolder(theirs);
        node.write(theirs + "/cpuset.cpus", "0-7");
        node.thread(900, 1, "server", CpuSet.range(0, 7), true);
        if (version == 1) {
            node.write(theirs + "/cpuset.mems", "0");
            node.makeFolder(theirs + "/inner");
            node.write(theirs + "/inner/cpuset.cpus", "1,4-6");
            node.write(theirs + "/cgroup.procs", "900");
        }
        return node;
    }

    /** A node with what a command finds, and how it looks before and after the command. */
    private record Stage(FakeNode node, Path state, String before, String after) {
    }

    private Stage stage(int version, Command command) throws Exception {
        String[] looks = known.get(version + " " + command);
        if (looks == null) {
            FakeNode trial = prepared(version, command, folder.resolve("trial"));
            String before = trial.snapshot();
            command.run(new Partitions(trial, new StateFolder(folder.resolve("trial"))));
            looks = new String[] {before, trial.snapshot()};
            known.put(version + " " + command, looks);
        }
        Path state = folder.resolve("state");
        FakeNode node = prepared(version, command, state);
        assertEquals(looks[0], node.snapshot());
        return new Stage(node, state, looks[0], looks[1]);
    }

    private FakeNode prepared(int version, Command command, Path state) throws Exception {
        Files.deleteIfExists(state.resolve("partitions"));
        FakeNode node = node(version);
        Partitions partitions = new Partitions(node, new StateFolder(state));
        partitions.create(OTHER);
        if (command != Command.CREATE) {
            partitions.create(QUIET);
        }
        return node;
    }

    /** How many steps a command has on a fresh stage. */
    private int steps(int version, Command command) throws Exception {
        List<String> steps = new ArrayList<>();
        Stage stage = stage(version, command);
        command.run(new Partitions(stage.node(), new StateFolder(stage.state()), steps::add));
        assertEquals(stage.after(), stage.node().snapshot());
        assertTrue(steps.size() > 10, () -> "too few steps to mean anything: " + steps);
        return steps.size();
    }

    private static Consumer<String> at(int step, Runnable what) {
        AtomicInteger count = new AtomicInteger();
        return name -> {
            if (count.getAndIncrement() == step) {
                what.run();
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"1,CREATE", "2,CREATE", "1,GROW", "2,GROW", "1,MOVE", "2,MOVE"})
    void whatFailsAtAnyStepIsTakenBack(int version, Command command) throws Exception {
        int steps = steps(version, command);
        for (int step = 0; step < steps; step++) {
            Stage stage = stage(version, command);
            List<String> names = new ArrayList<>();
            Partitions failing = new Partitions(stage.node(), new StateFolder(stage.state()), at(step, () -> {
                throw new IllegalStateException("step fails");
            }).andThen(names::add));
            PartitionException told = assertThrows(PartitionException.class, () -> command.run(failing));
            assertTrue(told.getMessage().contains("step fails") && !told.getMessage().contains("taken back"), told.getMessage());
            assertEquals(stage.before(), stage.node().snapshot(), "step " + step + " after " + names);
            Partitions later = new Partitions(stage.node(), new StateFolder(stage.state()));
            assertEquals(List.of(), later.refresh());
            command.run(later);
            assertEquals(stage.after(), stage.node().snapshot(), "step " + step + ", again");
        }
    }

    @ParameterizedTest
    @CsvSource({"1,CREATE", "2,CREATE", "1,GROW", "2,GROW", "1,MOVE", "2,MOVE", "1,DESTROY", "2,DESTROY"})
    void whatIsKilledAtAnyStepIsPutRightByTheNextCommand(int version, Command command) throws Exception {
        int steps = steps(version, command);
        for (int step = 0; step < steps; step++) {
            Stage stage = stage(version, command);
            Partitions killed = new Partitions(stage.node(), new StateFolder(stage.state()), at(step, () -> {
                throw new Killed();
            }));
            assertThrows(Killed.class, () -> command.run(killed));
            Partitions next = new Partitions(stage.node(), new StateFolder(stage.state()));
            assertFalse(next.refresh().isEmpty(), "step " + step);
            assertEquals(command == Command.DESTROY ? stage.after() : stage.before(), stage.node().snapshot(), "step " + step);
            assertEquals(List.of(), next.refresh(), "step " + step);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsKilledWhileItMendsIsMendedToo(int version) throws Exception {
        int steps = steps(version, Command.MOVE);
        for (int step = 0; step < steps; step++) {
            Stage stage = stage(version, Command.MOVE);
            for (int again : new int[] {steps - 1, step, step / 2, 0}) {
                Partitions killed = new Partitions(stage.node(), new StateFolder(stage.state()), at(again, () -> {
                    throw new Killed();
                }));
                try {
                    Command.MOVE.run(killed);
                } catch (Killed death) {
                    continue;
                }
            }
            new Partitions(stage.node(), new StateFolder(stage.state())).refresh();
            assertEquals(stage.before(), stage.node().snapshot(), "step " + step);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void everythingComesBackInTheEnd(int version) throws Exception {
        FakeNode node = node(version);
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(OTHER);
        for (Command command : Command.values()) {
            command.run(partitions);
        }
        partitions.destroy("other");
        assertEquals(before, node.snapshot());
        assertFalse(Files.exists(folder.resolve("partitions")));
    }

    @Test
    void aBootEndsPartitionsAndIsTold() throws Exception {
        FakeNode node = node(1);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(QUIET);
        FakeNode anew = node(1).file("/proc/sys/kernel/random/boot_id", "boot-2");
        String before = anew.snapshot();
        Partitions later = new Partitions(anew, new StateFolder(folder));
        assertEquals(List.of(), later.list());
        assertEquals(Optional.empty(), later.find("quiet"));
        assertEquals(List.of("the machine was started anew, which ended partitions quiet"), later.refresh());
        assertEquals(before, anew.snapshot());
        assertEquals(List.of(), later.refresh());
        later.create(QUIET);
        later.destroy("quiet");
        assertEquals(before, anew.snapshot());
    }

    @Test
    void aPartitionEndsWithItsOwner() throws Exception {
        FakeNode node = node(2);
        node.thread(800, 1, "a job", CpuSet.range(0, 7), true);
        String before = node.snapshot();
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(new Partition("mine", CpuSet.of(5), CpuSet.EMPTY, List.of(), Map.of(), false, Partition.ALL, List.of(),
                Owner.of(node, 800)));
        assertEquals(List.of(), partitions.refresh());
        node.end(800);
        assertEquals(List.of("partition 'mine' is over: its process 800 has ended"), partitions.refresh());
        node.thread(800, 1, "a job", CpuSet.range(0, 7), true);
        assertEquals(before, node.snapshot());
    }

    @Test
    void whatSomebodyElseChangedStays() throws Exception {
        FakeNode node = node(1);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(QUIET);
        node.write("/proc/irq/17/smp_affinity_list", "1");
        assertEquals(List.of("/proc/irq/17/smp_affinity_list was changed by somebody else meanwhile and stays: 1"),
                partitions.destroy("quiet").notes());
        assertEquals("1", node.read("/proc/irq/17/smp_affinity_list").orElseThrow());
        assertEquals("0-7", node.read("/proc/irq/18/smp_affinity_list").orElseThrow());
    }

    @Test
    void whatCannotBePutBackIsToldAndTriedAgain() throws Exception {
        FakeNode node = node(1);
        String before = node.snapshot();
        String stuck = "/proc/irq/17/smp_affinity_list";
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        partitions.create(QUIET);
        node.refusing(stuck);
        List<String> notes = partitions.destroy("quiet").notes();
        assertEquals(List.of("cannot be put back: interrupt 17 to CPU 0-3,7: " + stuck + ": Operation not permitted"), notes);
        assertEquals("0-7", node.read("/proc/irq/18/smp_affinity_list").orElseThrow());
        assertTrue(partitions.refresh().contains(notes.getFirst()));
        node.allowing(stuck);
        partitions.refresh();
        assertEquals(before, node.snapshot());
        assertFalse(Files.exists(folder.resolve("partitions")));
    }

    @Test
    void whatCannotBeTakenBackDoesNotKeepTheRestFromIt() throws Exception {
        FakeNode node = node(1);
        String before = node.snapshot();
        String stuck = "/proc/irq/17/smp_affinity_list";
        List<String> steps = new ArrayList<>();
        Partitions failing = new Partitions(node, new StateFolder(folder), step -> {
            steps.add(step);
            if (step.startsWith("control group ")) {
                node.refusing(stuck);
                throw new IllegalStateException("this fails");
            }
        });
        PartitionException told = assertThrows(PartitionException.class, () -> failing.create(QUIET));
        assertTrue(told.getMessage().contains("this fails; not everything could be taken back"), told.getMessage());
        assertTrue(told.getMessage().contains(stuck), told.getMessage());
        assertTrue(steps.size() > 5, steps::toString);
        node.allowing(stuck);
        assertEquals("0-3,7", node.read(stuck).orElseThrow());
        new Partitions(node, new StateFolder(folder)).refresh();
        assertEquals(before, node.snapshot());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 12, LAST})
    void booksThatCannotBeWrittenEndTheCommandAndNothingIsLost(int step) throws Exception {
        FakeNode node = node(1);
        Path obstacle = folder.resolve("partitions.new/full");
        List<String> steps = new ArrayList<>();
        Partitions partitions = new Partitions(node, new StateFolder(folder), steps::add);
        partitions.create(OTHER);
        steps.clear();
        partitions.create(QUIET);
        int count = steps.size();
        partitions.destroy("quiet");
        String before = node.snapshot();
        int failingStep = step == LAST ? count - 1 : step;
        Partitions failing = new Partitions(node, new StateFolder(folder), at(failingStep, () -> {
            try {
                Files.createDirectories(obstacle);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }));
        PartitionException told = assertThrows(PartitionException.class, () -> failing.create(QUIET));
        assertTrue(Files.exists(obstacle));
        assertTrue(told.getMessage().contains("cannot write " + folder.resolve("partitions")), told.getMessage());
        assertEquals(before, node.snapshot());
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        Partitions later = new Partitions(node, new StateFolder(folder));
        later.refresh();
        assertEquals(before, node.snapshot());
        assertEquals(List.of("other"), later.list().stream().map(Partition::name).toList());
        later.create(QUIET);
    }

    @Test
    void booksThatOthersMayWriteAreNotTrusted() throws Exception {
        FakeNode node = node(1);
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        PartitionException told = assertThrows(PartitionException.class,
                () -> new Partitions(node, new StateFolder(open)).create(QUIET));
        assertTrue(told.getMessage().contains("others may write to it"), told.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "outrigger partitions 1\nboot\tboot-1\n", "outrigger partitions 2\nboot\tboot-1\nend\n",
        "outrigger partitions 1\nboot\tboot-1\nhold\tCORES\nend\n", "outrigger partitions 1\nboot\tboot-1\npartition\tx\nend\n",
        "{}"})
    void brokenBooksAreToldAndNothingChanges(String text) throws Exception {
        FakeNode node = node(1);
        String before = node.snapshot();
        Files.writeString(folder.resolve("partitions"), text);
        Partitions partitions = new Partitions(node, new StateFolder(folder));
        for (Exception told : List.of(assertThrows(PartitionException.class, () -> partitions.create(QUIET)),
                assertThrows(PartitionException.class, partitions::list),
                assertThrows(PartitionException.class, partitions::refresh))) {
            assertTrue(told.getMessage().startsWith(folder.resolve("partitions") + ": "), told.getMessage());
        }
        assertEquals(before, node.snapshot());
        assertEquals(text, Files.readString(folder.resolve("partitions")));
    }
}
