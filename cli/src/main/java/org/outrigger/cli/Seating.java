package org.outrigger.cli;

import java.util.Optional;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.node.CoreSplit;

/** Where a run takes its cores and its memory from: what is left of the node, a partition, or one that is made for it. */
interface Seating {
    /** The cores. */
    CoreSplit cores();

    /** The memory, for a job of so many ranks. */
    MemoryAmounts amounts(int ranks) throws RefusalException;

    /** Whether the threads of a job that has a seat run in real time where the user says nothing of it. */
    boolean realTime();

    /** The seat as it would be; absent where there is none. Nothing is changed. */
    Optional<Seat> planned() throws RefusalException;

    /**
     * Takes the seat, for a program.
     *
     * @return absent where the job runs without one
     */
    Optional<Seat> take(String program) throws RefusalException;

    /** What was taken is not needed after all: the job was not started. */
    void abandon();

    /** The way that the settings of a run choose. */
    static Seating of(Settings settings, Surroundings surroundings) throws RefusalException {
        boolean isolate = settings.flag(Setting.ISOLATE);
        String partition = settings.text(Setting.PARTITION);
        if (isolate && partition != null && settings.typed(Setting.PARTITION)) {
            throw settings.bad(Setting.ISOLATE, "a run is either in a partition that there is, '" + partition
                    + "', or in one that is made for it");
        }
        if (isolate) {
            return new IsolatedSeating(settings, surroundings);
        }
        return partition == null ? new PlainSeating(settings, surroundings)
                : new PartitionSeating(settings, surroundings, partition);
    }
}
