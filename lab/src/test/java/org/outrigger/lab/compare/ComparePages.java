package org.outrigger.lab.compare;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.lab.html.Page;
import org.outrigger.lab.load.Load;

/** Pages of comparisons that nobody has measured. */
public final class ComparePages {
    private static final int ROUNDS = 14;

    private ComparePages() {
    }

    /** Four arms, one of them named twice, beside two loads, with a figure of merit; one run has failed. */
    public static Page rich() {
        CompareRequest one = Reports.request("linux,linux,linux+tuned,lwk", ROUNDS, 0.05, List.of("(?<rate>.)"));
        List<Load> loads = Load.parse("none,cpu");
        CompareRequest request = new CompareRequest(one.command(), one.input(), one.ground(), one.arms(), loads, ROUNDS,
                1, one.timeout(), one.merits(), one.threshold(), true, false, true, List.of());
        CompareReport idle = Reports.report(request, 1, 1.002, 0.98, 0.7);
        CompareReport busy = Reports.report(request, 1.6, 1.61, 1.1, 0.71);
        List<ArmRuns> arms = new ArrayList<>(busy.loads().get(0).arms());
        List<Run> runs = new ArrayList<>(arms.get(0).runs());
        runs.set(3, Reports.failed(4, 1));
        arms.set(0, new ArmRuns(arms.get(0).arm(), runs));
        return CompareHtml.page(new CompareReport(request, idle.environment(), idle.start(), idle.duration(), true,
                List.of(idle.loads().get(0), new LoadRuns(loads.get(1), "spin 1", arms)), idle.arms(), idle.notes()), "9.9");
    }

    /** A comparison of which nothing was measured. */
    public static Page empty() {
        CompareRequest request = Reports.request("linux,lwk", 1, 0, List.of());
        return CompareHtml.page(Reports.report(request, request.arms().stream().map(arm -> new ArmRuns(arm, List.of())).toList()),
                "9.9");
    }

    /** A comparison of one round, whose intervals have no ends. */
    public static Page single() {
        return CompareHtml.page(Reports.report(Reports.request("linux,lwk", 1, 0, List.of()), 1, 0.5), "9.9");
    }
}
