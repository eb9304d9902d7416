package org.outrigger.host.share;

/** What is to be done with a segment. */
public enum Access {
    READ(1, 4),
    /** And read. */
    WRITE(2, 6);

    private final int code;
    private final int bits;

    Access(int code, int bits) {
        this.code = code;
        this.bits = bits;
    }

    /** As it stands in requests. */
    public int code() {
        return code;
    }

    /** What of {@code rwx} it needs. */
    public int bits() {
        return bits;
    }
}
