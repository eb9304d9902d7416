package org.outrigger.systest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a program is run where that makes a difference to those who look at it from outside. */
enum LwkWay {
    /** Not on the LWK. */
    NATIVE,
    /** With its call sites patched from the first call on. */
    PATCHED,
    /** With all its calls trapped. */
    TRAPPED;

    /** The ways that are on the LWK. */
    static List<LwkWay> all() {
        return List.of(PATCHED, TRAPPED);
    }

    List<String> command(String... program) {
        return switch (this) {
            case NATIVE -> new ArrayList<>(List.of(program));
            case PATCHED -> Outrigger.run(List.of(), List.of(program));
            case TRAPPED -> Outrigger.run(List.of("--intercept=trap"), List.of(program));
        };
    }

    Map<String, String> environment() {
        return this == PATCHED ? Map.of("OUTRIGGER_JVM_FLAGS", "-Doutrigger.patch.after=1") : Map.of();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
