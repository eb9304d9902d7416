package org.outrigger.systest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A program that is talked to line by line, natively or with a seat ({@link SeatedRun}), and in that case its LWK too. */
final class SeatedJob implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final RandomAccessFile input;
    private final RandomAccessFile commands;
    private final Job job;
    private int lines;
    private int answers;

    private SeatedJob(Path folder, List<String> command) {
        this.folder = folder;
        try {
            for (String name : List.of("input", "commands")) {
                Files.deleteIfExists(folder.resolve(name));
                assertTrue(new ProcessBuilder("mkfifo", folder.resolve(name).toString()).start().waitFor() == 0);
            }
            Files.writeString(answersFile(), "");
            input = new RandomAccessFile(folder.resolve("input").toFile(), "rw"); // who reads does not wait for us
            commands = new RandomAccessFile(folder.resolve("commands").toFile(), "rw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        job = Job.start(command, folder, Map.of(), folder.resolve("input"), UUID.randomUUID().toString());
    }

    private Path answersFile() {
        return folder.resolve("answers");
    }

    static SeatedJob natively(Path folder, List<String> command) {
        return new SeatedJob(folder, command);
    }

    /** @param properties of {@link SeatedRun}, as {@code name=value} */
    static SeatedJob seated(Path folder, List<String> properties, List<String> program) {
        return new SeatedJob(folder, command(folder, properties, program));
    }

    /** The command line that runs a program with a seat. */
    static List<String> command(Path folder, List<String> properties, List<String> program) {
        Path root = Outrigger.root();
        Path launcher = root.resolve("corert/target/outrigger-launch");
        Path jar = root.resolve("cli/target/outrigger.jar");
        Machine.skipUnless(Files.isExecutable(launcher) && Files.isReadable(jar), "the product is not built in " + root);
        List<String> line = new ArrayList<>(List.of(launcher.toString(), System.getProperty("java.home") + "/bin/java", "-Xmx48m",
            "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-Doutrigger.rehearse=0", // memory is the LWK's at once
            "-D" + SeatedRun.SEAT + "commands=" + folder.resolve("commands"),
            "-D" + SeatedRun.SEAT + "answers=" + folder.resolve("answers"),
            "-D" + SeatedRun.SEAT + "lwk=" + Machine.defaultLwkCpus().getFirst(),
            "-D" + SeatedRun.SEAT + "linux=" + Machine.allowedCpus().getFirst()));
        properties.forEach(property -> line.add("-D" + SeatedRun.SEAT + property));
        line.addAll(List.of("-cp", jar + ":" + SeatedRun.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
            SeatedRun.class.getName(), "--"));
        line.addAll(program);
        return line;
    }

    private static void send(RandomAccessFile to, String line) {
        try {
            to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the program a line; its next line of output. */
    String ask(String line) {
        send(input, line);
        return next(folder.resolve("none"), line);
    }

    /** Has the LWK change something of the job; what it answers. */
    String change(String command) {
        begin(command);
        return answer(command);
    }

    /** The same without waiting for {@link #answer}. */
    void begin(String command) {
        send(commands, command);
    }

    String answer(String command) {
        String text = next(answersFile(), command);
        assertTrue(text.startsWith(command + ": "), text);
        return text.substring(command.length() + 2);
    }

    /** The next line of answers, or of output where the file is none. */
    private String next(Path file, String what) {
        long end = System.nanoTime() + LIMIT.toNanos();
        boolean output = !file.equals(answersFile());
        int wanted = output ? lines : answers;
        while (System.nanoTime() < end) {
            String text = output ? new String(job.output(), StandardCharsets.UTF_8) : read(file);
            String[] all = text.split("\n", -1);
            if (all.length - 1 > wanted) {
                lines += output ? 1 : 0;
                answers += output ? 0 : 1;
                return all[wanted];
            }
            assertTrue(job.alive() || all.length - 1 > wanted, () -> what + ": ended early\n" + job.await(LIMIT).summary());
            Job.pause(5);
        }
        Run run = job.await(Duration.ofMillis(1));
        throw new AssertionError("no answer to '" + what + "'\n" + run.summary());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Job job() {
        return job;
    }

    /** Ends the program's input; how it ended. */
    Run end() {
        try {
            input.close();
            Run run = job.await(LIMIT);
            job.assertNothingLeft("the job");
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
        commands.close();
        if (job.alive()) {
            job.killAll();
        }
    }
}
