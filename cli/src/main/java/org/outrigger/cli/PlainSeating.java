package org.outrigger.cli;

import java.util.Optional;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.node.CoreSplit;

/** A run without a partition. It changes nothing of the node. */
final class PlainSeating implements Seating {
    private final Settings settings;
    private final Surroundings surroundings;
    private final CoreSplit cores;

    PlainSeating(Settings settings, Surroundings surroundings) throws RefusalException {
        this.settings = settings;
        this.surroundings = surroundings;
        this.cores = Cores.of(settings, surroundings).split();
    }

    @Override
    public CoreSplit cores() {
        return cores;
    }

    @Override
    public MemoryAmounts amounts(int ranks) throws RefusalException {
        return MemoryAmounts.of(settings, surroundings, ranks);
    }

    @Override
    public boolean realTime() {
        return false;
    }

    @Override
    public Optional<Seat> planned() {
        return Optional.empty();
    }

    @Override
    public Optional<Seat> take(String program) {
        return Optional.empty();
    }

    @Override
    public void abandon() {
        // nothing was taken
    }
}
