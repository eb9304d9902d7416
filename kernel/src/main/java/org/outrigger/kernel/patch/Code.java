package org.outrigger.kernel.patch;

import java.util.Arrays;
import java.util.HexFormat;

/** Some bytes of code. Immutable; equal where the bytes are. */
public final class Code {

    /** No bytes. */
    public static final Code EMPTY = new Code(new byte[0]);

    private final byte[] bytes;

    private Code(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of bytes {@code from} to {@code to}, exclusive. */
    public static Code of(byte[] bytes, int from, int to) {
        return new Code(Arrays.copyOfRange(bytes, from, to));
    }

    /** A copy of bytes. */
    public static Code of(byte... bytes) {
        return new Code(bytes.clone());
    }

    /** How many. */
    public int size() {
        return bytes.length;
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Code code && Arrays.equals(bytes, code.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
