package org.outrigger.kernel.memory;

/** Why memory has smaller pages than it might. A fact for the report, never an error of the program. */
public enum Shortfall {
    /** A piece was worth pages of 1 GiB. */
    NO_GIGANTIC("1 GiB pages: the pool had too few free; smaller ones were taken"),
    /** A piece was worth pages of 2 MiB from the pool. */
    NO_LARGE("2 MiB pages: the pool had too few free; transparent huge pages were asked for"),
    /** The pages were promised, but could not be taken. */
    NOT_POPULATED("huge pages: a control group or a NUMA node refused those that the pool had promised"),
    /** A call of the program needs the semantics of small pages. */
    DEMOTED("huge pages: some were replaced by ordinary memory, for a call that concerns a part of one or for a fork"),
    /** They should have been replaced, and could not. */
    NOT_DEMOTED("huge pages: some could not be replaced by ordinary memory: threads could not be held, or memory was short"),
    /** Linux gives none. */
    NO_TRANSPARENT("transparent huge pages: Linux has them switched off");

    private final String text;

    Shortfall(String text) {
        this.text = text;
    }

    /** One line for people. */
    public String text() {
        return text;
    }
}
