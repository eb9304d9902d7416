package org.outrigger.host;

import org.outrigger.abi.ErrnoNames;

/** A system call of the LWK's own failed where it must not. */
public final class SyscallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /** @param errno positive */
    public SyscallException(String call, int errno) {
        super(call + ": " + ErrnoNames.message(errno));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
