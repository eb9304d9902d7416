package org.outrigger.lab.compare;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.load.Load;

/**
 * What is to be compared, and how.
 *
 * @param command   the program and its arguments
 * @param input     what each run reads as its standard input, opened anew for each
 * @param ground    where everything runs
 * @param arms      at least two, the first of which is the baseline
 * @param loads     at least one; the arms are compared beside each of them
 * @param rounds    1 or more
 * @param warmUps   runs of each arm that go before and do not count
 * @param timeout   how long one run may take
 * @param merits    what is read from the output
 * @param threshold how much has to differ to count: 0.1 for 10 %
 * @param keepGoing whether a run that fails ends only itself
 * @param show      whether the output of each run is shown
 * @param count     whether system calls are counted, in one more run under each kind of arm
 * @param notes     what is known of the program beforehand, one sentence each
 */
public record CompareRequest(List<String> command, Path input, Ground ground, List<Arm> arms, List<Load> loads, int rounds,
                             int warmUps, Optional<Duration> timeout, List<FigureOfMerit> merits, double threshold,
                             boolean keepGoing, boolean show, boolean count, List<String> notes) {
    /** Where a load runs. */
    public int[] cpusOf(Load load) {
        return load.unconfined() ? ground.allowed() : ground.linuxCores();
    }
}
