package org.outrigger.kernel.report;

import java.util.Objects;

/**
 * Something that ran under plain Linux.
 *
 * @param pid  process id
 * @param what the program or the part of it, such as {@code /usr/bin/sudo}
 * @param why  the reason, as a phrase: {@code set-user-id program}
 */
public record LeftToLinux(long pid, String what, String why) {
    public LeftToLinux {
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(why, "why");
    }
}
