package org.outrigger.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.StateFolder;
import org.outrigger.node.partition.SystemFiles;

/** The partitions of this node, and where their books lie. */
record NodeState(StateFolder folder, Partitions partitions) {

    /** Those of the user that this process belongs to. */
    static NodeState of(Surroundings surroundings) {
        StateFolder folder = folder(surroundings);
        return new NodeState(folder, new Partitions(new SystemFiles(), folder));
    }

    /** Where this user's books lie. */
    static StateFolder folder(Surroundings surroundings) {
        long user = user(surroundings);
        return StateFolder.of(surroundings.environment(), user == 0, user);
    }

    /** The books of root, which everybody may read: where this user is another one and has named no folder. */
    static StateFolder ofRoot(Surroundings surroundings) {
        return StateFolder.of(surroundings.environment(), true, 0);
    }

    private static long user(Surroundings surroundings) {
        try {
            for (String line : Files.readAllLines(surroundings.procStatus(), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Uid:")) {
                    return Long.parseLong(line.split("\\s+")[2]); // the effective one
                }
            }
        } catch (IOException | NumberFormatException hidden) {
            return 0;
        }
        return 0;
    }
}
