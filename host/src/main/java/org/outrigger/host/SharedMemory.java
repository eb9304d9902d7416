package org.outrigger.host;

import java.lang.foreign.MemorySegment;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/**
 * A memfd mapped whole, readable and writable. It has no name in any file system, so nothing is left behind when the last
 * process that maps it ends. Source: {@code memfd_create(2)}.
 *
 * @param descriptor the memfd
 * @param memory     all of it
 */
public record SharedMemory(int descriptor, MemorySegment memory) {
    private static final long MFD_CLOEXEC = 1;
    private static final long MFD_EXEC = 0x10;

    /**
     * Creates one.
     *
     * @param name shown in {@code /proc/PID/maps}, ASCII
     * @param size bytes, a multiple of the page
     */
    @SuppressWarnings("restricted") // this room is where native access is allowed
    public static SharedMemory create(Syscalls linux, String name, long size) {
        MemorySegment text = CString.of(name);
        long fd = linux.call(Nr.MEMFD_CREATE, text.address(), MFD_CLOEXEC | MFD_EXEC, 0);
        if (fd == -Errno.EINVAL) { // MFD_EXEC is Linux 6.3's; before, every memfd may be executed
            fd = linux.must("memfd_create", Nr.MEMFD_CREATE, text.address(), MFD_CLOEXEC, 0);
        } else if (fd < 0) {
            throw new SyscallException("memfd_create", (int) -fd);
        }
        linux.must("ftruncate", Nr.FTRUNCATE, fd, size, 0);
        long address = linux.must("mmap", Nr.MMAP, 0, size, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0);
        // Safe: the mapping just made has this size and is never unmapped.
        return new SharedMemory((int) fd, MemorySegment.ofAddress(address).reinterpret(size));
    }
}
