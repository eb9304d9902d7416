package org.outrigger.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import org.outrigger.abi.Errno;
import org.outrigger.abi.ErrnoNames;
import org.outrigger.abi.Nr;

/**
 * A file that one holder at a time has locked; free when the holder's process is gone, however it went. The holder may remove the
 * file: who waits for it then gets no lock on something that others cannot see. Source: {@code flock(2)}, whose lock, unlike
 * that of {@code fcntl(2)} and of a Java channel, neither ends when the process closes the file elsewhere nor is shared by its
 * threads.
 */
public final class LockFile implements AutoCloseable {
    private static final long O_RDWR_CREAT_CLOEXEC = 0x80000 | 0100 | 2;
    private static final int MODE = 0644;
    private static final int LOCK_EX_NB = 2 | 4;
    /** {@code struct stat} of x86-64, {@code asm/stat.h}: its size, and the device and the inode at its head. */
    private static final int STAT_BYTES = 144;
    private static final int IDENTITY_BYTES = 16;

    private final Syscalls linux;
    private final long descriptor;
    private boolean open = true;

    private LockFile(Syscalls linux, long descriptor) {
        this.linux = linux;
        this.descriptor = descriptor;
    }

    /**
     * Takes the lock, making the file where there is none.
     *
     * @return absent while somebody has it, and when the file or its folder was removed just now
     * @throws IOException where the file cannot be opened for writing
     */
    public static Optional<LockFile> take(Path file) throws IOException {
        Syscalls linux = new Syscalls();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(file.toString());
            long descriptor = linux.call(Nr.OPEN, path.address(), O_RDWR_CREAT_CLOEXEC, MODE);
            if (descriptor == -Errno.ENOENT) {
                return Optional.empty();
            }
            if (descriptor < 0) {
                throw new FileSystemException(file.toString(), null, ErrnoNames.message((int) -descriptor));
            }
            LockFile lock = new LockFile(linux, descriptor);
            MemorySegment held = arena.allocate(STAT_BYTES, 8);
            MemorySegment there = arena.allocate(STAT_BYTES, 8);
            if (linux.call(Nr.FLOCK, descriptor, LOCK_EX_NB, 0) == 0
                    && linux.call(Nr.FSTAT, descriptor, held.address(), 0) == 0
                    && linux.call(Nr.STAT, path.address(), there.address(), 0) == 0
                    && MemorySegment.mismatch(held, 0, IDENTITY_BYTES, there, 0, IDENTITY_BYTES) < 0) {
                return Optional.of(lock);
            }
            lock.close();
            return Optional.empty();
        }
    }

    /** Lets the next one have it. */
    @Override
    public void close() {
        if (open) {
            open = false; // else a second time would close what has the number by then
            linux.call(Nr.CLOSE, descriptor, 0, 0);
        }
    }
}
