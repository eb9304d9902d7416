package org.outrigger.kernel.triage;

import java.util.Objects;
import org.outrigger.abi.ErrnoNames;

/**
 * The triage of one system call.
 *
 * @param number      its number in the x86-64 ABI
 * @param name        its name in {@code syscall_64.tbl}
 * @param disposition who serves it
 * @param errno       what the caller gets, positive, where the disposition is {@link Disposition#REFUSE}; else 0
 * @param reason      why, in a few words
 */
public record TriageLine(int number, String name, Disposition disposition, int errno, String reason) {

    /** Checks that there is an errno just where the call is refused. */
    public TriageLine {
        Objects.requireNonNull(name);
        Objects.requireNonNull(disposition);
        Objects.requireNonNull(reason);
        if (errno < 0 || (errno != 0) != (disposition == Disposition.REFUSE)) {
            throw new IllegalArgumentException(name + " is " + disposition + " with errno " + errno);
        }
    }

    /** The disposition, with the errno's name where the call is refused: {@code HERE}, {@code REFUSE EPERM}. */
    public String verdict() {
        return disposition == Disposition.REFUSE ? "REFUSE " + ErrnoNames.name(errno) : disposition.name();
    }
}
