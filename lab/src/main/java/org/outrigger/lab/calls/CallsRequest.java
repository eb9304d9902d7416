package org.outrigger.lab.calls;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What to measure and where.
 *
 * @param home        the folder of the {@code outrigger} script
 * @param environment the environment variables of the program
 * @param rows        what to measure, in this order
 * @param arms        under what, in this order
 * @param rounds      how often
 * @param warmUps     how many batches of each row go before, uncounted
 * @param shrink      by how much batches are smaller than usual, 1 for not at all
 * @param allowed     the CPUs that this process may use
 * @param lwkCores    the CPUs that the program runs on, under every arm
 * @param linuxCores  the CPUs that this process and the LWK run on
 */
public record CallsRequest(Path home, Map<String, String> environment, List<Row> rows, List<Arm> arms, int rounds, int warmUps,
                           int shrink, int[] allowed, int[] lwkCores, int[] linuxCores) {

    /** How many calls a batch of the row has; a fresh process makes them all. */
    int calls(Row row) {
        return row.kind() == Row.Kind.FRESH ? row.calls() : Math.max(1, row.calls() / shrink);
    }
}
