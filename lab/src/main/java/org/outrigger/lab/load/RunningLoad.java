package org.outrigger.lab.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.arms.Ground;
import org.outrigger.lab.arms.Journal;
import org.outrigger.lab.arms.Kept;

/**
 * Competing work that goes on until it is closed. Nothing of it is left then, nor when this process is killed: no process, no
 * file. It is made of as many workers as it has CPUs, each as a process of its own. Belongs to one thread.
 */
public final class RunningLoad implements AutoCloseable {
    /** Until the workers are all at work. */
    private static final long START_MS = 150;
    private static final int LAST_WORDS = 300;

    private final Load load;
    private final String what;
    private final Kept program;
    private final Journal journal;
    private final Path folder;

    private RunningLoad(Load load, String what, Kept program, Journal journal, Path folder) {
        this.load = load;
        this.what = what;
        this.program = program;
        this.journal = journal;
        this.folder = folder;
    }

    /**
     * Starts a load on the CPUs where it may run, or nothing for {@link Load.Kind#NONE}.
     *
     * @throws ArmFailedException when it cannot be started or ends at once
     */
    public static Optional<RunningLoad> start(Load load, Ground ground) throws ArmFailedException {
        return start(load, ground, load.unconfined() ? ground.allowed() : ground.linuxCores());
    }

    /**
     * Starts a load, or nothing for {@link Load.Kind#NONE}.
     *
     * @param cpus where it may run, and how much of it there is
     * @throws ArmFailedException when it cannot be started or ends at once
     */
    public static Optional<RunningLoad> start(Load load, Ground ground, int[] cpus) throws ArmFailedException {
        if (load.kind() == Load.Kind.NONE) {
            return Optional.empty();
        }
        Journal journal = null;
        try {
            journal = Journal.open(ground);
            // A name that nobody can have taken: the process id, and a folder made by this process alone.
            Path folder = Path.of(System.getProperty("java.io.tmpdir"),
                    "outrigger-load-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
            journal.willRemoveTree(folder);
            Files.createDirectory(folder);
            List<String> command = command(load, ground, cpus.length, folder);
            List<String> line = new ArrayList<>(List.of(ground.tool("keep").toString(), "--cpus", Ground.list(cpus), "--"));
            line.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(folder.resolve("said").toFile());
            builder.environment().clear();
            builder.environment().putAll(ground.environment());
            if (load.kind() == Load.Kind.COMMAND) {
                builder.directory(null);
            }
            RunningLoad running = new RunningLoad(load, String.join(" ", command).replace(folder.toString(), "FOLDER"),
                    Kept.start(builder), journal, folder);
            journal = null;
            try {
                if (running.program.process().waitFor(START_MS, TimeUnit.MILLISECONDS)) {
                    throw running.failure();
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            } catch (ArmFailedException ended) {
                running.close();
                throw ended;
            }
            return Optional.of(running);
        } catch (IOException impossible) {
            throw new ArmFailedException("the load '" + load + "' cannot be started: " + impossible.getMessage());
        } finally {
            close(journal);
        }
    }

    private static List<String> command(Load load, Ground ground, int workers, Path folder) throws IOException {
        String count = Integer.toString(workers);
        String path = ground.environment().getOrDefault("PATH", "/usr/bin:/bin");
        if (load.kind() == Load.Kind.COMMAND) {
            return List.of("/bin/sh", "-c", "while sh -c \"$1\"; do :; done; exit 1", "sh", load.command());
        }
        if (load.kind() == Load.Kind.BUILD) {
            String compiler = ground.environment().getOrDefault("CC", "cc");
            if (found(compiler, path).isEmpty()) {
                throw new IOException("there is no compiler '" + compiler + "'");
            }
            String source = ground.home().resolve("lab/src/main/c/calls.c").toString();
            String script = "work() { while \"$1\" -std=gnu11 -D_GNU_SOURCE -O2 -c -o \"$3.$4.o\" \"$2\"; do :; done; }; i=0; "
                    + "while [ $i -lt $4 ]; do work \"$1\" \"$2\" \"$3\" $i & i=$((i+1)); done; wait; exit 1";
            return List.of("/bin/sh", "-c", script,
                    "sh", compiler, source, folder.resolve("out").toString(), count);
        }
        Optional<Path> stress = found("stress-ng", path);
        if (stress.isEmpty()) {
            return List.of(ground.tool("load").toString(), load.kind().key(), count, folder.toString());
        }
        List<String> line = new ArrayList<>(List.of(stress.get().toString(), "--quiet", "--timeout", "0", "--temp-path",
                folder.toString()));
        line.addAll(switch (load.kind()) {
            case CPU -> List.of("--cpu", count);
            case MEMORY -> List.of("--vm", count, "--vm-bytes", workers * 128 + "m");
            case IO -> List.of("--hdd", count, "--hdd-bytes", "16m", "--hdd-opts", "fdatasync");
            case FORK -> List.of("--fork", count);
            default -> throw new IllegalStateException();
        });
        return line;
    }

    private static Optional<Path> found(String program, String path) {
        return program.indexOf('/') >= 0 ? Optional.of(Path.of(program)).filter(Files::isExecutable)
                : Stream.of(path.split(":")).map(folder -> Path.of(folder, program)).filter(Files::isExecutable).findFirst();
    }

    /** The command line that does the work. */
    public String what() {
        return what;
    }

    /**
     * Sees whether the work still goes on.
     *
     * @throws ArmFailedException with its last words when it has ended
     */
    public void check() throws ArmFailedException {
        if (!program.process().isAlive()) {
            throw failure();
        }
    }

    private ArmFailedException failure() {
        String said = "";
        try {
            said = new String(Files.readAllBytes(folder.resolve("said")), StandardCharsets.UTF_8).strip();
            said = said.substring(Math.max(0, said.length() - LAST_WORDS));
        } catch (IOException silent) {
            // Then the status must do.
        }
        return new ArmFailedException("the load '" + load + "' has ended with status " + program.process().exitValue()
                + (said.isEmpty() ? "" : ": " + said));
    }

    /** Ends the work and removes its files. */
    @Override
    public void close() {
        program.close();
        close(journal);
    }

    private static void close(Journal journal) {
        if (journal != null) {
            try {
                journal.close();
            } catch (IOException left) {
                // The keeper has said on standard error which file it could not remove.
            }
        }
    }
}
