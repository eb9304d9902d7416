package org.outrigger.lab.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How often somebody else was at work when nobody of the benchmark was: what one wants to know of the machine before one believes
 * a figure. Looks at the runnable threads of the whole machine ({@code /proc/loadavg}, fourth field; proc(5)).
 */
public final class Neighbours {
    private final Path file;
    private int looks;
    private int busy;

    /** Looks into this file, {@code /proc/loadavg} outside tests. */
    public Neighbours(Path file) {
        this.file = file;
    }

    /** Looks once; the calling thread is the only one of the benchmark that is not asleep. */
    public void look() {
        try {
            String text = Files.readString(file);
            String running = text.split(" ")[3];
            looks++;
            busy += Integer.parseInt(running.substring(0, running.indexOf('/'))) > 1 ? 1 : 0;
        } catch (IOException hidden) {
            // Then nothing is known.
        }
    }

    /** The share of the looks that saw somebody else at work, from 0 to 1; empty when nothing could be seen. */
    public Optional<Double> share() {
        return looks == 0 ? Optional.empty() : Optional.of((double) busy / looks);
    }
}
