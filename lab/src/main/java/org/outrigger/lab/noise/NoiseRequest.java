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
    /** Names of files are cut before they are too long for a file system. */
    private static final int LONGEST_NAME = 60;

    /** A load as names of files have it: different loads have different names. */
    String fileName(Load load) {
        String name = plain(load);
        boolean alone = name.equals(load.label()) || loads.stream().filter(other -> plain(other).equals(name)).count() == 1;
        return alone ? name : name + "-" + (loads.indexOf(load) + 1);
    }

    private static String plain(Load load) {
        String name = load.label().replaceAll("[^A-Za-z0-9+@#_-]+", "-");
        return name.substring(0, Math.min(LONGEST_NAME, name.length()));
    }
}
