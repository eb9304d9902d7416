package org.outrigger.cli;

import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.Progress;

/** Has a benchmark done while its user may watch, and prints its figures. */
final class Watch {
    /** What is measured. */
    interface Measurement {
        /** Measures, and renders the figures. */
        String figures(Progress progress) throws ArmFailedException;
    }

    private final Surroundings surroundings;

    Watch(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Has something measured and prints its figures.
     *
     * @param stop ends it early; another thread calls it
     * @return 0
     * @throws RefusalException when an arm fails
     */
    int over(Measurement measurement, Runnable stop) throws RefusalException {
        try (Vigil vigil = new Vigil(surroundings, stop)) {
            String figures = figures(measurement, vigil);
            vigil.clear();
            surroundings.out().print(figures);
            surroundings.out().flush();
            return ExitStatus.OK;
        }
    }

    private static String figures(Measurement measurement, Vigil vigil) throws RefusalException {
        try {
            return measurement.figures((round, rounds, what) ->
                    vigil.progress((round == 0 ? "warming up" : "round " + round + " of " + rounds) + ": " + what));
        } catch (ArmFailedException failed) {
            vigil.clear();
            throw new RefusalException(ExitStatus.BENCHMARK_FAILED, failed.getMessage());
        }
    }
}
