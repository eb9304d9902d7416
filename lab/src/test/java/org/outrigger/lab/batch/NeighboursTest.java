package org.outrigger.lab.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeighboursTest {
    @TempDir
    private Path folder;

    @Test
    void whoeverRunsBesideTheBenchmarkIsSeen() throws IOException {
        Path file = folder.resolve("loadavg");
        Neighbours neighbours = new Neighbours(file);
        neighbours.look();
        assertEquals(Optional.empty(), neighbours.share(), "nothing could be seen");
        Files.writeString(file, "0.50 0.16 0.05 1/244 9999\n");
        neighbours.look();
        assertEquals(Optional.of(0.0), neighbours.share(), "the benchmark itself does not count");
        Files.writeString(file, "0.50 0.16 0.05 3/244 9999\n");
        neighbours.look();
        assertEquals(Optional.of(0.5), neighbours.share());
    }
}
