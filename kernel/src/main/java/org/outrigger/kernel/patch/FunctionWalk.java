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
    /** Bytes of a {@code nop} that is nothing else: shorter ones may be data. */
    private static final int LONG_NOP = 4;
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
    /** Where direct branches go that leave the function, from its first byte. */
    private long[] outward = new long[256];
    private int outwardCount;
    private boolean jumpsIndirectly;
    private Kind last = Kind.STOP;
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
        outwardCount = 0;
        jumpsIndirectly = false;
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

    /** What speaks against displacing the instruction before the {@code syscall} at an index; empty where nothing does. */
    Optional<Reason> objection(int at) {
        if (refusal.isPresent()) {
            return refusal;
        }
        boolean behind = at == size; // control falls off the function's end into the syscall
        if (at < 0 || !behind && (at + Site.SYSCALL_SIZE > size || !isBoundary(at))) {
            return Optional.of(Reason.NO_BOUNDARY);
        }
        int length = lengthBefore(at);
        if (length == 0 || kind(at - length) != Kind.NEXT || !Displacement.isAllowed(code, at - length)) {
            return Optional.of(Reason.OTHER_FORM);
        }
        return has(targets, at - length + 1, at) ? Optional.of(Reason.ENTERED) : Optional.empty();
    }

    /** Bytes of the instruction that ends where the one at an index begins; 0 where there is none. */
    int lengthBefore(int at) {
        for (int length = 1; length <= InstructionLength.LONGEST && length <= at; length++) {
            if (isBoundary(at - length)) {
                return (decoded[at - length] & LENGTH_MASK) == length ? length : 0;
            }
        }
        return 0;
    }

    /** The number of the call at an index, as the instruction before it has it; {@link Site#ANY} where that does not. */
    int number(int at, int length) {
        int from = at - length;
        if (length == 5 && (code[from] & 0xff) == MOV_EAX) {
            return limited(ControlFlow.int32(code, from + 1));
        }
        if (length == 7 && code[from] == 0x48 && (code[from + 1] & 0xff) == 0xc7 && (code[from + 2] & 0xff) == 0xc0) {
            return limited(ControlFlow.int32(code, from + 3));
        }
        boolean zero = length == 2 && (code[from] == 0x31 || code[from] == 0x33) && (code[from + 1] & 0xff) == 0xc0;
        return zero ? 0 : Site.ANY;
    }

    private static int limited(int nr) {
        return nr >= 0 && nr < Site.NR_LIMIT ? nr : Site.NR_LIMIT;
    }

    /** A copy of bytes of the function. */
    Code code(int from, int to) {
        return Code.of(code, from, to);
    }

    /** Whether an instruction begins at an index to which direct control flow leads. */
    boolean isReached(int at) {
        return at >= 0 && at < size && has(reached, at);
    }

    /** Whether the function ends with an instruction that does not pass control to what stands behind it. */
    boolean isClosed() {
        return refusal.isEmpty() && (last == Kind.STOP || last == Kind.JUMP);
    }

    /** How many direct branches leave the function. */
    int outwardCount() {
        return outwardCount;
    }

    /** Where such a branch goes, counted from the function's first byte. */
    long outward(int i) {
        return outward[i];
    }

    /**
     * The end of padding that begins at an index: {@code nop}s that align what follows, behind an instruction that passes control
     * elsewhere, entered by nothing. The index itself where there is none, or where the function jumps to computed places.
     */
    int paddingEnd(int from) {
        int before = from > 0 && from < size && refusal.isEmpty() && !jumpsIndirectly ? lengthBefore(from) : 0;
        if (before == 0 || kind(from - before) != Kind.STOP && kind(from - before) != Kind.JUMP || has(targets, from)) {
            return from;
        }
        int to = from;
        boolean isLong = false;
        while (to < size && isBoundary(to) && !has(reached, to) && !has(targets, to)) {
            int length = decoded[to] & LENGTH_MASK;
            if (!Padding.isNop(code, to, length) || has(targets, to + 1, to + length)) {
                break;
            }
            isLong |= length >= LONG_NOP;
            to += length;
        }
        return isLong ? to : from;
    }

    /** The next index at which {@link #paddingEnd} may find something: behind an instruction that passes control elsewhere. */
    int afterStop(int from) {
        for (int at = from; at < size; at++) {
            if (isBoundary(at) && (kind(at) == Kind.STOP || kind(at) == Kind.JUMP)) {
                return at + (decoded[at] & LENGTH_MASK);
            }
        }
        return size;
    }

    private boolean sweep() {
        int at = 0;
        while (at < size) {
            int length = InstructionLength.of(code, at, size);
            if (length == 0) {
                return false;
            }
            last = ControlFlow.kind(code, at, length);
            decoded[at] = (byte) (last.ordinal() << KIND_SHIFT | length);
            switch (last) {
                case CONDITIONAL, JUMP, CALL -> note(ControlFlow.target(code, at, length));
                case STOP -> jumpsIndirectly |= ControlFlow.isIndirect(code, at);
                default -> { }
            }
            at += length;
        }
        return true;
    }

    private void note(long target) {
        if (target >= 0 && target < size) {
            set(targets, (int) target);
            return;
        }
        if (outwardCount == outward.length) {
            outward = Arrays.copyOf(outward, outward.length * 2);
        }
        outward[outwardCount++] = target;
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
                boolean on = switch (kind(at)) {
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
        int length = code[at] == 0x0f && code[at + 1] == 0x05 ? lengthBefore(at) : 0;
        int nr = length == 0 ? Site.ANY : number(at, length);
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

    private Kind kind(int at) {
        return KINDS[decoded[at] >> KIND_SHIFT];
    }

    private static boolean has(long[] bits, int from, int to) {
        for (int at = from; at < to; at++) {
            if (has(bits, at)) {
                return true;
            }
        }
        return false;
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
