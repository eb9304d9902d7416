package org.outrigger.node.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.node.CpuSet;

/**
 * Cores chosen by their number alone: whole ones, on as few NUMA nodes as can be, and these in as few packages as can be. The
 * same question gets the same answer.
 *
 * @param cpus  the CPUs of the cores
 * @param nodes on how many NUMA nodes they are
 */
public record Choice(CpuSet cpus, int nodes) {

    /** Free cores of one NUMA node in one package. */
    private record Place(List<CpuSet> cores) {
        int size() {
            return cores.size();
        }
    }

    /**
     * Chooses cores. Where several places serve, the smallest that does is taken, so that large ones stay whole; within a place
     * the lowest logical numbers are taken. The core of the node's first CPU, where Linux has most to do, is taken only if
     * nothing else is left.
     *
     * @param topology the node
     * @param free     the CPUs to choose from; a core of which only a part is free is not taken
     * @param count    how many cores, at least 1
     * @throws ChoiceException when there are fewer
     */
    public static Choice of(Topology topology, CpuSet free, int count) throws ChoiceException {
        if (count < 1) {
            throw new IllegalArgumentException("a choice of " + count + " cores");
        }
        CpuSet boot = topology.siblings(topology.cpus().first());
        List<List<Place>> packages = places(topology, free.minus(boot));
        if (size(packages) < count) {
            packages = places(topology, free);
        }
        int there = size(packages);
        if (there < count) {
            throw new ChoiceException(count + (count == 1 ? " core is" : " cores are") + " wanted, and "
                    + (there == 0 ? "none is" : there == 1 ? "only 1 is" : "only " + there + " are") + " free as a whole");
        }
        List<List<Place>> chosen = fewest(packages, fewestPlaces(packages, count), count);
        tighten(packages, chosen, count);
        List<Place> places = chosen.stream().flatMap(List::stream)
                .sorted(Comparator.comparingInt(Place::size).reversed()).toList();
        CpuSet cpus = CpuSet.EMPTY;
        int left = count;
        for (Place place : places) {
            for (int i = 0; i < place.size() && left > 0; i++) {
                cpus = cpus.union(place.cores().get(i));
                left--;
            }
        }
        return new Choice(cpus, places.size());
    }

    /** The places of each package, the largest first. */
    private static List<List<Place>> places(Topology topology, CpuSet free) {
        Map<Integer, Map<Integer, Place>> byPackage = new LinkedHashMap<>();
        CpuSet seen = CpuSet.EMPTY;
        for (TopologyObject unit : topology.objects(ObjectKind.PU)) {
            CpuSet core = topology.siblings(unit.physical());
            if (!seen.containsAll(core) && free.containsAll(core)) {
                seen = seen.union(core);
                byPackage.computeIfAbsent(logical(topology, ObjectKind.PACKAGE, unit), key -> new LinkedHashMap<>())
                        .computeIfAbsent(logical(topology, ObjectKind.NUMANODE, unit), key -> new Place(new ArrayList<>()))
                        .cores().add(core);
            }
        }
        List<List<Place>> packages = new ArrayList<>();
        for (Map<Integer, Place> places : byPackage.values()) {
            packages.add(places.values().stream().sorted(Comparator.comparingInt(Place::size).reversed()).toList());
        }
        return packages;
    }

    private static int logical(Topology topology, ObjectKind kind, TopologyObject unit) {
        return topology.of(kind, unit.physical()).map(TopologyObject::logical).orElse(TopologyObject.UNKNOWN);
    }

    private static int size(List<List<Place>> packages) {
        return packages.stream().flatMap(List::stream).mapToInt(Place::size).sum();
    }

    private static int fewestPlaces(List<List<Place>> packages, int count) {
        int[] sizes = packages.stream().flatMap(List::stream).mapToInt(Place::size).sorted().toArray();
        int places = 0;
        for (int left = count; left > 0; places++) {
            left -= sizes[sizes.length - 1 - places];
        }
        return places;
    }

    /** So many places with enough cores, of as few packages as possible. */
    private static List<List<Place>> fewest(List<List<Place>> packages, int places, int count) {
        // most[i][p][k]: the most cores that k places in p of the first i packages have; -1 where there are not so many.
        int n = packages.size();
        int[][][] most = new int[n + 1][n + 1][places + 1];
        for (int[][] table : most) {
            for (int[] row : table) {
                Arrays.fill(row, -1);
            }
        }
        most[0][0][0] = 0;
        for (int i = 0; i < n; i++) {
            for (int p = 0; p <= i + 1; p++) {
                for (int k = 0; k <= places; k++) {
                    int best = most[i][p][k];
                    for (int taken = 1; p > 0 && taken <= Math.min(k, packages.get(i).size()); taken++) {
                        int before = most[i][p - 1][k - taken];
                        best = before < 0 ? best : Math.max(best, before + cores(packages.get(i), taken));
                    }
                    most[i + 1][p][k] = best;
                }
            }
        }
        int p = 1;
        while (most[n][p][places] < count) {
            p++;
        }
        List<List<Place>> chosen = new ArrayList<>();
        int k = places;
        for (int i = n; i > 0; i--) {
            int taken = 0;
            if (most[i][p][k] != most[i - 1][p][k]) {
                do {
                    taken++;
                } while (most[i - 1][p - 1][k - taken] < 0
                        || most[i - 1][p - 1][k - taken] + cores(packages.get(i - 1), taken) != most[i][p][k]);
                p--;
                k -= taken;
            }
            chosen.add(0, new ArrayList<>(packages.get(i - 1).subList(0, taken)));
        }
        return chosen;
    }

    /** The cores of the largest places of a package. */
    private static int cores(List<Place> places, int taken) {
        return places.subList(0, taken).stream().mapToInt(Place::size).sum();
    }

    /** Takes a smaller place for one that has cores to spare: of the same package, or of another that is not in use yet. */
    private static void tighten(List<List<Place>> packages, List<List<Place>> chosen, int count) {
        int spare = size(chosen) - count;
        int from = -1;
        int to = -1;
        Place better = null;
        for (int i = 0; i < chosen.size(); i++) {
            for (int j = 0; j < packages.size() && !chosen.get(i).isEmpty(); j++) {
                boolean open = i == j || chosen.get(i).size() == 1 && chosen.get(j).isEmpty();
                Place worst = chosen.get(i).get(chosen.get(i).size() - 1);
                for (Place place : open ? packages.get(j) : List.<Place>of()) {
                    int gain = worst.size() - place.size();
                    int known = better == null ? 0 : chosen.get(from).get(chosen.get(from).size() - 1).size() - better.size();
                    if (gain > known && gain <= spare && !chosen.get(j).contains(place)) {
                        from = i;
                        to = j;
                        better = place;
                    }
                }
            }
        }
        if (better != null) {
            chosen.get(from).remove(chosen.get(from).size() - 1);
            chosen.get(to).add(better);
        }
    }
}
