package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.attribution.Attribution;
import org.outrigger.lab.attribution.Culprit;
import org.outrigger.lab.attribution.Share;
import org.outrigger.lab.html.Page;
import org.outrigger.lab.load.Load;

/** Pages of noise that nobody has measured. */
public final class NoisePages {
    private static final int ROUNDS = 6;
    private static final int QUANTA = 2000;
    private static final double QUANTUM = 100_000;

    private NoisePages() {
    }

    /** Four arms beside no load, a load and a command; the quieter the farther to the right an arm stands. */
    public static Page rich(NoiseKernel kernel) {
        List<Arm> arms = Arm.parse("linux,linux+cgroup,linux+tuned,lwk");
        List<Load> loads = new ArrayList<>(List.of(Made.IDLE, Made.CPU));
        loads.addAll(Load.parse("make -C '/usr/src/<linux>'"));
        List<Cell> cells = new ArrayList<>();
        for (Load load : loads) {
            for (Arm arm : arms) {
                double[][] rounds = new double[ROUNDS][];
                for (int round = 0; round < ROUNDS; round++) {
                    rounds[round] = values(kernel, arms.indexOf(arm), loads.indexOf(load), round);
                }
                cells.add(Made.cell(kernel, arm.label(), load, rounds));
            }
        }
        NoiseReport report = Made.report(kernel, arms, loads, ROUNDS, cells);
        Attribution found = new Attribution("trace", 40, 9e6, 0.5, 0, List.of(
                new Share(new Culprit(Culprit.Kind.VECTOR, "local_timer"), 30, 6e6, 4e5),
                new Share(new Culprit(Culprit.Kind.USER_TASK, "<spin>"), 10, 3e6, 1e6)), List.of(), 3,
                List.of("no steal is told"));
        return NoiseHtml.page(new NoiseReport(report.request(), report.environment(), report.start(), report.duration(), false,
                cells,
                List.of(new Culprits(arms.get(0), loads.get(1), found)), report.setUps(), report.loads()), "9.9");
    }

    private static double[] values(NoiseKernel kernel, int arm, int load, int round) {
        Random random = new Random(arm * 100L + load * 10L + round);
        double[] values = new double[QUANTA];
        for (int i = 0; i < QUANTA; i++) {
            double detour = random.nextInt(30 + 400 * arm) <= load ? 4000 / Math.pow(random.nextDouble(), 1.2) : 0;
            values[i] = (kernel == NoiseKernel.FWQ ? QUANTUM + random.nextInt(200) : kernel == NoiseKernel.FTQ ? 0 : 900)
                    + detour;
        }
        return values;
    }

    /** One arm, one round, all values the same. */
    public static Page even() {
        List<Arm> arms = Arm.parse("lwk");
        return NoiseHtml.page(Made.report(NoiseKernel.FWQ, arms, List.of(Made.IDLE), 1,
                List.of(Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE, Made.quanta(50, QUANTUM, 51, 0)))), "9.9");
    }

    /** A measurement that was ended before anything was measured. */
    public static Page empty() {
        List<Arm> arms = Arm.parse("linux,lwk");
        return NoiseHtml.page(Made.report(NoiseKernel.FWQ, arms, List.of(Made.IDLE), 2, List.of(
                Made.cell(NoiseKernel.FWQ, "linux", Made.IDLE), Made.cell(NoiseKernel.FWQ, "lwk", Made.IDLE))), "9.9");
    }
}
