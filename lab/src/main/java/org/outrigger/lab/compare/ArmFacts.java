package org.outrigger.lab.compare;

import java.util.List;
import java.util.OptionalLong;
import org.outrigger.lab.arms.Arm;

/**
 * What holds for all runs under an arm.
 *
 * @param arm     the arm
 * @param calls   how many system calls the program makes, with its children: counted in a run of its own, which is not timed
 * @param counted how they were counted, or why they could not be
 * @param changes what was changed of the machine for the arm
 * @param notes   what should have been and could not be
 */
public record ArmFacts(Arm arm, OptionalLong calls, String counted, List<String> changes, List<String> notes) {
}
