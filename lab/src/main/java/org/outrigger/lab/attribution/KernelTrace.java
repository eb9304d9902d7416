package org.outrigger.lab.attribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.outrigger.lab.arms.Ground;

/**
 * The kernel's trace of what runs on some cores: an instance of tracefs of its own, which disturbs no other user of it. Its clock
 * is the time stamp counter, as the measured programs'. Source: {@code Documentation/trace/ftrace.rst} of the kernel. Belongs
 * to one thread.
 */
public final class KernelTrace implements AutoCloseable {
    /** Where tracefs is mounted. */
    public static final Path TRACEFS = Path.of("/sys/kernel/tracing");

    private static final String PREFIX = "outrigger-";
    private static final String CLOCK = "x86-tsc";
    private static final int BUFFER_KIB = 8192;
    private static final Pattern PID = Pattern.compile("\\d{1,10}");
    private static final String[] EVENTS = {
        "irq/irq_handler_entry", "irq/irq_handler_exit", "irq/softirq_entry", "irq/softirq_exit", "sched/sched_switch",
        "irq_vectors/enable", "nmi/nmi_handler",
    };

    private final Path instance;
    private final int[] cpus;
    private final List<String> missing = new ArrayList<>();

    private KernelTrace(Path instance, int[] cpus) {
        this.instance = instance;
        this.cpus = cpus.clone();
    }

    /**
     * Makes an instance for some cores; it records nothing yet. What earlier processes have left behind is removed.
     *
     * @param tracefs where tracefs is mounted
     * @param cpus    numbers of the cores, at least one
     * @throws IOException where it may not be made, with the reason
     */
    public static KernelTrace open(Path tracefs, int[] cpus) throws IOException {
        Path instances = tracefs.resolve("instances");
        if (!Files.isDirectory(instances)) {
            throw new IOException("no tracefs at " + tracefs + ", or no permission");
        }
        reconcile(instances);
        Path instance = instance(tracefs);
        Files.createDirectory(instance);
        KernelTrace trace = new KernelTrace(instance, cpus);
        try {
            trace.prepare();
            return trace;
        } catch (IOException refused) {
            trace.close();
            throw refused;
        }
    }

    /** The folder of this process's instance, whether it is there or not. */
    public static Path instance(Path tracefs) {
        return tracefs.resolve("instances").resolve(PREFIX + ProcessHandle.current().pid());
    }

    /** Removes the instances of processes that are no more. */
    static void reconcile(Path instances) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(instances, PREFIX + "*")) {
            for (Path path : old) {
                String pid = path.getFileName().toString().substring(PREFIX.length());
                if (PID.matcher(pid).matches() && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private void prepare() throws IOException {
        write("tracing_on", "0");
        write("trace_clock", CLOCK);
        write("tracing_cpumask", Ground.mask(cpus));
        write("buffer_size_kb", Integer.toString(BUFFER_KIB));
        for (String event : EVENTS) {
            Path file = instance.resolve("events").resolve(event);
            Path enable = event.endsWith("/enable") ? file : file.resolve("enable");
            if (Files.exists(enable)) {
                Files.writeString(enable, "1");
            } else {
                missing.add(event);
            }
        }
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(instance.resolve(file), text);
    }

    /** Begins to record, with nothing in the buffers. */
    public void start() throws IOException {
        write("trace", "");
        write("tracing_on", "1");
    }

    /** Ends recording. */
    public void stop() throws IOException {
        write("tracing_on", "0");
    }

    /** Events that this kernel does not have. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    /**
     * What was recorded of a core, in the order of time.
     *
     * @throws IOException where it cannot be read
     */
    List<TraceEvent> events(int cpu) throws IOException {
        List<TraceEvent> events = new ArrayList<>();
        Path file = instance.resolve("per_cpu/cpu" + cpu + "/trace");
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                TraceEvent event = line.startsWith("#") ? null : TraceEvent.parse(line);
                if (event != null) {
                    events.add(event);
                }
            }
        }
        return events;
    }

    /** How many events of a core had no room: then the time before the first one that is there is nobody's. */
    long lost(int cpu) throws IOException {
        long lost = 0;
        try (Stream<String> lines = Files.lines(instance.resolve("per_cpu/cpu" + cpu + "/stats"))) {
            for (String line : lines.filter(text -> text.startsWith("overrun:") || text.startsWith("dropped events:")).toList()) {
                lost += Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return lost;
    }

    /** Removes the instance. */
    @Override
    public void close() throws IOException {
        try {
            write("tracing_on", "0");
        } finally {
            Files.deleteIfExists(instance);
        }
    }
}
