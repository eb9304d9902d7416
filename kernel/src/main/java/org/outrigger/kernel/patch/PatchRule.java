package org.outrigger.kernel.patch;

import java.util.Set;
import org.outrigger.abi.Nr;
import org.outrigger.abi.SyscallNames;

/**
 * Which system calls may be made from a patched site at all.
 *
 * <p>Left to dispatch by SIGSYS are the calls that need the application's whole register frame or its own stack pointer, that
 * change what a signal does or whether it arrives, that start or replace an image or a thread, that end one, and that change
 * dispatch itself; none of them is worth a fast way. So are numbers that the ABI does not know.
 */
public final class PatchRule {

    private static final Set<Integer> NEVER = Set.of(
            Nr.RT_SIGRETURN, Nr.RESTART_SYSCALL);

    private PatchRule() {
    }

    /** Whether a site that makes call {@code nr} may be patched; false for any number that is none of the ABI's. */
    public static boolean allows(int nr) {
        return nr >= 0 && nr < Site.NR_LIMIT && !NEVER.contains(nr) && SyscallNames.name(nr).isPresent();
    }
}
