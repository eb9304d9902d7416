package org.outrigger.lab.noise;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.outrigger.lab.arms.ArmKind;
import org.outrigger.lab.load.Load;
import org.outrigger.lab.stats.Estimate;

/**
 * What the project promises of noise on an LWK core, and whether the data of a report keep it. Only of fixed work.
 *
 * @param text     the promise
 * @param measured what was measured, for people
 * @param met      whether it is kept
 */
public record Promise(String text, String measured, boolean met) {
    private static final double MOST_OVER_IDLE = 1.2;
    private static final double LEAST_BELOW_LINUX = 5;

    /** The promises that these cells can tell of. */
    static List<Promise> all(List<Cell> cells) {
        List<Promise> all = new ArrayList<>();
        for (Cell cell : cells) {
            if (!cell.arm().kind().onLwk() || cell.load().kind() == Load.Kind.NONE || cell.kernel() != NoiseKernel.FWQ) {
                continue;
            }
            String who = cell.arm() + ", load " + cell.load() + ": ";
            cells.stream().filter(other -> other.arm().equals(cell.arm()) && other.load().kind() == Load.Kind.NONE).findFirst()
                    .flatMap(idle -> cell.ratio(idle, Tail.P99_9)).ifPresent(ratio -> all.add(
                            new Promise(who + "99.9 % within " + MOST_OVER_IDLE + "x of idle", times(ratio),
                                    ratio.value() <= MOST_OVER_IDLE)));
            find(cells, ArmKind.LINUX_TUNED, cell.load()).ifPresent(tuned -> noWorse(cell, tuned, who).ifPresent(all::add));
            find(cells, ArmKind.LINUX, cell.load()).flatMap(linux -> linux.ratio(cell, Tail.P99)).ifPresent(ratio -> all.add(
                    new Promise(who + "99 % at least " + (int) LEAST_BELOW_LINUX + "x below linux", times(ratio),
                            ratio.value() >= LEAST_BELOW_LINUX)));
        }
        return all;
    }

    private static Optional<Cell> find(List<Cell> cells, ArmKind kind, Load load) {
        return cells.stream().filter(cell -> cell.arm().kind() == kind && cell.load().equals(load)).findFirst();
    }

    private static Optional<Promise> noWorse(Cell cell, Cell tuned, String who) {
        StringBuilder measured = new StringBuilder();
        boolean met = true;
        for (Tail tail : Tail.values()) {
            // One round has no interval, and beyond none nothing can be.
            Optional<Estimate> ratio = cell.ratio(tuned, tail).filter(known -> Double.isFinite(known.high()));
            if (ratio.isPresent()) {
                measured.append(measured.isEmpty() ? "" : "; ").append(tail.text()).append(' ').append(times(ratio.get()));
                met &= ratio.get().low() <= 1;
            }
        }
        return measured.isEmpty() ? Optional.empty()
                : Optional.of(new Promise(who + "no worse than linux+tuned", measured.toString(), met));
    }

    private static String times(Estimate ratio) {
        String text = String.format(Locale.ROOT, "%.2fx", ratio.value());
        return Double.isInfinite(ratio.high()) ? text
                : text + String.format(Locale.ROOT, " (%.2f to %.2f)", ratio.low(), ratio.high());
    }
}
