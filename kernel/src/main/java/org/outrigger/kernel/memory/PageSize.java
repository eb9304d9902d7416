package org.outrigger.kernel.memory;

/** The sizes that a page can have on x86-64. */
public enum PageSize {
    /** 4 KiB. */
    SMALL(12, "4k"),
    /** 2 MiB. */
    LARGE(21, "2m"),
    /** 1 GiB. */
    GIGANTIC(30, "1g");

    private final int shift;
    private final String key;

    PageSize(int shift, String key) {
        this.shift = shift;
        this.key = key;
    }

    /** Bytes of a page. */
    public long bytes() {
        return 1L << shift;
    }

    /** Binary logarithm of its bytes, as {@code MAP_HUGE_SHIFT} takes it. */
    public int shift() {
        return shift;
    }

    /** The name on the command line and in reports. */
    public String key() {
        return key;
    }
}
