package org.outrigger.abi;

/**
 * What {@code wait4} says of a child. Source: {@code wait(2)}, {@code sys/wait.h}, {@code linux/wait.h}.
 *
 * <pre>
 *    bits   31..16        15..8          7     6..0
 *    exited                status        0      0
 *    killed                              core  signal (1..126)
 *    stopped  ptrace event signal        0x7f
 *    continued            0xffff
 * </pre>
 */
public sealed interface WaitStatus {

    int WNOHANG = 0x1;
    int WUNTRACED = 0x2;
    int WCONTINUED = 0x8;
    int WNOWAIT = 0x0100_0000;
    /** Wait for every child, whatever signal it ends with ({@code __WALL}). */
    int WALL = 0x4000_0000;

    /** Ended by itself, with a status from 0 to 255. */
    record Exited(int status) implements WaitStatus {
    }

    /** Ended by a signal, with or without a core file. */
    record Killed(int signal, boolean core) implements WaitStatus {
    }

    /**
     * Stopped.
     *
     * @param signal the signal; with {@link Ptrace#O_TRACESYSGOOD} {@code SIGTRAP | 0x80} at a system call
     * @param event  one of {@link Ptrace}'s events, 0 for none
     */
    record Stopped(int signal, int event) implements WaitStatus {
    }

    /** Continued by SIGCONT. */
    record Continued() implements WaitStatus {
    }

    /** Reads the word that the kernel stored. */
    static WaitStatus decode(int word) {
        if ((word & 0xffff) == 0xffff) {
            return new Continued();
        }
        int low = word & 0x7f;
        if (low == 0) {
            return new Exited(word >> 8 & 0xff);
        }
        if ((word & 0xff) == 0x7f) {
            return new Stopped(word >> 8 & 0xff, word >>> 16);
        }
        return new Killed(low, (word & 0x80) != 0);
    }
}
