package org.outrigger.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.StateFolder;
import org.outrigger.node.partition.SystemFiles;

/** The partitions of this node, with the books of the user who runs this process. */
final class OwnPartitions {
    private static final String KEY = "Uid:";
    private static final int EFFECTIVE = 2;

    private OwnPartitions() {
    }

    static Partitions of(Surroundings surroundings) {
        return new Partitions(new SystemFiles(), folder(surroundings));
    }

    /** Where this user's books lie. */
    static StateFolder folder(Surroundings surroundings) {
        if (!surroundings.environment().getOrDefault(StateFolder.VARIABLE, "").isEmpty()) {
            return folderOfRoot(surroundings); // whoever asks
        }
        long user = user(surroundings);
        return StateFolder.of(surroundings.environment(), user == 0, user);
    }

    /** Where root's books lie, which everybody may read; the user's own where a variable says so. */
    static StateFolder folderOfRoot(Surroundings surroundings) {
        return StateFolder.of(surroundings.environment(), true, 0);
    }

    /** The number of the user in whose name this process acts. Source: {@code /proc/PID/status}, proc(5). */
    private static long user(Surroundings surroundings) {
        try {
            for (String line : Files.readAllLines(surroundings.procStatus(), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(KEY)) {
                    return Long.parseLong(line.split("\\s+")[EFFECTIVE]);
                }
            }
        } catch (IOException unknown) {
            throw new IllegalStateException("this process has no status", unknown);
        }
        throw new IllegalStateException(surroundings.procStatus() + " has no line " + KEY);
    }
}
