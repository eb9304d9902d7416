package org.outrigger.lab.stats;

/** Which way a figure is good. */
public enum Better {
    /** Times, for example. */
    LOWER,
    /** Rates, for example. */
    HIGHER;

    /** As texts and JSON have it. */
    public String word() {
        return this == LOWER ? "lower" : "higher";
    }
}
