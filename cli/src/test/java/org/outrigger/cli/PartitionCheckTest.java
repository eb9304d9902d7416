package org.outrigger.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.cli.CommandLineFixture.Outcome;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code outrigger partition check} on a machine that is made of files. */
class PartitionCheckTest {
    @TempDir
    private Path root;
    private CommandLineFixture world;

    @BeforeEach
    void eightCpus() throws IOException {
        world = new CommandLineFixture(root, "0-7", "0-7");
    }

    @Test
    void tellsWhatIsWrongAndHowToMendIt() {
        Outcome outcome = world.outrigger("partition", "check", "--cpus", "2-7");
        assertEquals(ExitStatus.NOISY, outcome.status());
        assertEquals("", outcome.err());
        assertTrue(outcome.out().startsWith("LWK cores 2-7, Linux cores 0-1\n"), outcome.out());
        assertTrue(outcome.out().contains("noise   timer-tick: "), outcome.out());
        assertTrue(outcome.out().contains("mend: boot with nohz_full=2-7\n"), outcome.out());
        assertFalse(outcome.out().contains("good "), outcome.out());
        assertTrue(outcome.out().lines().allMatch(line -> line.length() <= 110), outcome.out());
    }

    @Test
    void allShowsWhatIsGood() {
        assertTrue(world.outrigger("partition", "check", "--all").out().contains("good    irqs: none on the LWK cores"));
    }

    @Test
    void json() {
        JsonNode report = JsonMapper.shared().readTree(world.outrigger("partition", "check", "--json", "-c", "4-7").out());
        assertEquals(1, report.get("schema").asInt());
        assertEquals("4-7", report.get("lwk_cores").asString());
        assertEquals("0-3", report.get("linux_cores").asString());
        for (JsonNode finding : report.get("findings")) {
            for (String key : new String[] {"subject", "level", "found", "reason"}) {
                assertFalse(finding.get(key).asString().isEmpty(), finding::toString);
            }
        }
    }

    @Test
    void whatIsMendedIsTold() throws IOException {
        Files.writeString(root.resolve("sys/devices/system/cpu/nohz_full"), "2-7\n");
        Outcome outcome = world.outrigger("partition", "check", "--cpus", "2-7");
        assertTrue(outcome.out().contains("rcu-callbacks"), outcome.out());
        assertFalse(outcome.out().contains("timer-tick"), outcome.out());
    }

    @Test
    void refused() {
        assertEquals(ExitStatus.LAUNCHER_ERROR, world.outrigger("partition").status());
        assertEquals(ExitStatus.LAUNCHER_ERROR, world.outrigger("partition", "check", "x").status());
        Outcome outcome = world.outrigger("partition", "check", "--cpus", "99");
        assertEquals(ExitStatus.LAUNCHER_ERROR, outcome.status());
        assertTrue(outcome.err().contains("Try 'outrigger partition check --help'"), outcome.err());
    }
}
