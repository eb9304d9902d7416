package org.outrigger.kernel.patch;

import java.util.Arrays;
import java.util.Optional;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.patch.ControlFlow.Kind;
import org.outrigger.kernel.patch.LeftSite.Reason;

/** One function, decoded from its start to its end and followed along its direct branches. Reused; for one thread. */
final class FunctionWalk {

    /** The largest function that is read, in bytes. */
    static final int LARGEST = 4 << 20;

    private static final int MOV_EAX = 0xb8;
    private static final int LOCK = 0xf0;
    private static final int KIND_SHIFT = 4;
    private static final int LENGTH_MASK = 15;
    private static final Kind[] KINDS = Kind.values();

    private byte[] code = new byte[8192];
    private int size;
    /** For each instruction, at its first byte: the length, and the kind's ordinal above it. Zero elsewhere. */
    private byte[] decoded = new byte[8192];
    private long[] reached = new long[128];
    private long[] targets = new long[128];
    private int[] pending = new int[64];
    private int pendingCount;
    private Optional<Reason> refusal = Optional.empty();

    /**
     * Decodes a function.
     *
     * @param offset     where it lies in the file
     * @param codeSize   bytes, 1 to {@link #LARGEST}, all within the file
     */
    void load(FileBytes file, long offset, int codeSize) {
        size = codeSize;
        if (code.length < size) {
            code = new byte[Math.max(size, code.length * 2)];
            decoded = new byte[code.length];
        }
        Arrays.fill(decoded, 0, size, (byte) 0);
        file.copy(offset, code, size);
        int words = (size >> 6) + 1;
        reached = cleared(reached, words);
        targets = cleared(targets, words);
        pendingCount = 0;
        if (!sweep()) {
            refusal = Optional.of(Reason.UNDECODABLE);
        } else {
            refusal = follow() ? Optional.empty() : Optional.of(Reason.CONTRADICTED);
        }
    }

    /** Why nothing in this function may be patched; empty where that depends on the place. */
    Optional<Reason> refusal() {
        return refusal;
    }

    /** What speaks against the {@code mov} and {@code syscall} at an index; empty where nothing does. */
    Optional<Reason> objection(int at) {
        if (refusal.isPresent()) {
            return refusal;
        }
        if (at < 0 || at + Site.SIZE > size || !isBoundary(at) || !isBoundary(at + Site.MOV_SIZE)) {
            return Optional.of(Reason.NO_BOUNDARY);
        }
        for (int inside = at + 1; inside < at + Site.MOV_SIZE; inside++) {
            if (has(targets, inside)) {
                return Optional.of(Reason.ENTERED);
            }
        }
        return Optional.empty();
    }

    /** Whether an instruction begins at an index to which direct control flow leads. */
    boolean isReached(int at) {
        return at >= 0 && at < size && has(reached, at);
    }

    private boolean sweep() {
        int at = 0;
        while (at < size) {
            int length = InstructionLength.of(code, at, size);
            if (length == 0) {
                return false;
            }
            Kind kind = ControlFlow.kind(code, at, length);
            decoded[at] = (byte) (kind.ordinal() << KIND_SHIFT | length);
            switch (kind) {
                case CONDITIONAL, JUMP, CALL -> {
                    long target = ControlFlow.target(code, at, length);
                    if (target >= 0 && target < size) {
                        set(targets, (int) target);
                    }
                }
                default -> { }
            }
            at += length;
        }
        return true;
    }

    private boolean follow() {
        push(0);
        while (pendingCount > 0) {
            int at = pending[--pendingCount];
            while (at < size && !has(reached, at)) {
                if (!isBoundary(at)) {
                    return false;
                }
                set(reached, at);
                int length = decoded[at] & LENGTH_MASK;
                boolean on = switch (KINDS[decoded[at] >> KIND_SHIFT]) {
                    case NEXT -> !endsProgram(at);
                    case STOP -> false;
                    case CONDITIONAL -> {
                        branch(ControlFlow.target(code, at, length));
                        yield true;
                    }
                    case JUMP -> {
                        branch(ControlFlow.target(code, at, length));
                        yield false;
                    }
                    // A call into the function's own middle may be one that never returns, to pop the address of data behind it.
                    case CALL -> !branch(ControlFlow.target(code, at, length));
                };
                if (!on) {
                    break;
                }
                at += length;
            }
        }
        return true;
    }

    /** Follows a branch later on; false if it leaves the function or goes to its start. */
    private boolean branch(long target) {
        if (target <= 0 || target >= size) {
            return false;
        }
        int at = (int) target;
        // The C library jumps over a lock prefix where there is one thread: the same instruction.
        boolean unlocked = !isBoundary(at) && (code[at - 1] & 0xff) == LOCK && isBoundary(at - 1);
        push(unlocked ? at - 1 : at);
        return true;
    }

    /** A {@code syscall} that does not return: data may stand behind it. */
    private boolean endsProgram(int at) {
        int mov = at - Site.MOV_SIZE;
        if (code[at] != 0x0f || code[at + 1] != 0x05 || mov < 0 || (code[mov] & 0xff) != MOV_EAX || !isBoundary(mov)) {
            return false;
        }
        int nr = ControlFlow.int32(code, mov + 1);
        return nr == Nr.EXIT || nr == Nr.EXIT_GROUP || nr == Nr.RT_SIGRETURN;
    }

    private void push(int at) {
        if (has(reached, at)) {
            return;
        }
        if (pendingCount == pending.length) {
            pending = Arrays.copyOf(pending, pending.length * 2);
        }
        pending[pendingCount++] = at;
    }

    private boolean isBoundary(int at) {
        return decoded[at] != 0;
    }

    private static long[] cleared(long[] bits, int words) {
        if (bits.length < words) {
            return new long[Math.max(words, bits.length * 2)];
        }
        Arrays.fill(bits, 0, words, 0);
        return bits;
    }

    private static boolean has(long[] bits, int at) {
        return (bits[at >> 6] >>> (at & 63) & 1) != 0;
    }

    private static void set(long[] bits, int at) {
        bits[at >> 6] |= 1L << (at & 63);
    }
}
