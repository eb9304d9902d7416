package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Memfd;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/**
 * Memory files whose length can never change, so that who maps one need not fear SIGBUS whatever others do. Source:
 * {@code memfd_create(2)}, {@code fcntl(2)} on file sealing.
 */
public final class SealedMemory {
    /**
     * What a descriptor refers to.
     *
     * @param size     bytes
     * @param pageSize bytes of the pages that it consists of
     * @param mode     the permission bits
     * @param uid      whose it is
     */
    public record Facts(long size, long pageSize, int mode, int uid) {
    }

    private static final int SEALS = Memfd.F_SEAL_SHRINK | Memfd.F_SEAL_GROW | Memfd.F_SEAL_SEAL;
    private static final int PERMISSIONS = 07777;
    private static final long O_CLOEXEC = 0x80000;
    private static final long O_RDWR = 2;
    private static final int F_GETFL = 3;
    private static final int ACCESS_MODE = 3;
    private static final int AT_FDCWD = -100;
    /** {@code struct stat} of x86-64, {@code asm/stat.h}. */
    private static final long ST_MODE = 24;
    private static final long ST_UID = 28;
    private static final long ST_SIZE = 48;
    /** {@code struct statfs} of x86-64, {@code asm-generic/statfs.h}. */
    private static final long F_TYPE = 0;
    private static final long F_BSIZE = 8;
    private static final long HUGETLBFS = 0x958458f6L;

    private SealedMemory() {
    }

    /**
     * Makes one, zeroed.
     *
     * @param size bytes, a multiple of the page: 2 MiB with {@code huge}
     * @param mode permission bits
     * @param huge whether its pages are taken from the pool of 2 MiB pages, which must have enough of them
     * @return the descriptor, or a negative errno
     */
    public static int create(Syscalls linux, String name, long size, int mode, boolean huge) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            long flags = Memfd.MFD_CLOEXEC | Memfd.MFD_ALLOW_SEALING | (huge ? Memfd.MFD_HUGETLB | Memfd.MFD_HUGE_2MB : 0);
            long fd = linux.call(Nr.MEMFD_CREATE, text.address(), flags | Memfd.MFD_NOEXEC_SEAL, 0);
            if (fd == -Errno.EINVAL) {
                fd = linux.call(Nr.MEMFD_CREATE, text.address(), flags, 0);
            }
            if (fd < 0) {
                return (int) fd;
            }
            long result = linux.call(Nr.FTRUNCATE, fd, size, 0);
            if (result == 0) {
                result = linux.call(Nr.FCHMOD, fd, mode, 0);
            }
            if (result == 0) {
                result = linux.call(Nr.FCNTL, fd, Memfd.F_ADD_SEALS, SEALS);
            }
            if (result < 0) {
                linux.call(Nr.CLOSE, fd, 0, 0);
                return (int) result;
            }
            return (int) fd;
        }
    }

    /** What a descriptor from elsewhere refers to; null when that is not a sealed memory file, open for reading and writing. */
    public static Facts inspect(Syscalls linux, int descriptor) {
        long seals = linux.call(Nr.FCNTL, descriptor, Memfd.F_GET_SEALS, 0);
        // Only memory files have seals; those of another kind of file may at most forbid more of them.
        if (seals < 0 || (seals & ~Memfd.F_SEAL_EXEC) != SEALS
                || (linux.call(Nr.FCNTL, descriptor, F_GETFL, 0) & ACCESS_MODE) != O_RDWR) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stat = arena.allocate(256, 8);
            if (linux.call(Nr.FSTATFS, descriptor, stat.address(), 0) < 0) {
                return null;
            }
            long page = stat.get(ValueLayout.JAVA_LONG, F_TYPE) == HUGETLBFS
                    ? stat.get(ValueLayout.JAVA_LONG, F_BSIZE) : Mman.PAGE_SIZE;
            if (linux.call(Nr.FSTAT, descriptor, stat.address(), 0) < 0) {
                return null;
            }
            return new Facts(stat.get(ValueLayout.JAVA_LONG, ST_SIZE), page,
                    stat.get(ValueLayout.JAVA_INT, ST_MODE) & PERMISSIONS, stat.get(ValueLayout.JAVA_INT, ST_UID));
        }
    }

    /** The same memory through a new descriptor that can only read; or a negative errno. */
    public static int readOnly(Syscalls linux, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) linux.call(Nr.OPENAT, AT_FDCWD, arena.allocateFrom("/proc/self/fd/" + descriptor).address(), O_CLOEXEC);
        }
    }

    /**
     * Maps a part of a file, shared with all who map it.
     *
     * @param offset a multiple of the file's page, like {@code size}
     * @param arena  whose end unmaps it
     * @return the mapping, read-only unless {@code write}
     * @throws SyscallException when Linux refuses
     */
    @SuppressWarnings("restricted") // this room is where native access is allowed
    public static MemorySegment map(Syscalls linux, int descriptor, long offset, long size, boolean write, Arena arena) {
        long address = linux.must("mmap", Nr.MMAP, 0, size, Mman.PROT_READ | (write ? Mman.PROT_WRITE : 0), Mman.MAP_SHARED,
                descriptor, offset);
        // Safe: the mapping just made has this size, and only the end of the arena unmaps it.
        MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(size, arena,
                mapped -> linux.blind(Nr.MUNMAP, address, size, 0, 0));
        return write ? memory : memory.asReadOnly();
    }
}
