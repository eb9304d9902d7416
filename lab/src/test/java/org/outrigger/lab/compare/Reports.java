package org.outrigger.lab.compare;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.environment.Fact;
import org.outrigger.lab.load.Load;

/** Comparisons that nobody has measured. */
final class Reports {
    private Reports() {
    }

    static CompareRequest request(String arms, int rounds, double threshold, List<String> expressions) {
        Ground ground = new Ground(Path.of("/opt/outrigger"), Map.of(), new int[] {0, 1, 2}, new int[] {1, 2}, new int[] {0});
        return new CompareRequest(List.of("./solver", "a \"quoted\" word"), Path.of("/dev/null"), ground, Arm.parse(arms),
                List.of(Load.NOTHING), rounds, 1, Optional.empty(), FigureOfMerit.parse(expressions, List.of()),
                threshold, true, false, true, List.of());
    }

    static Run good(int round, double wall, double merit, int merits) {
        Usage program = new Usage(wall, wall / 2, wall / 4, 1000 + round, 0, 3, 4);
        Usage launched = new Usage(wall + 0.2, wall / 2, wall / 4 + 0.1, 5000, 0, 3, 4);
        return new Run(round, 0, Optional.of(program), Optional.of(launched), 5 << 20, IntStream.range(0, merits)
                .mapToObj(any -> merit).toList(), Optional.empty());
    }

    static Run failed(int round, int merits) {
        return new Run(round, 0, Optional.empty(), Optional.empty(), 0, IntStream.range(0, merits).mapToObj(any -> Double.NaN)
                .toList(), Optional.of("exited with status 3, \"badly\""));
    }

    /** Arms whose wall time is {@code factors} times some seconds with a little noise, and whose merits are its inverse. */
    static CompareReport report(CompareRequest request, double... factors) {
        List<ArmRuns> arms = new ArrayList<>();
        for (int arm = 0; arm < factors.length; arm++) {
            List<Run> runs = new ArrayList<>();
            for (int round = 1; round <= request.rounds(); round++) {
                double wall = factors[arm] * (1 + 0.001 * ((round * 7 + arm * 5) % 11 - 5));
                runs.add(good(round, wall, 1 / wall, request.merits().size()));
            }
            arms.add(new ArmRuns(request.arms().get(arm), runs));
        }
        return report(request, arms);
    }

    static CompareReport report(CompareRequest request, List<ArmRuns> arms) {
        Environment machine = new Environment("6.1", "a processor", true, "tsc", "madvise", "25", "", List.of(
                new Fact("boot_parameters", "boot parameters", "quiet")));
        List<ArmFacts> facts = request.arms().stream().map(arm -> new ArmFacts(arm,
                arm.kind().onLwk() ? OptionalLong.empty() : OptionalLong.of(144), "counting", List.of("a change"),
                List.of("a wish")))
                .toList();
        return new CompareReport(request, machine, Instant.EPOCH, Duration.ofSeconds(5), false,
                List.of(new LoadRuns(Load.NOTHING, "", arms)), facts, List.of("A note."));
    }
}
