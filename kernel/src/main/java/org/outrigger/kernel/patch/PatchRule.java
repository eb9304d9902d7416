package org.outrigger.kernel.patch;

import org.outrigger.abi.SyscallNames;
import org.outrigger.corert.Layout;

/**
 * Which system calls may be made from a patched site at all.
 *
 * <p>Left to dispatch by SIGSYS are those that the runtime makes in a signal frame ({@code FRAME_CALLS} in layout.h), and numbers
 * that the ABI does not know. Where the number is in a register, the runtime decides at each call.
 */
public final class PatchRule {

    private static final long[] IN_FRAME = {
        Layout.FRAME_CALLS_0, Layout.FRAME_CALLS_1, Layout.FRAME_CALLS_2, Layout.FRAME_CALLS_3,
        Layout.FRAME_CALLS_4, Layout.FRAME_CALLS_5, Layout.FRAME_CALLS_6, Layout.FRAME_CALLS_7,
    };

    private PatchRule() {
    }

    /** Whether a site that makes call {@code nr} may be patched; false for a number that is none of the ABI's. */
    public static boolean allows(int nr) {
        return nr == Site.ANY || nr >= 0 && nr < Site.NR_LIMIT && (IN_FRAME[nr >> 6] >>> (nr & 63) & 1) == 0
                && SyscallNames.name(nr).isPresent();
    }
}
