package org.outrigger.kernel.report;

import java.util.Objects;

/**
 * One kernel loop.
 *
 * @param number   from 0, the main loop
 * @param cores    the Linux cores that it was bound to, in Linux list syntax
 * @param policy   how Linux scheduled it in the end
 * @param refusal  why not more urgently, as a phrase without a full stop; empty where it got what was asked for
 * @param requests how many requests it served
 */
public record LoopRow(int number, String cores, Policy policy, String refusal, long requests) {

    /** How Linux schedules a loop; see sched(7). */
    public enum Policy {
        /** {@code SCHED_FIFO} with priority 1. */
        FIFO,
        /** An ordinary thread with nice -20. */
        NICE,
        /** As any other thread. */
        ORDINARY
    }

    /** Refuses nulls. */
    public LoopRow {
        Objects.requireNonNull(cores, "cores");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(refusal, "refusal");
    }
}
