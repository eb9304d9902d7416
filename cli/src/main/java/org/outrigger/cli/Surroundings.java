package org.outrigger.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the command line sees of the world.
 *
 * @param environment      the environment variables
 * @param out              standard output: only what was asked for
 * @param err              standard error: messages and notes
 * @param workingDirectory what relative file names start from, absolute
 * @param sys              the root of sysfs
 * @param procStatus       the status file of this process, proc(5)
 */
public record Surroundings(Map<String, String> environment, PrintStream out, PrintStream err, Path workingDirectory,
                           Path sys, Path procStatus) {

    /** The world of this process. */
    public static Surroundings ofThisProcess() {
        return new Surroundings(System.getenv(), System.out, System.err, Path.of("").toAbsolutePath(),
                Path.of("/sys"), Path.of("/proc/self/status"));
    }
}
