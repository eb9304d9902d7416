package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuSet;

/** hwloc's own programs, where they are installed. */
final class Hwloc {
    private static final Path FOLDER = Path.of("/usr/bin");

    private Hwloc() {
    }

    static Path program(String name) {
        Path program = FOLDER.resolve(name);
        assumeTrue(Files.isExecutable(program), name + " is not installed");
        return program;
    }

    /** What lstopo shows of a machine that is described by {@code input}: {@code -i FOLDER --if fsroot}, for example. */
    static Topology topology(String... input) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program("lstopo-no-graphics").toString(), "--disallowed", "--no-io"));
        command.addAll(Arrays.asList(input));
        command.addAll(List.of("--of", "xml"));
        Process lstopo = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        byte[] xml = lstopo.getInputStream().readAllBytes();
        lstopo.waitFor();
        return HwlocTopology.parse(xml);
    }

    /** The CPUs that hwloc-calc finds for each line; what it complains about is lost. */
    static List<CpuSet> calc(List<String> lines, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("timeout", "300", program("hwloc-calc").toString())); // it may loop
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("--physical-output", "--intersect", "PU"));
        Path input = Files.createTempFile("words", ".txt");
        try {
            Files.write(input, lines);
            Process calc = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectInput(input.toFile()).start();
            try (InputStream out = calc.getInputStream()) {
                List<CpuSet> found = new ArrayList<>();
                for (String line : new String(out.readAllBytes(), StandardCharsets.US_ASCII).lines().toList()) {
                    if (!line.startsWith("Waiting")) { // a prompt
                        found.add(CpuList.plain(line));
                    }
                }
                return found;
            } finally {
                calc.waitFor();
            }
        } finally {
            Files.delete(input);
        }
    }
}
