package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a command leaves in the folder of the books, and who is in it at a time. */
class StateFolderTest {
    private static final int THREADS = 4;
    private static final int TURNS = 300;

    @TempDir
    Path folder;

    private StateFolder passing() {
        return StateFolder.of(Map.of("XDG_RUNTIME_DIR", folder.toString()), false, 1);
    }

    private Path state() {
        return folder.resolve("outrigger");
    }

    @Test
    void whereItLies() {
        assertEquals(Path.of("/run/outrigger"), StateFolder.of(Map.of("XDG_RUNTIME_DIR", "/else"), true, 0).folder());
        assertEquals(Path.of("/tmp/outrigger-7"), StateFolder.of(Map.of(), false, 7).folder());
        assertEquals(state(), passing().folder());
        assertEquals(Path.of("/named"), StateFolder.of(Map.of(StateFolder.VARIABLE, "/named"), true, 0).folder());
    }

    @Test
    void nothingStaysWhereNothingIsKept() throws Exception {
        StateFolder state = passing();
        try (StateFolder.Lock _ = state.tryLock().orElseThrow()) {
            Files.createDirectory(state().resolve("jobs"));
            Files.writeString(state().resolve("partitions.new"), "half of the boo");
        }
        assertFalse(Files.exists(state()));
    }

    @Test
    void aNamedFolderStays() throws Exception {
        StateFolder state = StateFolder.of(Map.of(StateFolder.VARIABLE, state().toString()), true, 0);
        state.tryLock().orElseThrow().close();
        assertTrue(Files.isDirectory(state()));
        try (var left = Files.list(state())) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void whatIsNotOursStaysInANamedFolder() throws Exception {
        StateFolder state = StateFolder.of(Map.of(StateFolder.VARIABLE, state().toString()), true, 0);
        Files.createDirectory(state());
        List<Path> theirs = List.of(state().resolve("thesis.new"), state().resolve("lock"), state().resolve("jobs/mine"));
        Files.createDirectory(state().resolve("jobs"));
        for (Path file : theirs) {
            Files.writeString(file, "theirs");
        }
        for (int i = 0; i < 2; i++) { // the second one finds what the first one left
            Files.writeString(state().resolve("partitions.new"), "half of the boo");
            Files.writeString(state().resolve("running.new"), "half of a lin");
            state.tryLock().orElseThrow().close();
            for (Path file : theirs.subList(0, 3 - i)) {
                assertEquals("theirs", Files.readString(file));
            }
            Files.deleteIfExists(state().resolve("jobs/mine"));
        }
        assertFalse(Files.exists(state().resolve("partitions.new")));
        assertFalse(Files.exists(state().resolve("running.new")));
    }

    @Test
    void whatIsOfJobsOrBooksStays() throws Exception {
        StateFolder state = passing();
        Path socket = state().resolve("jobs/77");
        try (StateFolder.Lock _ = state.tryLock().orElseThrow()) {
            Files.createDirectory(socket.getParent());
            Files.createFile(socket);
        }
        assertTrue(Files.exists(socket));
        try (StateFolder.Lock _ = state.tryLock().orElseThrow()) {
            Files.delete(socket);
            Files.createFile(state().resolve("partitions"));
        }
        assertTrue(state.kept());
        Files.delete(state().resolve("partitions"));
        state.tryLock().orElseThrow().close();
        assertFalse(Files.exists(state()));
    }

    /** The folder comes and goes under their hands; still no two are in it at once. */
    @Test
    void oneAtATimeThoughTheFileGoes() throws Exception {
        AtomicInteger within = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> {
                    for (int turn = 0; turn < TURNS;) {
                        Optional<StateFolder.Lock> lock = passing().tryLock();
                        if (lock.isPresent()) {
                            most.accumulateAndGet(within.incrementAndGet(), Math::max);
                            Thread.yield();
                            within.decrementAndGet();
                            lock.get().close();
                            turn++;
                        }
                    }
                    return null;
                }));
            }
        }
        for (Future<?> one : all) {
            one.get();
        }
        assertEquals(1, most.get());
        assertFalse(Files.exists(state()));
    }

    @Test
    void aFileInTheWayIsTold() throws IOException {
        Files.createFile(state());
        assertEquals("cannot write to " + state() + ": it is no folder",
                assertThrows(PartitionException.class, () -> passing().tryLock()).getMessage());
    }

    @Test
    void aFolderThatOthersMayWriteToIsRefused() throws IOException {
        Files.createDirectory(state());
        Files.setAttribute(state(), "unix:mode", 0777);
        assertThrows(PartitionException.class, () -> passing().tryLock());
    }
}
