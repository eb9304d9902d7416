package org.outrigger.kernel.patch;

/**
 * A system call instruction that is left to dispatch by SIGSYS.
 *
 * @param vaddr  address of the {@code syscall}, before relocation
 * @param offset where it lies in the file, in bytes from its start
 * @param reason why it is no site
 */
public record LeftSite(long vaddr, long offset, Reason reason) {

    /** Why a call is no {@link Site}; the order is part of the cache's format. */
    public enum Reason {
        /** What stands before it may not run elsewhere, or another instruction than this one passes control to it. */
        OTHER_FORM("the instruction before it cannot be displaced"),
        /** Neither an .eh_frame entry nor a sized function symbol contains it. */
        NO_FUNCTION("in no known function"),
        /** The function has an instruction of unknown length, reaches beyond its segment, or begins nobody knows where. */
        UNDECODABLE("in a function that cannot be decoded"),
        /** Seen from the function's start these bytes lie in other instructions: it is none. */
        NO_BOUNDARY("not at an instruction boundary"),
        /** A direct branch of the function goes where linear decoding sees no instruction begin. */
        CONTRADICTED("in a function that jumps into its own instructions"),
        /** A direct branch of the function goes into the instruction before it. */
        ENTERED("a jump enters the instruction before it"),
        /** Only an indirect jump, an exception or nothing at all leads here; it may be data. */
        NOT_REACHED("not reached by direct control flow"),
        /** The function, or all of them together, are more than a search reads. */
        TOO_LARGE("more code than a search reads"),
        /** The instruction before it has room for a short jump only, and nothing near has room for a long one. */
        NO_ROOM("no room for a jump, and no padding near"),
        /** {@link PatchRule} refuses the call. */
        NEEDS_SIGNAL("a call that is made in a signal frame");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The reason as a report prints it. */
        public String text() {
            return text;
        }
    }
}
