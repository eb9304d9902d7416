package org.outrigger.lab.noise;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.outrigger.lab.arms.Arm;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.inject.Injection;
import org.outrigger.lab.load.Load;

/**
 * What to measure and where.
 *
 * @param ground where
 * @param loop   by what
 * @param arms   under what, at least one
 * @param loads  beside what, at least one
 * @param rounds how often
 * @param seed   of the order in which arms and loads are taken
 * @param raw    the folder for the files of the measuring loop
 * @param blame  whether it is to be found out who took the time of detours
 * @param inject noise to be made on the LWK cores meanwhile
 */
public record NoiseRequest(Ground ground, Loop loop, List<Arm> arms, List<Load> loads, int rounds, long seed,
                           Optional<Path> raw, boolean blame, Optional<Injection> inject) {
}
