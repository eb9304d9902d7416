package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain part of the grammar means what it means to taskset(1). */
class TasksetAgreementTest {

    /** What a child started by taskset may run on, or the empty set where taskset refuses the list. */
    private static CpuSet taskset(String list) throws IOException, InterruptedException, CpuListException {
        Process child = new ProcessBuilder(List.of("taskset", "-c", list, "grep", "Cpus_allowed_list", "/proc/self/status"))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return child.waitFor() == 0 ? CpuList.plain(out.substring(out.indexOf(':') + 1).strip()) : CpuSet.EMPTY;
    }

    private static Inventory machine() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/taskset")), "taskset is not installed");
        return Inventory.read(Path.of("/sys"), Inventory.allowedCpus(Path.of("/proc/self/status")));
    }

    @Test
    void randomListsNameTheSameCpus() throws Exception {
        Inventory machine = machine();
        int[] allowed = machine.allowed().toArray();
        Random random = new Random(4);
        for (int i = 0; i < 40; i++) {
            StringBuilder list = new StringBuilder();
            for (int item = random.nextInt(3); item >= 0; item--) {
                int from = allowed[random.nextInt(allowed.length)];
                int to = from;
                while (random.nextInt(4) > 0 && machine.allowed().contains(to + 1)) {
                    to++;
                }
                list.append(list.isEmpty() ? "" : ",").append(from);
                if (random.nextBoolean()) {
                    list.append('-').append(to);
                    list.append(random.nextBoolean() ? ":" + (1 + random.nextInt(4)) : "");
                }
            }
            assertEquals(taskset(list.toString()), CpuList.parse(list.toString(), machine), list.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "0-", "1-0", "0-0:0", ",", "0 0", "-1"})
    void whatTasksetRefusesIsRefused(String list) throws Exception {
        Inventory machine = machine();
        assertEquals(CpuSet.EMPTY, taskset(list), list);
        boolean accepted = true;
        try {
            CpuList.parse(list, machine);
        } catch (CpuListException refused) {
            accepted = false;
        }
        assertFalse(accepted, list);
    }
}
