package org.outrigger.lab.stats;

/** What may be said of an arm beside its baseline. */
public enum Verdict {
    /** It is better, by more than what was asked for. */
    FASTER("faster"),
    /** It is worse, by more than what was asked for. */
    SLOWER("slower"),
    /** The data support neither: there is no difference, or it is too small to be told from noise. */
    NO_DIFFERENCE("no difference");

    private final String word;

    Verdict(String word) {
        this.word = word;
    }

    /** As texts and JSON have it. */
    public String word() {
        return word;
    }
}
