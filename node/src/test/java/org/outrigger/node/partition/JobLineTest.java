package org.outrigger.node.partition;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.node.CpuSet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What goes over the socket of a job. */
class JobLineTest {
    @TempDir
    private Path folder;
    private final List<String> asked = new ArrayList<>();

    private final JobOrders orders = new JobOrders() {
        @Override
        public boolean cores(CpuSet cores) {
            asked.add("cores " + cores);
            return !cores.contains(9);
        }

        @Override
        public long memory(long bytes) {
            asked.add("memory " + bytes);
            return bytes + 1;
        }

        @Override
        public List<PoolPages> pools(List<PoolPages> most) {
            asked.add("pools " + most);
            return List.of(new PoolPages(1, 2L << 20, 3), new PoolPages(0, 1L << 30, 4));
        }

        @Override
        public Usage usage() {
            return new Usage(77, List.of(new PoolPages(0, 2L << 20, 5)));
        }
    };

    @Test
    void carriesWhatIsAskedAndWhatIsAnswered() throws Exception {
        StateFolder state = new StateFolder(folder);
        try (JobLine _ = JobLine.open(state, 17).answering(orders)) {
            assertEquals(Optional.of(""), JobLine.ask(state, 17, "cores 2-3,5"));
            assertEquals(Optional.empty(), JobLine.ask(state, 17, "cores 9"), "it said no");
            assertEquals(Optional.of("1001"), JobLine.ask(state, 17, "memory 1000"));
            assertEquals(Optional.of("1:2097152:3,0:1073741824:4"), JobLine.ask(state, 17, "pools 0:2097152:8"));
            assertEquals(Optional.of("77 0:2097152:5"), JobLine.ask(state, 17, "usage"));
            assertEquals(List.of("cores 2-3,5", "cores 9", "memory 1000",
                    "pools " + List.of(new PoolPages(0, 2L << 20, 8))), asked);
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("jobs"))));
        }
        assertFalse(Files.exists(folder.resolve("jobs/17")));
    }

    /** A job is known to others before it can answer, and to be asked then is no reason not to hear of it. */
    @Test
    void whoAsksAJobThatIsAboutToBeginWaits() throws Exception {
        StateFolder state = new StateFolder(folder);
        try (JobLine line = JobLine.open(state, 17)) {
            CompletableFuture<Optional<String>> answer = CompletableFuture.supplyAsync(() -> JobLine.ask(state, 17, "usage"));
            assertThrows(TimeoutException.class, () -> answer.get(200, TimeUnit.MILLISECONDS));
            line.answering(orders);
            assertEquals(Optional.of("77 0:2097152:5"), answer.get());
        }
        JobLine never = JobLine.open(state, 17);
        CompletableFuture<Optional<String>> answer = CompletableFuture.supplyAsync(() -> JobLine.ask(state, 17, "usage"));
        assertThrows(TimeoutException.class, () -> answer.get(200, TimeUnit.MILLISECONDS));
        never.close();
        assertEquals(Optional.empty(), answer.get(), "it did not begin after all");
    }

    @Test
    void nonsenseIsRefusedAndNobodyIsThere() throws Exception {
        StateFolder state = new StateFolder(folder);
        assertEquals(Optional.empty(), JobLine.ask(state, 17, "usage"));
        try (JobLine _ = JobLine.open(state, 17).answering(orders)) {
            for (String line : List.of("", "cores", "cores x", "memory", "memory 1x", "pools 1", "pools 1:2:3:x", "what")) {
                assertEquals(Optional.empty(), JobLine.ask(state, 17, line).filter(answer -> !line.equals("cores")), line);
            }
            try (SocketChannel silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                silent.connect(UnixDomainSocketAddress.of(folder.resolve("jobs/17")));
                silent.write(ByteBuffer.wrap(new byte[] {'u'}));
                assertEquals(Optional.of("77 0:2097152:5"), JobLine.ask(state, 17, "usage"),
                        "one who says nothing holds nobody up");
            }
        }
    }

    @Test
    void aSocketOfAKilledJobIsInNobodysWay() throws Exception {
        StateFolder state = new StateFolder(folder);
        Files.createDirectory(folder.resolve("jobs"));
        Files.writeString(folder.resolve("jobs/17"), "");
        assertEquals(Optional.empty(), JobLine.ask(state, 17, "usage"));
        try (JobLine _ = JobLine.open(state, 17).answering(orders)) {
            assertTrue(JobLine.ask(state, 17, "usage").isPresent());
        }
        JobLine.forget(state, "18");
    }
}
