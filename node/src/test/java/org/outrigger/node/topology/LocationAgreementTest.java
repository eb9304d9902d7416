package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.outrigger.node.CpuNameException;
import org.outrigger.node.CpuSet;

/** A name that is not refused means what it means to hwloc-calc(1). */
class LocationAgreementTest {
    private static final int WORDS = 400;
    private static final Pattern INSIDE_NODE = Pattern.compile("(numanode|numa|node):[^.]*\\.");
    /** Outer kinds before inner ones, in the order in which they may be chained. */
    private static final String[][] KINDS = {{"machine", "Machine"}, {"package", "socket", "pack"}, {"numanode", "node", "numa"},
        {"die"}, {"l3", "l3cache"}, {"core", "Core"}, {"pu", "PU"}};

    @TempDir
    private Path root;

    @ParameterizedTest
    @ValueSource(strings = {"pack:2 numa:2 core:4 pu:2", "numa:1 core:2 pu:1", "pack:2 l3:2 core:3 pu:1", "numa:8 core:32 pu:1",
        "pack:4 numa:1 core:8 pu:2(indexes=32*2:1*32)"})
    void onWhatHwlocInvents(String description) throws Exception {
        assertSameMeaning(Hwloc.topology("-i", description), new Random(description.hashCode()), "-i", description);
    }

    @RepeatedTest(12)
    void onOddMachines(RepetitionInfo repetition) throws Exception {
        Random random = new Random(1000 + repetition.getCurrentRepetition());
        Topology topology = SysfsTopology.read(TopologyAgreementTest.odd(random).write(root));
        assertSameMeaning(topology, random, "-i", root.toString(), "--if", "fsroot");
    }

    private static void assertSameMeaning(Topology topology, Random random, String... machine) throws Exception {
        int inNodes = topology.objects(ObjectKind.NUMANODE).stream().mapToInt(node -> node.cpus().size()).sum();
        boolean regular = inNodes == topology.cpus().size()
                && topology.objects(ObjectKind.NUMANODE).stream().noneMatch(node -> node.cpus().isEmpty());
        for (boolean physical : new boolean[] {false, true}) {
            List<String> words = new ArrayList<>();
            List<CpuSet> meanings = new ArrayList<>();
            while (words.size() < WORDS) {
                String word = word(random, physical);
                if (!regular && INSIDE_NODE.matcher(word).find()) {
                    // hwloc-calc 2.9 looks for parts of memory without CPUs for ever, and finds none of memory that shares CPUs.
                    continue;
                }
                try {
                    CpuSet cpus = Location.parse(word.replace(":", physical ? ":P#" : ":")).cpus(topology);
                    words.add(word);
                    meanings.add(cpus);
                } catch (CpuNameException refused) {
                    assertTrue(!refused.getMessage().isEmpty(), word);
                }
            }
            String[] options = Arrays.copyOf(machine, machine.length + 1);
            options[machine.length] = physical ? "--physical-input" : "--logical-input";
            List<CpuSet> hwloc = Hwloc.calc(words, options);
            assertEquals(words.size(), hwloc.size());
            for (int i = 0; i < words.size(); i++) {
                assertEquals(hwloc.get(i), meanings.get(i), words.get(i) + (physical ? " by physical numbers" : ""));
            }
        }
    }

    private static String word(Random random, boolean physical) {
        StringBuilder word = new StringBuilder();
        for (int kind = random.nextInt(KINDS.length); kind < KINDS.length && word.length() < 30; kind += 1 + random.nextInt(4)) {
            boolean inner = !word.isEmpty();
            word.append(inner ? "." : "").append(KINDS[kind][random.nextInt(KINDS[kind].length)]).append(':');
            int first = random.nextInt(random.nextBoolean() ? 4 : 40);
            word.append(switch (random.nextInt(physical ? 3 : 7)) {
                case 0 -> first + "-" + (first + random.nextInt(3));
                case 1, 2 -> first;
                case 3 -> first + "-";
                // Within an object that has fewer parts hwloc-calc goes round to the first; here there must be a first.
                case 4 -> inner ? "all" : first + ":" + (1 + random.nextInt(4));
                case 5 -> random.nextBoolean() ? "odd" : "even";
                default -> "all";
            });
        }
        return word.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"core", "core:", "core:x", "core:-1", "core:0-1-2", "core:0-6:2", "core:+1", "core:0x1", "c:1",
        "cores:0", "core:3-2", "core:16", "core:16-", "package:0.core:8", "core:3.package:0", "core:0:0", "core:1.", "core:1.pu",
        "die:0", "l3:0", "thread:1", "core:ODD", "pu:0.core:0"})
    void whatHwlocCannotUseIsRefused(String word) throws Exception {
        String machine = "pack:2 numa:2 core:4 pu:2";
        assertEquals(List.of(CpuSet.EMPTY), Hwloc.calc(List.of(word), "-i", machine));
        Topology topology = Hwloc.topology("-i", machine);
        boolean taken = true;
        try {
            Location.parse(word).cpus(topology);
        } catch (CpuNameException refused) {
            taken = false;
        }
        assertTrue(!taken, word);
    }
}
