package org.outrigger.lab.arms;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How what is changed of the machine is put back: told to a process of its own before the change is made. That process puts all
 * back, the last change first, when this object is closed, and also when this process is killed. Belongs to one thread.
 */
public final class Journal implements AutoCloseable {
    private static final long PATIENCE_S = 20;
    /** An exit status from which on a signal was the cause. */
    private static final int KILLED = 128;

    private final Ground ground;
    private final List<String> told = new ArrayList<>();
    private final Process keeper;
    private final Writer lines;

    private Journal(Ground ground) throws IOException {
        this.ground = ground;
        keeper = keeper();
        lines = keeper.outputWriter(StandardCharsets.UTF_8);
    }

    private Process keeper() throws IOException {
        return new ProcessBuilder(List.of(ground.tool("keep").toString())).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Opens an empty journal. */
    public static Journal open(Ground ground) throws IOException {
        return new Journal(ground);
    }

    /** At the end this value will be written to this file. */
    public void willRestore(Path file, String value) throws IOException {
        line("restore\t" + file.toAbsolutePath() + "\t" + value);
    }

    /** At the end this control group will be removed; what is in it then goes to its parent. */
    public void willRemoveGroup(Path folder) throws IOException {
        line("rmdir\t" + folder.toAbsolutePath());
    }

    /** At the end this folder will be removed with all that is in it. */
    public void willRemoveTree(Path folder) throws IOException {
        line("rmtree\t" + folder.toAbsolutePath());
    }

    /**
     * A line that is in the pipe is read, whatever becomes of this process.
     *
     * @throws IOException when the keeper is gone: then nothing may be changed
     */
    private void line(String text) throws IOException {
        if (text.indexOf('\n') >= 0) {
            throw new IOException("a line feed in '" + text + "'");
        }
        told.add(text);
        lines.write(text + "\n");
        lines.flush();
    }

    /**
     * Puts all back and waits until that is done. What cannot be put back is told on standard error.
     *
     * @throws IOException when something could not be put back
     */
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            int status = ended(keeper, lines);
            if (status >= KILLED) {
                // It cannot have done its work: another one does.
                Process second = keeper();
                Writer again = second.outputWriter(StandardCharsets.UTF_8);
                for (String line : told) {
                    again.write(line + "\n");
                }
                status = ended(second, again);
            }
            if (status != 0) {
                throw new IOException("what was changed of the machine could not all be put back");
            }
        } catch (InterruptedException hurried) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Closes the lifeline and waits for the exit status; any that is not 0 when the time is up. */
    private static int ended(Process process, Writer lifeline) throws InterruptedException {
        try {
            lifeline.close();
        } catch (IOException broken) {
            // It has ended already; its status tells how.
        }
        return process.waitFor(PATIENCE_S, TimeUnit.SECONDS) ? process.exitValue() : 1;
    }
}
