package org.outrigger.lab.arms;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An arm made ready: what it needs of the machine is set up until it is closed. Only one may be there at a time, since some
 * change the whole machine. Belongs to one thread.
 */
public final class Stage implements AutoCloseable {
    private static final int PRIORITY = 1;
    private static final String ISOLATE = "--isolate";
    private static final String LAUNCHER = "outrigger: ";

    private final Ground ground;
    private final Optional<Journal> journal;
    private final List<String> options = new ArrayList<>();
    private final List<String> prefix = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    private Stage(Ground ground, Optional<Journal> journal) {
        this.ground = ground;
        this.journal = journal;
    }

    /**
     * Sets an arm up. What cannot be done for want of privilege is left out and noted.
     *
     * @throws ArmFailedException when not even the rest can be done
     */
    public static Stage prepare(Arm arm, Ground ground) throws ArmFailedException {
        if (!Files.isExecutable(ground.tool("keep"))) {
            throw new ArmFailedException("the program " + ground.tool("keep") + " is missing: build Outrigger anew");
        }
        Stage stage = null;
        try {
            boolean changing = List.of(ArmKind.LINUX_CGROUP, ArmKind.LINUX_TUNED, ArmKind.LWK_FIFO).contains(arm.kind());
            stage = new Stage(ground, changing ? Optional.of(Journal.open(ground)) : Optional.empty());
            stage.setUp(arm.kind());
            return stage;
        } catch (IOException impossible) {
            ArmFailedException failure = new ArmFailedException("the arm '" + arm + "' cannot be set up: "
                    + impossible.getMessage());
            if (stage != null) {
                try {
                    stage.close();
                } catch (ArmFailedException second) {
                    failure.addSuppressed(second);
                }
            }
            throw failure;
        }
    }

    private void setUp(ArmKind kind) throws IOException {
        switch (kind) {
            case LINUX -> affinity(ground.allowed());
            case NATIVE -> affinity(ground.lwkCores());
            case LINUX_CGROUP -> {
                affinity(ground.lwkCores());
                group();
            }
            case LINUX_TUNED -> {
                affinity(ground.lwkCores());
                Tuning tuning = new Tuning(Path.of("/"), journal.orElseThrow(), changes, notes);
                if (realTime()) {
                    options.addAll(List.of("--fifo", Integer.toString(PRIORITY)));
                    tuning.unthrottle(ground.lwkCores());
                }
                tuning.moveOthers(ground.lwkCores(), ground.linuxCores());
            }
            case LWK, LWK_FIFO, LWK_ISOLATED -> {
                affinity(ground.allowed());
                prefix.addAll(List.of(ground.home().resolve("outrigger").toString(), "run", "-c", Ground.list(ground.lwkCores()),
                        "-l", Ground.list(ground.linuxCores())));
                if (kind == ArmKind.LWK_ISOLATED) {
                    prefix.add(ISOLATE);
                    changes.add("a partition of the node for each run, as far as that is permitted");
                }
                if (kind == ArmKind.LWK_FIFO) {
                    prefix.add("--sched=fifo");
                    if (realTime()) {
                        new Tuning(Path.of("/"), journal.orElseThrow(), changes, notes).unthrottle(ground.lwkCores());
                    }
                }
                prefix.add("--");
            }
            default -> throw new IllegalStateException();
        }
    }

    private void affinity(int[] cpus) {
        options.addAll(List.of("--cpus", Ground.list(cpus)));
    }

    private void group() throws IOException {
        Cpuset group;
        try {
            group = Cpuset.make(Path.of("/proc/self"), journal.orElseThrow(), Ground.list(ground.lwkCores()));
        } catch (IOException refused) {
            // A refusal's own message is the path alone.
            String reason = refused instanceof FileSystemException ? "it cannot be made at " : "";
            notes.add("no control group of its own (" + reason + refused.getMessage() + "): bound by affinity alone");
            return;
        }
        if (works("--cgroup", group.members().toString())) {
            options.addAll(List.of("--cgroup", group.members().toString()));
            changes.add("a control group of its own, " + group.folder());
        } else {
            notes.add("a process may not be put into the control group " + group.folder() + ": bound by affinity alone");
        }
    }

    /** Whether the program can be in real time. */
    private boolean realTime() throws IOException {
        boolean permitted = works("--fifo", Integer.toString(PRIORITY));
        if (permitted) {
            changes.add("the program in real time (SCHED_FIFO)");
        } else {
            notes.add("real time (SCHED_FIFO) is not permitted");
        }
        return permitted;
    }

    /** Whether a program can be started so. */
    private boolean works(String option, String value) throws IOException {
        Process trial = new ProcessBuilder(ground.tool("keep").toString(), option, value, "--", "/bin/true")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        while (true) {
            try {
                return trial.waitFor() == 0;
            } catch (InterruptedException hurried) {
                trial.destroyForcibly();
                throw new IOException("interrupted");
            }
        }
    }

    /**
     * What starts a program under this arm. Its standard input is the lifeline: the program is ended when it is closed, and so
     * it must be a pipe that the caller holds open.
     *
     * @param keep    options of {@code outrigger-keep}: {@code --input FILE}, {@code --usage FILE}
     * @param program the program and its arguments
     */
    public ProcessBuilder builder(List<String> keep, List<String> program) {
        List<String> line = new ArrayList<>();
        line.add(ground.tool("keep").toString());
        line.addAll(options);
        line.addAll(keep);
        line.add("--");
        line.addAll(prefix);
        line.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().putAll(ground.environment());
        return builder;
    }

    /**
     * Takes what a run under this arm has written to its standard error: what the launcher could not do for the arm is in it.
     * Only the run itself finds out how much of a partition it gets.
     */
    public void heard(String said) {
        if (prefix.contains(ISOLATE)) {
            said.lines().filter(line -> line.startsWith(LAUNCHER)).map(line -> line.substring(LAUNCHER.length()))
                    .filter(note -> !notes.contains(note)).forEach(notes::add);
        }
    }

    /** What was done for this arm, beyond binding programs to CPUs, in the words of a report. */
    public List<String> changes() {
        return List.copyOf(changes);
    }

    /** What should have been done and could not be. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * Puts the machine back.
     *
     * @throws ArmFailedException when something could not be put back
     */
    @Override
    public void close() throws ArmFailedException {
        if (prefix.contains(ISOLATE)) {
            reconcile();
        }
        if (journal.isPresent()) {
            try {
                journal.get().close();
            } catch (IOException failed) {
                throw new ArmFailedException(failed.getMessage());
            }
        }
    }

    /** The partition of a run that was killed goes with the next command about partitions. */
    private void reconcile() throws ArmFailedException {
        ProcessBuilder command = new ProcessBuilder(ground.home().resolve("outrigger").toString(), "partition", "list");
        command.environment().clear();
        command.environment().putAll(ground.environment());
        boolean interrupted = Thread.interrupted();
        try {
            command.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectErrorStream(true).start().waitFor();
        } catch (IOException impossible) {
            throw new ArmFailedException("partitions of runs that were killed may be left: " + impossible.getMessage());
        } catch (InterruptedException hurried) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
