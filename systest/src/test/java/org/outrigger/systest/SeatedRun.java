package org.outrigger.systest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.kernel.boot.Intercept;
import org.outrigger.kernel.boot.JobControl;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.kernel.boot.LwkRunner;
import org.outrigger.kernel.boot.Seat;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.PoolShare;
import org.outrigger.kernel.triage.TriageTable;

/**
 * Started by the launcher in place of the product's command line: runs a program with a seat that properties describe. What is
 * to be changed of the job is read from a FIFO, one command a line, and answered in a file.
 *
 * <pre>
 *    cores 0,1    memory BYTES    pools PAGES (of 2 MiB, on any node)    usage
 * </pre>
 */
final class SeatedRun {
    /** Prefix of the properties. */
    static final String SEAT = "seat.";
    private static final long PAGE = 2L << 20;

    private SeatedRun() {
    }

    private static String property(String name, String otherwise) {
        return System.getProperty(SEAT + name, otherwise);
    }

    private static int[] cpus(String list) {
        return Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    private static List<PoolShare> pages(String count) {
        return count.isEmpty() ? List.of() : List.of(new PoolShare(PoolShare.ANY_NODE, PAGE, Long.parseLong(count)));
    }

    /** @param command the program and its arguments */
    public static void main(String[] command) {
        MemoryPlan plan = MemoryPlan.DEFAULT;
        long limit = Long.getLong(SEAT + "memory", 0);
        if (limit > 0) {
            plan = new MemoryPlan(List.of(new MemoryPlan.Amount(limit, MemoryPlan.Amount.ANY_NODE)), plan.guarantees(),
                plan.heapPages(), plan.pages(), plan.stackPages(), plan.pageFault(), plan.nodes(), plan.heapStep(),
                plan.heapKeep(), plan.premap(), plan.stackMost(), plan.choice());
        }
        List<Path> members = new ArrayList<>();
        for (String member : property("members", "").split(",")) {
            if (!member.isEmpty()) {
                members.add(Path.of(member));
            }
        }
        String report = property("report", "");
        JobRequest plain = new JobRequest(List.of(command), 0, command[0], cpus(property("lwk", "1")),
            cpus(property("linux", "0")), false, Integer.getInteger(SEAT + "ranks", 1), true, false, 1, Pace.Priority.NONE,
            Boolean.getBoolean(SEAT + "fifo"), plan, Intercept.AUTO, Optional.empty(),
            report.isEmpty() ? Optional.empty() : Optional.of(Path.of(report)), !report.isEmpty(), 0, List.of());
        Seat seat = new Seat(property("partition", "test"), members, Boolean.getBoolean(SEAT + "nothp"),
            pages(property("pools", "")), new Remote(Path.of(property("commands", "/nonexistent")),
                Path.of(property("answers", "/nonexistent"))));
        JobRequest request = property("heldback", "").isEmpty() ? plain.seated(seat)
            : plain.leaving(pages(property("heldback", "")));
        System.exit(new LwkRunner(TriageTable.standard(), "test").run(request));
    }

    /** Obeys what is written into a FIFO. */
    private record Remote(Path commands, Path answers) implements Seat.Link {
        @Override
        public void begin(JobControl job) {
            if (Files.exists(commands)) {
                Thread thread = new Thread(() -> obey(job), "remote");
                thread.setDaemon(true);
                thread.start();
            }
        }

        private void obey(JobControl job) {
            try (BufferedReader lines = Files.newBufferedReader(commands)) {
                String line;
                while ((line = lines.readLine()) != null) {
                    String[] words = line.split(" ");
                    answer(line + ": " + switch (words[0]) {
                        case "cores" -> job.cores(cpus(words[1]));
                        case "memory" -> job.memory(Long.parseLong(words[1]));
                        case "pools" -> job.pools(pages(words[1]));
                        default -> job.usage();
                    });
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void answer(String text) throws IOException {
            Files.writeString(answers, text + "\n", StandardOpenOption.APPEND, StandardOpenOption.CREATE);
        }

        @Override
        public void end() {
            if (Files.exists(commands)) {
                try {
                    answer("ended");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
