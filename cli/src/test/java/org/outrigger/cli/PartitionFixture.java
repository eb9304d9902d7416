package org.outrigger.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.outrigger.cli.CommandLineFixture.Outcome;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.StateFolder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Commands about partitions, given on a node made of files with 8 CPUs and 2 NUMA nodes. */
final class PartitionFixture {
    final CommandLineFixture world;
    final FolderNode node;

    PartitionFixture(Path root) throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
        Files.writeString(root.resolve("status"), "Name:\tjava\n"
                + "Uid:\t0\t0\t0\t0\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0-1\n");
        node = new FolderNode(root, 8, 2);
        world.partitions = new Partitions(node, new StateFolder(root.resolveSibling(root.getFileName() + "-state")));
    }

    Outcome partition(String line) {
        return world.outrigger(("partition " + line).split(" "));
    }

    /** Standard output of a command that has to succeed without a word on standard error. */
    String printed(String line) {
        Outcome outcome = partition(line);
        assertEquals("", outcome.err());
        assertEquals(ExitStatus.OK, outcome.status());
        return outcome.out();
    }

    JsonNode json(String line) {
        JsonNode document = JsonMapper.shared().readTree(printed(line + " --json"));
        assertEquals(1, document.get("schema").asInt());
        return document;
    }

    /** The message of a command that has to be refused and to change nothing. */
    String refused(String line) throws IOException {
        Map<String, String> before = node.snapshot();
        Outcome outcome = partition(line);
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status(), line);
        assertEquals("", outcome.out(), line);
        assertEquals(before, node.snapshot(), line);
        return outcome.err().lines().findFirst().orElse("").replaceFirst("^outrigger: ", "");
    }
}
