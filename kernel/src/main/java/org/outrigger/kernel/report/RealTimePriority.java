package org.outrigger.kernel.report;

import java.util.Objects;

/** Whether the kernel loops ran with real-time priority. */
public sealed interface RealTimePriority {

    /**
     * The loops ran under {@code SCHED_FIFO}.
     *
     * @param priority 1 to 99, see sched(7)
     */
    record Obtained(int priority) implements RealTimePriority { }

    /**
     * The loops ran under the ordinary policy.
     *
     * @param reason why, as a phrase without a full stop
     */
    record Without(String reason) implements RealTimePriority {
        public Without {
            Objects.requireNonNull(reason, "reason");
        }
    }
}
