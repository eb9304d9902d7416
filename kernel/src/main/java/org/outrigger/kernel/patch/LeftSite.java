package org.outrigger.kernel.patch;

/**
 * A system call instruction that is left to dispatch by SIGSYS.
 *
 * @param vaddr  address of the {@code mov}, or of the {@code syscall} for {@link Reason#OTHER_FORM}; before relocation
 * @param reason why it is no site
 */
public record LeftSite(long vaddr, Reason reason) {

    /** Why a call is no {@link Site}; the order is part of the cache's format. */
    public enum Reason {
        /** A {@code syscall} that control flow reaches, with something else than {@code mov $nr,%eax} before it. */
        OTHER_FORM("not preceded by mov $nr,%eax"),
        /** Neither an .eh_frame entry nor a sized function symbol contains it. */
        NO_FUNCTION("in no known function"),
        /** The function has an instruction of unknown length, or reaches beyond its segment. */
        UNDECODABLE("in a function that cannot be decoded"),
        /** Seen from the function's start these bytes lie in other instructions. */
        NO_BOUNDARY("not at an instruction boundary"),
        /** A direct branch of the function goes where linear decoding sees no instruction begin. */
        CONTRADICTED("in a function that jumps into its own instructions"),
        /** A direct branch of the function goes into the {@code mov}. */
        ENTERED("a jump enters the mov"),
        /** Only an indirect jump, an exception or nothing at all leads here; it may be data. */
        NOT_REACHED("not reached by direct control flow"),
        /** The function, or all of them together, are more than a search reads. */
        TOO_LARGE("more code than a search reads");

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
