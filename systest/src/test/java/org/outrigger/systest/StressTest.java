package org.outrigger.systest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * stress-ng with {@code --verify}: each stressor of the classes cpu, memory, vm, pipe, scheduler, filesystem and os, and the
 * stressors of signals, must end as natively: passed, failed, skipped for lack of a resource, or not available.
 */
class StressTest {

    private static final List<String> CLASSES = List.of("cpu", "memory", "vm", "pipe", "scheduler", "filesystem", "os");

    /** stress-ng has no class for signals; these are the stressors that send and handle them. */
    private static final List<String> SIGNALS = List.of("alarm", "itimer", "kill", "sigabrt", "sigchld", "sigfd", "sigfpe",
        "sigio", "signal", "signest", "sigpending", "sigpipe", "sigq", "sigrt", "sigsegv", "sigsuspend", "sigtrap", "timer",
        "timerfd");

    /** What runs in the quick profile: each class, and all that touches what the LWK serves. */
    private static final List<String> QUICK = List.of(
        "atomic", "context", "cpu", "getrandom", "longjmp", "rseq", "stream", "vecmath",
        "brk", "bad-altstack", "malloc", "madvise", "membarrier", "memfd", "mincore", "mmap", "mmapaddr", "mmapfixed", "mmapfork",
        "mprotect", "mremap", "munmap", "mlock", "msync", "remap", "rmap", "stack", "stackmmap", "vm", "vm-addr", "vm-rw",
        "vm-segv", "userfaultfd", "fifo", "pipe", "splice", "vm-splice",
        "alarm", "itimer", "kill", "sigabrt", "sigchld", "sigfd", "sigfpe", "signal", "signest", "sigpending", "sigq", "sigrt",
        "sigsegv", "sigsuspend", "sigtrap", "timer",
        "affinity", "clone", "daemon", "eventfd", "exec", "fork", "futex", "mutex", "nanosleep", "poll", "pthread", "sem",
        "spawn", "switch", "vfork", "wait", "yield", "zombie",
        "access", "copy-file", "dentry", "dup", "fcntl", "flock", "getdent", "io", "rename", "utime",
        "enosys", "env", "fault", "full", "get", "ptrace", "pty", "session", "shm", "sysinfo", "vdso", "usersyscall");

    /** Stressors that are left out, and why: they endanger the machine or everything else that runs on it. */
    private static final Map<String, String> EXCLUDED = Map.ofEntries(
        Map.entry("apparmor", "changes the machine's security policy"),
        Map.entry("bad-ioctl", "ioctls with random arguments on every device"),
        Map.entry("bigheap", "grows until memory is exhausted"),
        Map.entry("binderfs", "mounts"),
        Map.entry("bind-mount", "mounts over the root"),
        Map.entry("clock", "sets the machine's clocks"),
        Map.entry("cpu-online", "takes CPUs off line"),
        Map.entry("cyclic", "real-time priority on shared CPUs"),
        Map.entry("dev", "opens every device"),
        Map.entry("efivar", "touches the firmware's variables"),
        Map.entry("icmp-flood", "floods the network"),
        Map.entry("ioport", "writes to input-output ports"),
        Map.entry("klog", "clears the kernel's log"),
        Map.entry("loop", "makes block devices"),
        Map.entry("memhotplug", "takes memory off line"),
        Map.entry("netlink-proc", "listens to all processes of the machine"),
        Map.entry("oom-pipe", "exhausts memory"),
        Map.entry("pci", "reads the registers of every device"),
        Map.entry("physpage", "reads physical memory"),
        Map.entry("priv-instr", "privileged instructions"),
        Map.entry("quota", "changes quotas"),
        Map.entry("race-sched", "changes the priority of processes"),
        Map.entry("ramfs", "mounts"),
        Map.entry("reboot", "asks to reboot"),
        Map.entry("resources", "exhausts descriptors and memory"),
        Map.entry("rtc", "sets the hardware clock"),
        Map.entry("smi", "system management interrupts"),
        Map.entry("softlockup", "holds all CPUs at real-time priority"),
        Map.entry("swap", "adds and removes swap space"),
        Map.entry("sysfs", "reads every file of /sys, some of which act"),
        Map.entry("sysinval", "random arguments to every call"),
        Map.entry("tmpfs", "mounts"),
        Map.entry("tun", "makes network devices"),
        Map.entry("udp-flood", "floods the network"),
        Map.entry("umount", "unmounts"),
        Map.entry("watchdog", "arms the hardware watchdog"));

    /** Sizes that keep a stressor small. */
    private static final Map<String, List<String>> SIZES = Map.of(
        "vm", List.of("--vm-bytes", "32m"), "mmap", List.of("--mmap-bytes", "16m"), "hdd", List.of("--hdd-bytes", "16m"),
        "malloc", List.of("--malloc-bytes", "16m"), "brk", List.of("--brk-bytes", "64m"), "stack", List.of("--stack-fill"),
        "copy-file", List.of("--copy-file-bytes", "16m"), "readahead", List.of("--readahead-bytes", "16m"),
        "mremap", List.of("--mremap-bytes", "4m"), "iomix", List.of("--iomix-bytes", "8m"));

    @TestFactory
    Stream<DynamicTest> everyStressorEndsAsNatively() {
        Machine.needs("stress-ng");
        Set<String> names = new TreeSet<>(SIGNALS);
        if (Machine.longProfile()) {
            CLASSES.forEach(name -> names.addAll(stressorsOf(name)));
        } else {
            names.addAll(QUICK);
        }
        EXCLUDED.forEach((name, reason) -> {
            if (names.remove(name)) {
                System.err.println("SKIPPED: stress-ng " + name + ": " + reason);
            }
        });
        return names.stream().map(name -> dynamicTest(name, () -> {
            NativeAndLwk compared = NativeAndLwk.of(line(name)).limit(90).normalised(text -> "").errorsIgnored();
            Run natively = compared.natively();
            Run lwk = compared.onLwk();
            assertEquals(verdict(natively), verdict(lwk), () -> name + "\n=== natively: " + natively.summary()
                + "\n=== on the LWK: " + lwk.summary());
        }));
    }

    private static String[] line(String name) {
        List<String> line = new ArrayList<>(List.of("stress-ng", "--" + name, "1", "--" + name + "-ops",
            Integer.toString(Machine.quickOrLong(20, 100)), "--timeout", Machine.quickOrLong(2, 10) + "s", "--verify",
            "--oomable", "--no-rand-seed", "--temp-path", "."));
        line.addAll(SIZES.getOrDefault(name, List.of()));
        return line.toArray(String[]::new);
    }

    /** The exit status in words (stress-ng(1), EXIT STATUS); a status of 3 and one of 4 both mean skipped. */
    private static String verdict(Run run) {
        return switch (run.status()) {
            case 0 -> run.stderr().contains("skipped: 1") || run.text().contains("skipped: 1") ? "skipped" : "passed";
            case 1 -> "bad options";
            case 2 -> "failed";
            case 3 -> "skipped";
            case 4 -> "not available";
            default -> "status " + run.status();
        };
    }

    private static List<String> stressorsOf(String name) {
        Run list = NativeAndLwk.of("stress-ng", "--class", name + "?").natively();
        String text = list.text() + list.stderr();
        return List.of(text.substring(text.indexOf("stressors:") + "stressors:".length()).strip().split("\\s+"));
    }
}
