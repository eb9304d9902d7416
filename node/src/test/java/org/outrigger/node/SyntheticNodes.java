package org.outrigger.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree of files that looks like sysfs and procfs of a machine with NUMA nodes. */
final class SyntheticNodes {
    private final Path root;
    private final StringBuilder online = new StringBuilder();

    /** An empty machine whose files lie under {@code root}. */
    SyntheticNodes(Path root) throws IOException {
        this.root = root;
        allowed("0-1023");
    }

    /** Adds a node; nodes are added in the order of their numbers. */
    SyntheticNodes node(int number, long megabytes, String cpus, String distances) throws IOException {
        online.append(online.isEmpty() ? "" : ",").append(number);
        write("sys/devices/system/node/online", online + "\n");
        String node = "sys/devices/system/node/node" + number;
        write(node + "/meminfo", "\nNode " + number + " MemTotal:       " + megabytes * 1024 + " kB\nNode " + number
                + " MemFree:        " + megabytes * 512 + " kB\nNode " + number + " MemUsed:     0 kB\n");
        write(node + "/cpulist", cpus + "\n");
        write(node + "/distance", distances + "\n");
        return this;
    }

    SyntheticNodes pool(int number, long kilobytes, int total, int free) throws IOException {
        String pool = "sys/devices/system/node/node" + number + "/hugepages/hugepages-" + kilobytes + "kB/";
        write(pool + "nr_hugepages", total + "\n");
        write(pool + "free_hugepages", free + "\n");
        return this;
    }

    /** The nodes that the process's cpuset has. */
    SyntheticNodes allowed(String nodes) throws IOException {
        write("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-7\nMems_allowed:\tff\nMems_allowed_list:\t" + nodes + "\n");
        return this;
    }

    void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    MemoryNodes read() throws IOException {
        return MemoryNodes.read(root.resolve("sys"), root.resolve("proc/self/status"));
    }
}
