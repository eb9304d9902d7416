package org.outrigger.lab.memory;

import java.util.Optional;
import org.outrigger.lab.batch.Answer;

/**
 * An answer of the program.
 *
 * @param answer how long it took
 * @param usage  what it cost besides; empty when it failed
 */
record Reading(Answer answer, Optional<Usage> usage) {
    private static final String BAR = " | ";

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Reading parse(String line) {
        int bar = line.indexOf(BAR);
        if (bar >= 0) {
            Usage usage = Usage.parse(line.substring(bar + BAR.length()));
            return new Reading(Answer.parse(line.substring(0, bar)), Optional.of(usage));
        }
        Answer failed = Answer.parse(line);
        if (failed.failure().isEmpty()) {
            throw new IllegalArgumentException("not what a batch has used: " + line);
        }
        return new Reading(failed, Optional.empty());
    }
}
