package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a run could leave on the machine outside its own processes: shared memory, control groups and temporary files.
 *
 * @param entries paths that existed when the picture was taken
 */
record Leftovers(Set<String> entries) {

    private static final long PATIENCE_MS = 8000;

    /** A picture of the machine now. */
    static Leftovers now() {
        Set<String> found = new TreeSet<>();
        collect(found, Path.of("/dev/shm"), "", 1);
        collect(found, Path.of("/tmp"), "outrigger", 1);
        collect(found, Path.of("/run"), "outrigger", 1);
        collect(found, Path.of("/sys/fs/cgroup"), "outrigger", 3);
        return new Leftovers(found);
    }

    /**
     * What has appeared since this picture and stays: other work on the machine may own shared memory for a moment, so
     * this looks again until nothing is new or some seconds have passed.
     */
    Set<String> newSince() {
        long end = System.currentTimeMillis() + PATIENCE_MS;
        while (true) {
            Set<String> fresh = new TreeSet<>(now().entries);
            fresh.removeAll(entries);
            if (fresh.isEmpty() || System.currentTimeMillis() > end) {
                return fresh;
            }
            Job.pause(100);
        }
    }

    private static void collect(Set<String> into, Path folder, String namePart, int depth) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> walk = Files.list(folder)) {
            for (Path path : walk.toList()) {
                if (path.getFileName().toString().contains(namePart)) {
                    into.add(path.toString());
                }
                if (depth > 1 && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    collect(into, path, namePart, depth - 1);
                }
            }
        } catch (NoSuchFileException | AccessDeniedException gone) {
            // A folder of somebody else that vanished or is closed to us holds nothing of ours.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
