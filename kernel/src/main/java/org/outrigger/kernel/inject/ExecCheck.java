package org.outrigger.kernel.inject;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.outrigger.host.CString;
import org.outrigger.host.ProcFile;

/**
 * Files that are better not traced over their exec: Linux takes the extra privileges of set-user-id programs and of file
 * capabilities away from a program whose tracer lacks them. Source: {@code execve(2)}, {@code capabilities(7)}.
 */
final class ExecCheck {
    private static final int S_ISUID = 04000;
    private static final int S_ISGID = 02000;
    private static final int S_IXGRP = 00010;
    private static final MemorySegment CAPABILITY = CString.of("security.capability");

    private final ProcFile files;

    ExecCheck(ProcFile files) {
        this.files = files;
    }

    /** Why a file runs on plain Linux; empty where it need not. An unreadable path is for {@code execve} to judge. */
    Optional<String> plainLinux(String path) {
        long mode = files.mode(path);
        if (mode < 0) {
            return Optional.empty();
        }
        if ((mode & S_ISUID) != 0 || (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
            return Optional.of("set-user-id or set-group-id program");
        }
        return files.hasAttribute(path, CAPABILITY) ? Optional.of("program with file capabilities") : Optional.empty();
    }
}
