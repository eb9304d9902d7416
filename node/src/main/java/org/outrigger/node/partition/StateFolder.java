package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * Where the books lie, and the lock that lets one command after another at them.
 *
 * <p>By default {@code /run/outrigger} for root and {@code $XDG_RUNTIME_DIR/outrigger} for others, which are empty after a
 * boot; a folder that is not is no harm, since the books name the boot that they are about.
 */
public final class StateFolder {
    /** The environment variable with another folder. */
    public static final String VARIABLE = "OUTRIGGER_STATE";
    private static final String BOOKS = "partitions";
    private static final String LOCK = "lock";
    private static final String FOLDER = "outrigger";

    private final Path folder;

    /** With a folder of this name, which need not exist. */
    public StateFolder(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /**
     * Where the state lies for a user.
     *
     * @param environment the environment variables
     * @param root        whether the user is root
     * @param user        the user's number
     */
    public static StateFolder of(Map<String, String> environment, boolean root, long user) {
        String named = environment.getOrDefault(VARIABLE, "");
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        if (!named.isEmpty()) {
            return new StateFolder(Path.of(named));
        }
        if (root) {
            return new StateFolder(Path.of("/run", FOLDER));
        }
        return new StateFolder(runtime.isEmpty() ? Path.of("/tmp", FOLDER + "-" + user) : Path.of(runtime, FOLDER));
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** Held by one process of the machine at a time; free when that process is gone, however it went. */
    static final class Lock implements AutoCloseable {
        private final FileChannel channel;

        private Lock(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException gone) {
                // Free in any case.
            }
        }
    }

    /**
     * Waits for the lock.
     *
     * @throws PartitionException when this user can write no state
     */
    Lock lock() throws PartitionException {
        try {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            checkOwner();
            FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            return new Lock(channel);
        } catch (IOException refused) {
            throw new PartitionException("cannot write to " + folder + ": " + reason(refused), refused);
        }
    }

    /** Books of somebody else would have this process write what they like where they like. */
    private void checkOwner() throws IOException {
        Object owner = Files.getAttribute(folder, "unix:uid");
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(self)) {
            throw new IOException("it belongs to user " + owner);
        }
    }

    /**
     * The books as they are; absent when there are none. Needs no lock, since they are replaced as a whole.
     *
     * @throws PartitionException when they cannot be read
     */
    Optional<Books> read() throws PartitionException {
        Path file = folder.resolve(BOOKS);
        try {
            return Optional.of(BooksText.read(Files.readString(file)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException refused) {
            throw new PartitionException("cannot read " + file + ": " + reason(refused), refused);
        } catch (PartitionException broken) {
            throw new PartitionException(file + ": " + broken.getMessage(), broken);
        }
    }

    /** Replaces the books; whoever looks sees the old ones or the new. Under the lock only. */
    void write(Books books) throws PartitionException {
        Path file = folder.resolve(BOOKS);
        Path fresh = folder.resolve(BOOKS + ".new");
        try {
            if (books.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer text = StandardCharsets.UTF_8.encode(BooksText.write(books));
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException refused) {
            throw new PartitionException("cannot write " + file + ": " + reason(refused), refused);
        }
    }

    private static String reason(IOException refused) {
        return refused instanceof FileSystemException named && named.getReason() != null ? named.getReason()
                : refused instanceof FileSystemException ? refused.getClass().getSimpleName().replace("Exception", "")
                : refused.getMessage();
    }
}
