package org.outrigger.lab.calls;

import java.util.List;
import java.util.Locale;

/** Under what the program runs. */
public enum Arm {
    /** Plain Linux, on the LWK cores. */
    NATIVE(List.of()),
    /** The LWK by its defaults: call sites are patched where that is safe. */
    LWK(List.of()),
    /** The LWK with every call trapped. */
    TRAP(List.of("--intercept=trap"));

    private final List<String> options;

    Arm(List<String> options) {
        this.options = options;
    }

    /** The name on the command line and in the JSON. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Options of {@code outrigger run}. */
    List<String> options() {
        return options;
    }
}
