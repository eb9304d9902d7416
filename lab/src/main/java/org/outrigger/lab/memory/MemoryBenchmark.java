package org.outrigger.lab.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.lab.arms.ArmFailedException;
import org.outrigger.lab.batch.ArmPrograms;
import org.outrigger.lab.batch.ArmProcess;
import org.outrigger.lab.batch.Cells;
import org.outrigger.lab.batch.Neighbours;
import org.outrigger.lab.batch.Progress;
import org.outrigger.lab.environment.Environment;
import org.outrigger.lab.memory.MemoryRow.Kind;

/**
 * Takes one group of rows after the other. Its program is started under each arm, and one of them at a time is asked for a
 * batch while the
 * others sleep; the order of the arms turns from round to round, so that drift of the machine hits all.
 */
public final class MemoryBenchmark implements MemoryRunner {
    /** Enough calls for a process to be patched, before anything else is asked. */
    private static final String CALLS = MemoryRow.NULL_PAIR.request() + " 0 10000 0 0";
    /** What warms an LWK up whose process has no batches that do not count. */
    private static final String WORK = MemoryRow.MMAP_64K.request() + " " + MemoryRow.MMAP_64K.size() + " 2000 0 0";
    private static final long MILLISECOND = 1_000_000;
    /** Until whoever answered the last batch, and this process, have stopped spinning and sleep. */
    private static final long PAUSE_MS = 5;
    private static final String TUNABLES = "GLIBC_TUNABLES";
    private static final String HUGE_MALLOC = "glibc.malloc.hugetlb=1";
    private static final String ADVISED = "advised";
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";
    private static final double GIB = 1L << 30;
    private static final long KIB = 1024;

    private final ArmPrograms programs = new ArmPrograms();
    private final Neighbours neighbours = new Neighbours(Path.of("/proc/loadavg"));
    private final Map<MemoryArm, String> leftOut = new EnumMap<>(MemoryArm.class);
    private final Map<MemoryRow, Map<MemoryArm, Gathered>> figures = new EnumMap<>(MemoryRow.class);
    private final List<MemoryArm> arms = new ArrayList<>();
    private MemoryRequest request;
    private long lwkPeak;

    @Override
    public void stop() {
        programs.stop();
    }

    @Override
    public MemoryReport run(MemoryRequest wanted, Progress progress) throws ArmFailedException {
        request = wanted;
        Environment environment = Environment.read(request.environment().getOrDefault("OUTRIGGER_JVM_FLAGS", ""));
        Instant start = Instant.now();
        long from = System.nanoTime();
        for (MemoryArm arm : request.arms()) {
            arm.missing(environment.hugePages()).ifPresentOrElse(reason -> leftOut.put(arm, reason), () -> arms.add(arm));
        }
        if (arms.isEmpty()) {
            throw new ArmFailedException("the arm '" + request.arms().get(0).key() + "' cannot be had: "
                    + leftOut.get(request.arms().get(0)));
        }
        enoughMemory(available());
        Map<Group, List<MemoryRow>> groups = new LinkedHashMap<>();
        for (MemoryRow row : request.rows()) {
            groups.computeIfAbsent(row.group(), group -> new ArrayList<>()).add(row);
            figures.put(row, new EnumMap<>(MemoryArm.class));
            arms.forEach(arm -> figures.get(row).put(arm, new Gathered(request.operations(row))));
        }
        try {
            programs.prepare(request.home(), "lab/target/outrigger-memory", request.environment(), request.allowed(),
                    request.lwkCores(), request.linuxCores());
            for (Map.Entry<Group, List<MemoryRow>> group : groups.entrySet()) {
                measure(group.getKey(), group.getValue(), progress);
            }
        } catch (ArmFailedException failed) {
            if (!programs.stopped()) {
                throw failed;
            }
        } catch (IOException impossible) {
            throw new ArmFailedException(impossible.getMessage());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            programs.end();
        }
        List<MemoryFigures> rows = request.rows().stream().map(row -> {
            Map<MemoryArm, ArmUse> uses = new EnumMap<>(MemoryArm.class);
            figures.get(row).forEach((arm, gathered) -> uses.put(arm, gathered.use()));
            return new MemoryFigures(row, request.size(row), request.operations(row), uses);
        }).toList();
        Duration duration = Duration.ofNanos(System.nanoTime() - from);
        return new MemoryReport(request, environment, start, duration, programs.stopped(), leftOut,
                lwkPeak == 0 ? Optional.empty() : Optional.of(lwkPeak), neighbours.share(), rows);
    }

    /**
     * Refuses rows that this machine has no memory for.
     *
     * @param available bytes; 0 when nobody knows
     */
    private void enoughMemory(long available) throws ArmFailedException {
        for (MemoryRow row : request.rows()) {
            if (available > 0 && request.need(row) > available) {
                throw new ArmFailedException("the row '" + row.key() + "' needs " + Cells.number(request.need(row) / GIB)
                        + " GiB of memory, and " + Cells.number(available / GIB) + " GiB are available: "
                        + (row == MemoryRow.GUPS ? "make its table smaller with --table, or " : "")
                        + "name other rows with --rows");
            }
        }
    }

    private static long available() {
        try {
            return Files.readAllLines(MEMORY, StandardCharsets.ISO_8859_1).stream().filter(line -> line.startsWith(AVAILABLE))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB).findFirst().orElse(0);
        } catch (IOException hidden) {
            return 0;
        }
    }

    private void measure(Group group, List<MemoryRow> rows, Progress progress)
            throws ArmFailedException, IOException, InterruptedException {
        Map<MemoryArm, ArmProcess> living = new EnumMap<>(MemoryArm.class);
        if (!group.fresh()) {
            for (MemoryArm arm : arms) {
                progress.at(0, request.rounds(), arm.key() + " " + group.name());
                living.put(arm, start(arm));
                for (MemoryRow row : rows) {
                    long settled = System.nanoTime() + request.settle() * MILLISECOND;
                    for (int batch = 0; batch < request.warmUps() || System.nanoTime() < settled; batch++) {
                        if (gathered(arm, row).failed() || programs.stopped()) {
                            break;
                        }
                        gathered(arm, row).warmUp(ask(living.get(arm), row, row.kind() == Kind.SINGLE, false));
                    }
                }
            }
        }
        int last = (request.rounds() - 1) / group.every() * group.every();
        for (int round = 0; round <= last && !programs.stopped(); round += group.every()) {
            for (int turn = 0; turn < arms.size(); turn++) {
                MemoryArm arm = arms.get((round / group.every() + turn) % arms.size());
                ArmProcess process = group.fresh() ? settled(start(arm)) : living.get(arm);
                for (MemoryRow row : rows) {
                    if (group.fresh() && row.kind() != Kind.WHOLE) {
                        gathered(arm, row).warmUp(ask(process, row, true, false));
                    }
                    progress.at(round + 1, request.rounds(), row.key());
                    batches(process, row, gathered(arm, row), round == last);
                }
                if (group.fresh()) {
                    end(List.of(process));
                }
            }
        }
        end(List.copyOf(living.values()));
    }

    private Gathered gathered(MemoryArm arm, MemoryRow row) {
        return figures.get(row).get(arm);
    }

    private void end(List<ArmProcess> some) {
        some.forEach(process -> lwkPeak = Math.max(lwkPeak, process.lwkPeak().orElse(0L)));
        programs.end(some);
    }

    private void batches(ArmProcess process, MemoryRow row, Gathered gathered, boolean last)
            throws ArmFailedException, InterruptedException {
        if (row.kind() == Kind.BOTH && !gathered.failed()) {
            gathered.batch(ask(process, row, false, false));
        }
        if (!gathered.failed()) {
            Reading reading = ask(process, row, row.kind() != Kind.WHOLE, false);
            if (row.kind() != Kind.BOTH) {
                gathered.batch(reading);
            }
            gathered.timed(reading);
        }
        if (last && !gathered.failed()) {
            gathered.counted(ask(process, row, false, true));
        }
    }

    private Reading ask(ArmProcess process, MemoryRow row, boolean timed, boolean counted)
            throws ArmFailedException, InterruptedException {
        Thread.sleep(PAUSE_MS);
        neighbours.look();
        return process.ask(row.request() + " " + request.size(row) + " " + request.operations(row) + (timed ? " 1" : " 0")
                + (counted ? " 1" : " 0"), row.key(), Reading::parse);
    }

    private ArmProcess start(MemoryArm arm) throws ArmFailedException, IOException, InterruptedException {
        ArmProcess process = switch (arm) {
            case NATIVE -> programs.startNative(arm.key(), Map.of(), List.of());
            case NATIVE_THP -> programs.startNative(arm.key(), hugeMalloc(), List.of(ADVISED));
            case LWK -> programs.startOnLwk(arm.key(), List.of(), Map.of(), List.of());
        };
        process.awaitReady();
        process.ask(CALLS, "settling", Reading::parse);
        return process;
    }

    /** A process after it has worked for a while. */
    private ArmProcess settled(ArmProcess process) throws ArmFailedException, InterruptedException {
        long end = System.nanoTime() + request.settle() * MILLISECOND;
        while (System.nanoTime() < end && !programs.stopped()) {
            process.ask(WORK, "settling", Reading::parse);
        }
        return process;
    }

    private Map<String, String> hugeMalloc() {
        String others = request.environment().getOrDefault(TUNABLES, "");
        return Map.of(TUNABLES, others.isEmpty() ? HUGE_MALLOC : others + ":" + HUGE_MALLOC);
    }
}
