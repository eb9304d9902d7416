package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A control group of version 1 of a test's own, removed afterwards; the test is skipped where there can be none. */
final class CpusetGroup implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final int TRIES = 250;

    private final Path folder;
    private final Thread atExit = new Thread(this::remove);

    private CpusetGroup(String controller, String probe) {
        Path parent = ROOT.resolve(controller);
        Machine.skipUnless(Files.isWritable(parent.resolve("cgroup.procs")) && Files.exists(parent.resolve(probe)),
            "control groups of " + controller + " (v1) cannot be made here");
        folder = parent.resolve("outrigger-test-" + ProcessHandle.current().pid());
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            Machine.skipUnless(false, "no control group can be made: " + e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** One with these CPUs, and the first node's memory. */
    static CpusetGroup of(String cpus) {
        CpusetGroup group = new CpusetGroup("cpuset", "cpuset.cpus");
        try {
            group.write("cpuset.mems", "0");
            group.write("cpuset.cpus", cpus);
        } catch (UncheckedIOException taken) {
            group.close();
            Machine.skipUnless(false, "the CPUs " + cpus + " cannot be had: " + taken.getMessage());
        }
        return group;
    }

    /** One of the CPU controller, in which no time is set aside for real time. */
    static CpusetGroup withoutRealTime() {
        return new CpusetGroup("cpu", "cpu.rt_runtime_us");
    }

    /** The file into which processes are written. */
    Path members() {
        return folder.resolve("cgroup.procs");
    }

    /** Its path as {@code /proc/PID/cgroup} has it. */
    String name() {
        return "/" + folder.getFileName();
    }

    void cpus(String cpus) {
        write("cpuset.cpus", cpus);
    }

    private void write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void remove() {
        for (int i = 0; i < TRIES && !folder.toFile().delete(); i++) { // until Linux has forgotten who was in it
            Job.pause(20);
        }
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
