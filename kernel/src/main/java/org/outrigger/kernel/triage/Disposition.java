package org.outrigger.kernel.triage;

/** Who serves a system call. */
public enum Disposition {

    /** The lightweight kernel, over the channel. */
    LWK(1, "the lightweight kernel, over the channel"),
    /** Linux, on the calling core. */
    HERE(0, "Linux, on the calling core"),
    /** Linux, on a Linux core, through a proxy. */
    SHIP(2, "Linux, on a Linux core, through a proxy"),
    /** An OS node. */
    OSN(3, "an OS node"),
    /** Nobody: the caller gets an errno. */
    REFUSE(4, "nobody: the caller gets an errno");

    private final byte code;
    private final String meaning;

    Disposition(int code, String meaning) {
        this.code = (byte) code;
        this.meaning = meaning;
    }

    /**
     * The value in the flattened table that the core-side runtime reads. {@link #HERE} is 0, so that a table of zeroes leaves
     * every call to Linux.
     */
    public byte code() {
        return code;
    }

    /** What it means, in a few words that follow on from "served by". */
    public String meaning() {
        return meaning;
    }
}
