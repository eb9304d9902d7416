package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom the reader believes. */
class TopologyReaderTest {
    private static final String TWO_CORES = "<?xml version='1.0'?><!DOCTYPE topology SYSTEM 'hwloc2.dtd'><topology version='2.0'>"
            + "<object type='Machine' os_index='0' cpuset='0x0000000f'>"
            + "<object type='Core' os_index='7' cpuset='0x3'><object type='PU' os_index='0' cpuset='0x1'/>"
            + "<object type='PU' os_index='1' cpuset='0x2'/></object>"
            + "<object type='Core' os_index='9' cpuset='0xc'><object type='PU' os_index='2' cpuset='0x4'/>"
            + "<object type='PU' os_index='3' cpuset='0x8'/></object></object></topology>";
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path root;
    private Path sys;

    @BeforeEach
    void fourCpusOfFourCores() throws IOException {
        sys = SyntheticMachine.regular(1, 1, 4, 1, false, false, false).write(root);
    }

    private Path program(String name, String script) throws IOException {
        Path file = Files.writeString(root.resolve(name), "#!/bin/sh\n" + script + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Topology read(String script) throws IOException {
        return TopologyReader.read(sys, Optional.of(program("lstopo", script)), LONG);
    }

    @Test
    void hwlocIsAskedFirst() throws IOException {
        Topology topology = read("[ \"$*\" = '--disallowed --no-io --of xml' ] || exit 1; cat <<'E'\n" + TWO_CORES + "\nE");
        assertEquals(Optional.empty(), topology.note());
        assertEquals("hwloc", topology.source());
        assertEquals("[core:0, core:1]", topology.objects(ObjectKind.CORE).toString());
        assertEquals(9, topology.objects(ObjectKind.CORE).get(1).physical());
    }

    @Test
    void withoutHwlocNothingIsNoted() throws IOException {
        Topology topology = TopologyReader.read(sys, Optional.empty());
        assertEquals("sysfs", topology.source());
        assertEquals(Optional.empty(), topology.note());
        assertEquals(4, topology.objects(ObjectKind.CORE).size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "exit 3 | exit status 3", "true | not a topology of hwloc", "echo rubbish | not a topology of hwloc",
        "echo '<topology version=\"1.0\"><object type=\"PU\" os_index=\"0\" cpuset=\"1\"/></topology>' | version 1.0",
        "echo '<topology/>' | version null", "echo '<topology version=\"2.0\"/>' | a node without a CPU",
        "echo '<topology version=\"2.0\"><object type=\"PU\" os_index=\"0\" cpuset=\"0xf...f\"/></topology>' | not a topology",
        "echo '<topology version=\"2.0\"><object type=\"NUMANode\" os_index=\"0\" cpuset=\"1\"/></topology>'"
            + " | outside the machine",
        "echo '<topology version=\"2.0\"><object type=\"PU\" os_index=\"0\" cpuset=\"0x7\"/></topology>' | the CPUs 0-2, which",
        "kill -9 $$ | exit status 137",
    })
    void whenHwlocFailsSysfsIsReadAndTheReasonNoted(String script, String reason) throws IOException {
        Topology topology = read(script);
        assertEquals("sysfs", topology.source());
        assertEquals(4, topology.objects(ObjectKind.CORE).size());
        assertTrue(topology.note().orElseThrow().contains(reason), topology.note().orElseThrow());
    }

    @Test
    void hwlocThatIsGoneOrHangs() throws IOException {
        assertTrue(TopologyReader.read(sys, Optional.of(root.resolve("absent"))).note().isPresent());
        Path pid = root.resolve("pid");
        Path hangs = program("hangs", "sleep 600 & echo $! > " + pid + "; wait");
        Topology topology = TopologyReader.read(sys, Optional.of(hangs), Duration.ofMillis(500));
        assertEquals("sysfs", topology.source());
        assertTrue(topology.note().orElseThrow().contains("no answer within 500 ms"), topology.note().orElseThrow());
        if (Files.exists(pid)) {
            long child = Long.parseLong(Files.readString(pid).strip());
            ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join()); // hangs, too, if it was left alive
        }
    }

    @Test
    void aDocumentReadsNoOtherFile() throws IOException {
        Path secret = Files.writeString(root.resolve("secret"), "<object type='PU' os_index='0' cpuset='0xf'/>");
        String text = "<!DOCTYPE topology [<!ENTITY other SYSTEM '" + secret.toUri() + "'>]>"
                + "<topology version='2.0'>&other;</topology>";
        assertThrows(IOException.class, () -> HwlocTopology.parse(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void setsOfManyWords() throws IOException {
        String text = "<topology version='2.0'><object type='Machine' cpuset='0xf...f'/></topology>";
        assertThrows(IOException.class, () -> HwlocTopology.parse(text.getBytes(StandardCharsets.US_ASCII)));
        String sparse = "<topology version='2.0'><object type='Core' cpuset='0x80000001,,0x0,0x00000002'>"
                + "<object type='PU' os_index='1' cpuset='0x00000002'/></object></topology>";
        Topology topology = HwlocTopology.parse(sparse.getBytes(StandardCharsets.US_ASCII));
        assertEquals("1,96,127", topology.objects(ObjectKind.CORE).get(0).cpus().toString());
        assertEquals(TopologyObject.UNKNOWN, topology.objects(ObjectKind.CORE).get(0).physical());
    }

    @Test
    void theProgramIsFoundInTheSearchPath() throws IOException {
        assertEquals(Optional.empty(), TopologyReader.lstopo(null));
        assertEquals(Optional.empty(), TopologyReader.lstopo(""));
        assertEquals(Optional.empty(), TopologyReader.lstopo(".:relative:" + root));
        Path full = program("lstopo", "exit 1");
        assertEquals(Optional.of(full), TopologyReader.lstopo("/nowhere:" + root));
        Path plain = program("lstopo-no-graphics", "exit 1");
        assertEquals(Optional.of(plain), TopologyReader.lstopo("/nowhere:" + root));
    }
}
