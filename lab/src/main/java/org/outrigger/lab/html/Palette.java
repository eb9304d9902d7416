package org.outrigger.lab.html;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The look of each arm: the same in all charts of a page, and for the arms that every report has, in all pages. Colours are those
 * of M. Okabe and K. Ito (Color Universal Design, 2008), which people with any kind of colour vision tell apart; lines are also
 * dashed differently, for print without colour.
 */
final class Palette {
    /** Colours by day and by night. */
    private static final String[][] COLOURS = {
        {"#d55e00", "#f0813a"}, {"#b5679a", "#d98fba"}, {"#0072b2", "#56a8e0"}, {"#00845f", "#2fc498"},
        {"#6b6b6b", "#a8a8a8"}, {"#c48a00", "#e8b13c"}, {"#3d93c6", "#8fcdf2"}, {"#7a4fbf", "#b08fe8"}};
    private static final String[] DASHES = {"", "7 3", "2 2.5", "", "1 3", "10 3 2 3", "4 4", "12 4"};
    private static final List<String> KNOWN = List.of("linux", "linux+cgroup", "linux+tuned", "lwk", "native", "lwk+fifo",
            "lwk+isolated");

    private final Map<String, Integer> looks = new LinkedHashMap<>();

    /** Looks for these arms, in the order in which charts show them. */
    Palette(List<String> arms) {
        // First those that no known arm has, then those of known arms that are not there.
        List<Integer> free = new ArrayList<>();
        for (int look = KNOWN.size(); look < COLOURS.length; look++) {
            free.add(look);
        }
        for (String known : KNOWN) {
            if (!arms.contains(known)) {
                free.add(KNOWN.indexOf(known));
            }
        }
        int next = 0;
        for (String arm : arms) {
            int known = KNOWN.indexOf(arm);
            looks.put(arm, known >= 0 ? known : free.get(next++ % free.size()));
        }
    }

    /** The class that colours an arm's marks. */
    String style(String arm) {
        return "a" + look(arm);
    }

    /** How an arm's lines are dashed; empty for not at all. */
    String dashes(String arm) {
        return DASHES[look(arm)];
    }

    private int look(String arm) {
        return looks.getOrDefault(arm, COLOURS.length - 1);
    }

    /** The colours as custom properties. */
    static String properties(boolean night) {
        StringBuilder text = new StringBuilder();
        for (int look = 0; look < COLOURS.length; look++) {
            text.append("--a").append(look).append(':').append(COLOURS[look][night ? 1 : 0]).append(';');
        }
        return text.toString();
    }

    /** The classes that use them: {@code color} is what marks are drawn with. */
    static String rules() {
        StringBuilder text = new StringBuilder();
        for (int look = 0; look < COLOURS.length; look++) {
            text.append(".a").append(look).append("{color:var(--a").append(look).append(")}\n");
        }
        return text.toString();
    }
}
