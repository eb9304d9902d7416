package org.outrigger.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.lab.calls.CallsRunner;
import org.outrigger.lab.compare.CompareRunner;
import org.outrigger.lab.noise.NoiseRunner;
import org.outrigger.lab.memory.MemoryRunner;
import org.outrigger.node.partition.Partitions;

/** A command line in a world made up for a test: a machine, an environment, a directory, a runner that only remembers. */
final class CommandLineFixture {
    /** What the remembering runner answers. */
    static final int PROGRAM_STATUS = 42;

    /** What one command left behind. */
    record Outcome(int status, String out, String err) {
    }

    final Path directory;
    final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));
    /** Who measures calls, where a test has that done. */
    CallsRunner calls;
    /** Who compares, where a test has that done. */
    CompareRunner comparisons;
    /** Who measures noise, where a test has that done. */
    NoiseRunner noise;
    /** Who measures memory, likewise. */
    MemoryRunner memory;
    /** The partitions of the node, where a test has some. */
    Partitions partitions;
    final List<JobRequest> requests = new ArrayList<>();
    private PrintStream out;

    /** In an empty directory, on a machine with the online and the allowed CPUs of these lists. */
    CommandLineFixture(Path root, String online, String allowed) throws IOException {
        directory = Files.createDirectories(root.resolve("work"));
        environment.put("OUTRIGGER_STATE", root.resolve("state").toString());
        Path cpu = Files.createDirectories(root.resolve("sys/devices/system/cpu"));
        Files.writeString(cpu.resolve("online"), online + "\n");
        Files.writeString(cpu.resolve("possible"), "0-63\n");
        Files.writeString(root.resolve("status"), "Name:\tjava\nUid:\t0\t0\t0\t0\nCpus_allowed_list:\t" + allowed
                + "\nMems_allowed_list:\t0\n");
    }

    void standardOutput(PrintStream stream) {
        out = stream;
    }

    Outcome outrigger(String... args) {
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        Path root = directory.getParent();
        Surroundings surroundings = new Surroundings(environment,
                out != null ? out : new PrintStream(outBytes, false, StandardCharsets.UTF_8),
                new PrintStream(errBytes, false, StandardCharsets.UTF_8), directory, root.resolve("sys"), root.resolve("status"));
        int status = new Main(surroundings, request -> {
            requests.add(request);
            return PROGRAM_STATUS;
        }, new NamedTable(), new Main.Laboratory(() -> calls, () -> memory, () -> comparisons, () -> noise,
                () -> partitions)).execute(args);
        return new Outcome(status, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
    }

    /** The one job that {@code outrigger run} with these arguments hands over. */
    JobRequest request(String... args) {
        requests.clear();
        String[] all = new String[args.length + 1];
        all[0] = "run";
        System.arraycopy(args, 0, all, 1, args.length);
        Outcome outcome = outrigger(all);
        if (requests.size() != 1) {
            throw new AssertionError("no job: " + outcome);
        }
        return requests.get(0);
    }

    /** A table that shows the name of its file; a file with the word "wrong" in it is refused. */
    private static final class NamedTable implements TriageView {
        @Override
        public String text(Optional<Path> file) throws TriageFileException {
            return "text of " + name(file) + "\n";
        }

        @Override
        public String json(Optional<Path> file) throws TriageFileException {
            return "{\"of\": \"" + name(file) + "\"}\n";
        }

        @Override
        public void check(Path file) throws TriageFileException {
            name(Optional.of(file));
        }

        private static String name(Optional<Path> file) throws TriageFileException {
            if (file.isEmpty()) {
                return "built-in";
            }
            try {
                if (Files.readString(file.get()).contains("wrong")) {
                    throw new TriageFileException(file.get().getFileName() + ":1:1: no such call");
                }
                return file.get().getFileName().toString();
            } catch (IOException unreadable) {
                throw new TriageFileException(file.get().getFileName() + ": cannot be read");
            }
        }
    }
}
