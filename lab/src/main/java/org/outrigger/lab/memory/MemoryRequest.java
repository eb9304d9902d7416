package org.outrigger.lab.memory;

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
 * @param settle      for how long, in milliseconds, a process works under its arm before anything of a row counts
 * @param shrink      by how much batches are smaller than usual, 1 for not at all
 * @param table       bytes of the table of random updates, a power of two
 * @param allowed     the CPUs that this process may use
 * @param lwkCores    the CPUs that the program runs on, under every arm
 * @param linuxCores  the CPUs that this process and the LWK run on
 */
public record MemoryRequest(Path home, Map<String, String> environment, List<MemoryRow> rows, List<MemoryArm> arms, int rounds,
                            int warmUps, int settle, int shrink, long table, int[] allowed, int[] lwkCores, int[] linuxCores) {
    /** What a process takes beside what it is asked for, and what is left to others. */
    private static final long SLACK = 256L << 20;

    /** How many operations a batch of the row has. */
    int operations(MemoryRow row) {
        return Math.max(1, row.operations() / shrink);
    }

    /** How many bytes an operation of the row is about. */
    long size(MemoryRow row) {
        return row == MemoryRow.GUPS ? table : row.size();
    }

    /** What a row takes of the machine's memory: a process that lives may keep it while another has it, too. */
    long need(MemoryRow row) {
        return size(row) * (row.group().fresh() ? 1 : 2) + SLACK;
    }
}
