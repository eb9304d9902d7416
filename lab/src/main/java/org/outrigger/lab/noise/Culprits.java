package org.outrigger.lab.noise;

import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.attribution.Attribution;
import org.outrigger.lab.load.Load;

/**
 * Who took the time of detours, in a run of the selfish loop of its own, so that looking does not disturb what is measured.
 *
 * @param arm         under what
 * @param load        beside what
 * @param attribution who
 */
public record Culprits(Arm arm, Load load, Attribution attribution) {
}
