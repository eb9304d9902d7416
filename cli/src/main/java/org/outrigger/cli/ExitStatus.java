package org.outrigger.cli;

/** The exit statuses that are the launcher's own; those of env(1), nohup(1) and the shells. */
public final class ExitStatus {
    /** Success of a command that runs no program. */
    public static final int OK = 0;
    /** A benchmark could not be done: something that it measures has ended or could not be started. */
    public static final int BENCHMARK_FAILED = 1;
    /** The node is not as quiet as it could be. */
    public static final int NOISY = 1;
    /** A benchmark was asked for with bad arguments. */
    public static final int BENCHMARK_USAGE = 2;
    /** A job refused what was asked of its shared memory, or has ended. */
    public static final int MEMORY_REFUSED = 1;
    /** The launcher itself failed: usage, an unusable file, no resources. */
    public static final int LAUNCHER_ERROR = 125;
    /** The program was found but cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;
    /** The program was not found. */
    public static final int NOT_FOUND = 127;

    private ExitStatus() {
    }
}
