package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.host.LockFile;

/**
 * Where the books lie, and the lock that lets one command after another at them.
 *
 * <p>By default {@code /run/outrigger} for root and {@code $XDG_RUNTIME_DIR/outrigger} for others, which are empty after a
 * boot; a folder that is not is no harm, since the books name the boot that they are about. When the last command or job
 * leaves nothing to be kept, the folder goes, unless it was named by {@value #VARIABLE}: that one is the user's.
 */
public final class StateFolder {
    /** The environment variable with another folder. */
    public static final String VARIABLE = "OUTRIGGER_STATE";
    private static final String BOOKS = "partitions";
    private static final String LOCK = "lock";
    private static final String FRESH = ".new";
    private static final String FOLDER = "outrigger";
    private static final int WAIT_MS = 20;
    private static final int WAIT_TOLD_MS = 1000;
    private static final int WRITABLE_BY_OTHERS = 0022;

    private final Path folder;
    private final boolean goes;

    /** With a folder of this name, which need not exist and is not removed. */
    public StateFolder(Path folder) {
        this(folder, false);
    }

    private StateFolder(Path folder, boolean goes) {
        this.folder = folder.toAbsolutePath();
        this.goes = goes;
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
            return new StateFolder(Path.of("/run", FOLDER), true);
        }
        return new StateFolder(runtime.isEmpty() ? Path.of("/tmp", FOLDER + "-" + user) : Path.of(runtime, FOLDER), true);
    }

    /** Where it lies for the user of this process. */
    public static StateFolder of(Map<String, String> environment) {
        long user;
        try {
            user = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        } catch (IOException hidden) {
            user = 0; // no /proc: there is nothing to be changed either, and that is told
        }
        return of(environment, user == 0, user);
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** Held by one process of the machine at a time; free when that process is gone, however it went. */
    final class Lock implements AutoCloseable {
        private final LockFile file;

        private Lock(LockFile file) {
            this.file = file;
        }

        @Override
        public void close() {
            try (file) {
                sweep();
            } catch (IOException gone) {
                // It is in nobody's way.
            }
        }
    }

    /**
     * Removes the files of commands and jobs where there is nothing to be kept; under the lock, whose file goes too. A folder
     * that a user named may have other things in it: what has another name stays, and so does a lock that is not empty.
     */
    private void sweep() throws IOException {
        if (kept()) {
            return;
        }
        try {
            Files.deleteIfExists(folder.resolve(JobLine.FOLDER));
        } catch (DirectoryNotEmptyException jobs) {
            return;
        }
        for (String file : List.of(BOOKS, JobRegistry.FILE)) {
            Files.deleteIfExists(folder.resolve(file + FRESH)); // of a command that was killed while it wrote
        }
        Path lock = folder.resolve(LOCK);
        if (Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS) && Files.size(lock) == 0) {
            Files.deleteIfExists(lock);
        }
        if (goes) {
            Files.deleteIfExists(folder); // refused where another command has just come: then it is that one's to remove
        }
    }

    /**
     * Waits for the lock.
     *
     * @param waiting is run when another command has had it for {@value #WAIT_TOLD_MS} ms, once
     * @throws PartitionException when this user can write no state
     */
    Lock lock(Runnable waiting) throws PartitionException {
        return lock(waiting, () -> { });
    }

    /** Whether somebody may go on waiting. */
    interface Patience {
        /** Fails when it is over. */
        void check() throws PartitionException;
    }

    /** Likewise, as long as somebody has patience. */
    Lock lock(Runnable waiting, Patience patience) throws PartitionException {
        Optional<Lock> lock = tryLock();
        for (int tries = 1; lock.isEmpty(); tries++) {
            patience.check();
            if (tries == WAIT_TOLD_MS / WAIT_MS) {
                waiting.run();
            }
            try {
                Thread.sleep(WAIT_MS);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                throw new PartitionException("interrupted while another command was at work", hurried);
            }
            lock = tryLock();
        }
        return lock.get();
    }

    /**
     * The lock; absent while another command has it.
     *
     * @throws PartitionException when this user can write no state
     */
    Optional<Lock> tryLock() throws PartitionException {
        try {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            checkOwner();
            return LockFile.take(folder.resolve(LOCK)).map(Lock::new);
        } catch (NoSuchFileException swept) {
            if (String.valueOf(swept.getFile()).startsWith(folder.toString())) {
                return Optional.empty(); // by the command before, between two steps of this one
            }
            throw new PartitionException("cannot write to " + folder + ": no " + swept.getFile(), swept);
        } catch (FileAlreadyExistsException inTheWay) {
            if (!somethingElse()) {
                return Optional.empty(); // it came or went between two steps
            }
            throw new PartitionException("cannot write to " + folder + ": it is no folder", inTheWay);
        } catch (IOException refused) {
            throw new PartitionException("cannot write to " + folder + ": " + reason(refused), refused);
        }
    }

    /** Whether there is something in the folder's place that is none; looked at once, for it comes and goes. */
    private boolean somethingElse() {
        try {
            return !Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isDirectory();
        } catch (IOException nothing) {
            return false;
        }
    }

    /** Whether this process may change what is in the folder. */
    boolean own() {
        try {
            checkOwner();
            return true;
        } catch (IOException others) {
            return false;
        }
    }

    /** Books of somebody else would have this process write what they like where they like. */
    private void checkOwner() throws IOException {
        Object owner = Files.getAttribute(folder, "unix:uid");
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!owner.equals(self)) {
            throw new IOException("it belongs to user " + owner);
        }
        int mode = (Integer) Files.getAttribute(folder, "unix:mode");
        if ((mode & WRITABLE_BY_OTHERS) != 0) {
            throw new IOException("others may write to it; chmod go-w mends that");
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
        } catch (CharacterCodingException broken) {
            throw foreign(file, "this is no text", broken);
        } catch (IOException refused) {
            throw new PartitionException("cannot read " + file + ": " + reason(refused), refused);
        } catch (PartitionException broken) {
            throw foreign(file, broken.getMessage(), broken);
        }
    }

    private static PartitionException foreign(Path file, String reason, Exception cause) {
        return new PartitionException(file + ": " + reason + ". What partitions changed on this node stands in there:"
                + " have the version that wrote it destroy them, or start the machine anew; then remove the file", cause);
    }

    /** Replaces the books; whoever looks sees the old ones or the new. Under the lock only. */
    void write(Books books) throws PartitionException {
        Path file = folder.resolve(BOOKS);
        Path fresh = folder.resolve(BOOKS + FRESH);
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
                // Not forced to disk: the death of a process loses nothing, and a machine that stops has nothing to put back.
            } catch (IOException refused) {
                Files.deleteIfExists(fresh); // half a file would keep the rest of a full disk
                throw refused;
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException refused) {
            throw new PartitionException("cannot write " + file + ": " + reason(refused), refused);
        }
    }

    /** A file beside the books; absent when there is none. */
    Optional<String> text(String name) throws PartitionException {
        try {
            return Optional.of(Files.readString(folder.resolve(name)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException refused) {
            throw new PartitionException("cannot read " + folder.resolve(name) + ": " + reason(refused), refused);
        }
    }

    /** Replaces a file beside the books as a whole, or removes it where there is no text. Under the lock only. */
    void text(String name, String text) throws PartitionException {
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(folder.resolve(name));
                return;
            }
            Files.writeString(folder.resolve(name + FRESH), text);
            Files.move(folder.resolve(name + FRESH), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException refused) {
            throw new PartitionException("cannot write " + folder.resolve(name) + ": " + reason(refused), refused);
        }
    }

    /** Whether there are books: else nothing of the node belongs to a partition. */
    public boolean kept() {
        return Files.exists(folder.resolve(BOOKS));
    }

    private static String reason(IOException refused) {
        return refused instanceof FileSystemException named && named.getReason() != null ? named.getReason()
                : refused instanceof FileSystemException ? refused.getClass().getSimpleName().replace("Exception", "")
                : refused.getMessage();
    }
}
