package org.outrigger.lab.noise;

import java.util.Locale;

/** A measuring loop; {@code noise.c} defines them. */
public enum NoiseKernel {
    /** Fixed work quantum. A value is the time that the same work took. */
    FWQ("time of a quantum"),
    /** Fixed time quantum. A value is the time of an interval in which no work was done. */
    FTQ("time lost in an interval"),
    /** Selfish detour. A value is the time for which the loop did not run. */
    SELFISH("duration of a detour");

    private final String value;

    NoiseKernel(String value) {
        this.value = value;
    }

    /** The name on the command line and in the JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What its values are. */
    public String value() {
        return value;
    }
}
