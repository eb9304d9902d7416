package org.outrigger.host.share;

/** Which pages a segment consists of; the order is that of {@code outrigger.h}. */
public enum PageKind {
    /** Of 4 KiB. */
    BASE,
    /** Of 4 KiB, for which huge pages were asked: Linux uses them where it can. */
    TRANSPARENT,
    /** Of the huge-page pool. */
    POOL
}
