package org.outrigger.kernel.patch;

/**
 * A call site that may be patched: a {@code syscall} instruction and the one before it, which makes room for a jump and runs in a
 * trampoline instead.
 *
 * @param vaddr  address of the displaced instruction as the ELF file states it, before relocation
 * @param offset where it lies in the file, in bytes from its start
 * @param nr     number of the call, 0 to 511; {@link #ANY} where it is not known before the call is made
 * @param code   the displaced instruction, 2 to 15 bytes
 * @param hole   where a far jump goes that does not fit here; empty where it does
 */
public record Site(long vaddr, long offset, int nr, Code code, Hole hole) {

    /** The number of a call that a register holds. */
    public static final int ANY = -1;

    /** Numbers from here on are no sites: x32's begin at 512. */
    public static final int NR_LIMIT = 512;

    /** Bytes of a {@code jmp rel32}. */
    public static final int JUMP_SIZE = 5;

    /** Bytes of a {@code jmp rel8}. */
    public static final int HOP_SIZE = 2;

    /** Bytes of a {@code syscall}. */
    public static final int SYSCALL_SIZE = 2;

    /**
     * Padding that nothing executes, with room for a {@code jmp rel32}.
     *
     * @param vaddr address, before relocation; 0 for none
     * @param code  what stands there, {@link #JUMP_SIZE} bytes; empty for none
     */
    public record Hole(long vaddr, Code code) {
        /** No hole is needed. */
        public static final Hole NONE = new Hole(0, Code.EMPTY);
    }

    /** Whether the far jump stands in a hole. */
    public boolean hops() {
        return hole.code().size() > 0;
    }

    /** The address of the {@code syscall}, before relocation. */
    public long syscall() {
        return vaddr + code.size();
    }

    /** Bytes of the displaced instruction and the {@code syscall}: the call returns to {@code vaddr + size()}. */
    public int size() {
        return code.size() + SYSCALL_SIZE;
    }

    /** From the end of the jump that stands here to the hole, in bytes; 0 for none. */
    int hop() {
        return hops() ? (int) (hole.vaddr() - vaddr - HOP_SIZE) : 0;
    }
}
