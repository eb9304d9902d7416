package org.outrigger.lab.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.outrigger.lab.arms.ArmFailedException;

/**
 * The programs that a benchmark has started: natively on the LWK cores, or by {@code outrigger run}. This process keeps to the
 * Linux
 * cores from the first start on. Belongs to one thread, but for {@link #stop}.
 */
public final class ArmPrograms {
    private final List<ArmProcess> started = new ArrayList<>(); // guards itself and stopped
    private boolean stopped;
    private Placement placement;
    private Path home;
    private Path program;
    private Map<String, String> environment;
    private int[] allowed;
    private int[] lwkCores;
    private int[] linuxCores;

    /**
     * Makes ready to start a program.
     *
     * @param folder    of the {@code outrigger} script
     * @param file      the program, below that folder
     * @param variables its environment
     * @param mayUse    the CPUs that this process may use
     * @param lwk       the CPUs that programs run on, under every arm
     * @param linux     the CPUs that this process and the LWK run on
     * @throws ArmFailedException when the program is not there
     */
    public void prepare(Path folder, String file, Map<String, String> variables, int[] mayUse, int[] lwk, int[] linux)
            throws ArmFailedException, IOException {
        home = folder;
        program = folder.resolve(file);
        environment = variables;
        allowed = mayUse;
        lwkCores = lwk;
        linuxCores = linux;
        if (!Files.isExecutable(program)) {
            throw new ArmFailedException("the measured program " + program + " is missing: build Outrigger anew");
        }
        placement = new Placement(linux);
    }

    /** Tells all programs to end, and lets no other begin. Any thread may do so. */
    public void stop() {
        synchronized (started) {
            stopped = true;
            started.forEach(ArmProcess::terminate);
        }
    }

    /** Whether that was done. */
    public boolean stopped() {
        synchronized (started) {
            return stopped;
        }
    }

    /** Starts the program natively. */
    public ArmProcess startNative(String arm, Map<String, String> variables, List<String> arguments)
            throws IOException, ArmFailedException {
        return start(arm, false, List.of(), variables, arguments);
    }

    /** Starts the program by {@code outrigger run} with these options. */
    public ArmProcess startOnLwk(String arm, List<String> options, Map<String, String> variables, List<String> arguments)
            throws IOException, ArmFailedException {
        List<String> before = new ArrayList<>(List.of(home.resolve("outrigger").toString(), "run", "-c", Cells.list(lwkCores),
                "-l", Cells.list(linuxCores)));
        before.addAll(options);
        before.add("--");
        return start(arm, true, before, variables, arguments);
    }

    private ArmProcess start(String arm, boolean onLwk, List<String> before, Map<String, String> variables,
                             List<String> arguments) throws IOException, ArmFailedException {
        List<String> line = new ArrayList<>(before);
        line.add(program.toString());
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().putAll(variables);
        synchronized (started) {
            if (stopped) {
                throw new ArmFailedException("stopped");
            }
            ArmProcess process = new ArmProcess(arm, onLwk, placement.start(builder, onLwk ? allowed : lwkCores));
            started.add(process);
            return process;
        }
    }

    /** Ends these programs. */
    public void end(List<ArmProcess> some) {
        some.forEach(ArmProcess::release); // all are told before the first is awaited
        some.forEach(ArmProcess::close);
        synchronized (started) {
            started.removeAll(some);
        }
    }

    /** Ends all programs. */
    public void end() {
        List<ArmProcess> all;
        synchronized (started) {
            all = List.copyOf(started);
        }
        end(all);
    }
}
