package org.outrigger.node.partition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.outrigger.node.CpuSet;
import org.outrigger.node.CpuList;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A command in a process of its own, which can die at any of its steps as by SIGKILL, or wait there for a signal. */
final class CommandProcess {
    static final int DEAD = 137;
    static final String NEVER = "never";
    private static final int REFUSED = 1;
    private static final int LIMIT_S = 120;

    private CommandProcess() {
    }

    /**
     * Arguments: the node's folder or {@code /}, the state's folder, the step to die before, then commands and their
     * arguments.
     */
    public static void main(String[] args) throws Exception {
        NodeFiles node = args[0].equals("/") ? new SystemFiles() : new FolderNode(Path.of(args[0]));
        AtomicInteger step = new AtomicInteger();
        Partitions partitions = new Partitions(node, new StateFolder(Path.of(args[1])), what -> {
            int now = step.getAndIncrement();
            if (Integer.toString(now).equals(args[2])) {
                Runtime.getRuntime().halt(DEAD);
            }
            if (("wait" + now).equals(args[2])) {
                System.out.println("waits");
                pause();
            }
        }).telling(System.out::println);
        try {
            for (int i = 3; i < args.length; i++) {
                switch (args[i]) {
                    case "create" -> partitions.create(PartitionsTest.partition(args[++i], cpus(args[++i])));
                    case "resize" -> {
                        String name = args[++i];
                        CpuSet cores = cpus(args[++i]);
                        partitions.resize(name, old -> old.with(cores, old.linuxCores(), old.memory()));
                    }
                    case "destroy" -> partitions.destroy(args[++i]);
                    default -> throw new IllegalArgumentException(args[i]);
                }
                System.out.println("done");
            }
            System.out.println("steps " + step);
        } catch (PartitionException refused) {
            System.out.println(refused.getMessage());
            System.exit(REFUSED);
        }
    }

    private static CpuSet cpus(String list) {
        try {
            return CpuList.plain(list);
        } catch (Exception broken) {
            throw new IllegalArgumentException(list, broken);
        }
    }

    /** Long enough for a signal to come and be seen. */
    private static void pause() {
        try {
            Thread.sleep(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException none) {
            Thread.currentThread().interrupt();
        }
    }

    static Process start(String node, Path state, String deadly, String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), CommandProcess.class.getName(), node, state.toString(), deadly));
        line.addAll(List.of(command));
        return new ProcessBuilder(line).redirectErrorStream(true).start();
    }

    /** What came of one. */
    record End(int status, String output) {
    }

    static End end(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), output);
        return new End(process.exitValue(), output);
    }
}
