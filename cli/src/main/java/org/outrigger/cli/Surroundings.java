package org.outrigger.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import org.outrigger.node.CpuNames;
import org.outrigger.node.topology.ObjectNames;

/**
 * What the command line sees of the world.
 *
 * @param environment      the environment variables
 * @param out              standard output: only what was asked for
 * @param err              standard error: messages and notes
 * @param workingDirectory what relative file names start from; empty for wherever this process is
 * @param sys              the root of sysfs
 * @param procStatus       the status file of this process, proc(5)
 */
public record Surroundings(Map<String, String> environment, PrintStream out, PrintStream err, Path workingDirectory,
                           Path sys, Path procStatus) {
    private static final String SYS = "/sys";

    /** The world of this process. */
    public static Surroundings ofThisProcess() {
        return new Surroundings(System.getenv(), System.out, System.err, Path.of(""),
                Path.of(SYS), Path.of("/proc/self/status"));
    }

    /**
     * Names of CPUs by the topology, which is looked at when one is asked for: by hwloc's program, where it is in the search
     * path and would tell of this machine, else by sysfs.
     */
    CpuNames objectNames() {
        return new ObjectNames(sys, hwlocPath());
    }

    /** Where hwloc's program may be; null where it would tell of another machine than {@link #sys}. */
    String hwlocPath() {
        return sys.equals(Path.of(SYS)) ? environment.get("PATH") : null;
    }
}
