package org.outrigger.node.partition;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.outrigger.node.CpuListException;

/**
 * How commands talk to running jobs: a socket {@code jobs/NUMBER} beside the books, in a folder that nobody else may enter. A
 * line asks, a line answers: {@code cores 2-3}, {@code memory BYTES}, {@code pools NODE:PAGE_BYTES:PAGES,...}, {@code usage};
 * {@code ok}, with what there is now, or {@code no}. Source: {@code unix(7)}.
 */
public final class JobLine implements AutoCloseable {
    /** How long an answer may take; what asks waits a little longer. */
    public static final int PATIENCE_MS = 10_000;
    /** The folder of the sockets, beside the books. */
    static final String FOLDER = "jobs";
    private static final int SPARE_MS = 2_000;
    private static final int LONGEST = 4096;

    private final ServerSocketChannel door;
    private final Path socket;
    private JobOrders orders;

    private JobLine(ServerSocketChannel door, Path socket) {
        this.door = door;
        this.socket = socket;
    }

    /** A line to a job that is about to begin: who asks waits until it answers. */
    public static JobLine open(StateFolder state, int number) throws IOException {
        Path folder = state.folder().resolve(FOLDER);
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException made) {
            // By a job before.
        }
        Path socket = folder.resolve(Integer.toString(number));
        Files.deleteIfExists(socket); // of a process that had the number and was killed
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            door.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException refused) {
            door.close();
            throw refused;
        }
        return new JobLine(door, socket);
    }

    /** The job answers from now on, by a thread of its own. */
    public JobLine answering(JobOrders job) {
        orders = job;
        Thread.ofPlatform().daemon().name("job line").start(this::answer);
        return this;
    }

    private void answer() {
        while (door.isOpen()) {
            try (SocketChannel caller = door.accept()) {
                caller.configureBlocking(false);
                Optional<String> asked = line(caller, SPARE_MS);
                if (asked.isPresent()) {
                    caller.write(bytes(reply(asked.get())));
                }
            } catch (IOException gone) {
                // The next one, unless this line is closed.
            }
        }
    }

    private String reply(String asked) {
        String[] words = asked.split(" ", 2);
        String value = words.length < 2 ? "" : words[1];
        try {
            return switch (words[0]) {
                case "cores" -> orders.cores(BooksText.cpus(value)) ? "ok" : "no";
                case "memory" -> "ok " + orders.memory(Long.parseLong(value));
                case "pools" -> "ok " + PoolPages.text(orders.pools(PoolPages.parse(value)));
                case "usage" -> {
                    JobOrders.Usage usage = orders.usage();
                    yield "ok " + usage.bytes() + " " + PoolPages.text(usage.pools());
                }
                default -> "no";
            };
        } catch (RuntimeException | CpuListException refused) {
            return "no";
        }
    }

    private static ByteBuffer bytes(String line) {
        return StandardCharsets.UTF_8.encode(line + "\n");
    }

    /** A line, if it comes in time. */
    private static Optional<String> line(SocketChannel from, int patience) throws IOException {
        long end = System.nanoTime() + patience * 1_000_000L;
        ByteBuffer got = ByteBuffer.allocate(LONGEST);
        try (Selector selector = Selector.open()) {
            from.register(selector, SelectionKey.OP_READ);
            while (got.hasRemaining()) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0 || selector.select(left) > 0 && from.read(got) < 0) {
                    return Optional.empty();
                }
                selector.selectedKeys().clear();
                if (got.position() > 0 && got.get(got.position() - 1) == '\n') {
                    return Optional.of(StandardCharsets.UTF_8.decode(got.flip()).toString().strip());
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Asks a job something.
     *
     * @return what follows {@code ok}; absent where it refuses, does not answer in time, or is not there
     */
    static Optional<String> ask(StateFolder state, int number, String line) {
        Path socket = state.folder().resolve(FOLDER).resolve(Integer.toString(number));
        try (SocketChannel job = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            job.configureBlocking(false);
            job.write(bytes(line));
            return line(job, PATIENCE_MS + SPARE_MS).filter(answer -> answer.startsWith("ok"))
                    .map(answer -> answer.substring(2).strip());
        } catch (IOException | UnsupportedOperationException gone) {
            return Optional.empty();
        }
    }

    /** Removes what a job left behind that was killed. */
    static void forget(StateFolder state, String number) {
        try {
            Files.deleteIfExists(state.folder().resolve(FOLDER).resolve(number));
        } catch (IOException hidden) {
            // Then it is in nobody's way either.
        }
    }

    @Override
    public void close() {
        try {
            door.close();
            Files.deleteIfExists(socket);
        } catch (IOException gone) {
            // Nobody can ask any more in any case.
        }
    }
}
