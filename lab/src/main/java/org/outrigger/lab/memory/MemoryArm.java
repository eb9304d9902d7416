package org.outrigger.lab.memory;

import java.util.Locale;
import java.util.Optional;

/** Under what the program runs. */
public enum MemoryArm {
    /** Plain Linux, on the LWK cores. */
    NATIVE("plain Linux"),
    /**
     * Plain Linux, where the program asks for huge pages for all that it maps: the nearest to a setting of {@code always} for one
     * program that needs no privilege and changes nothing for others.
     */
    NATIVE_THP("plain Linux; the program asks for huge pages for all that it maps (madvise, glibc.malloc.hugetlb=1)"),
    /** The LWK by its defaults. */
    LWK("outrigger run, by its defaults");

    private static final String ADVISABLE = "madvise";

    private final String what;

    MemoryArm(String what) {
        this.what = what;
    }

    /** The name on the command line and in the JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What it is, for people. */
    public String what() {
        return what;
    }

    /**
     * Why it cannot be had.
     *
     * @param hugePages the system's setting of transparent huge pages
     * @return empty when it can
     */
    Optional<String> missing(String hugePages) {
        return this != NATIVE_THP || hugePages.equals(ADVISABLE) ? Optional.empty()
                : Optional.of("transparent huge pages are '" + hugePages + "' on this machine, and the program can only"
                        + " ask for them where they are '" + ADVISABLE + "'");
    }
}
