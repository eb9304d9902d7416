package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The list has every call of the kernel that runs. That is read off the names of the kernel's entry points, which
 * {@code /proc/kallsyms} shows to everybody, and not tried out: a call with arbitrary arguments may do anything.
 */
class RunningKernelTest {

    private static final Path SYMBOLS = Path.of("/proc/kallsyms");
    /** A symbol; the compiler may have split a cold part off it, {@code __x64_sys_NAME.cold}. */
    private static final Pattern ENTRY = Pattern.compile(" __x64_sys_([a-z0-9_]+)");

    /** Entry points whose name differs from the call's in {@code syscall_64.tbl}. */
    private static final Map<String, String> CALLED = Map.of("newstat", "stat", "newfstat", "fstat", "newlstat", "lstat",
            "newuname", "uname", "sendfile64", "sendfile", "umount", "umount2");

    /** Entry points of 32-bit programs and of other machines, which the kernel's sources name for every machine. */
    private static final Pattern FOREIGN = Pattern.compile(".*(32|16|64_64)|ia32_.*|old.*|vm86.*|.*statfs64|s390_.*|spu_.*"
            + "|pciconfig_.*|rtas|subpage_prot|sync_file_range2|gethostname|ipc|llseek|mmap_pgoff|ni_syscall|nice|recv|send"
            + "|sgetmask|ssetmask|signal|sigpending|sigprocmask|sigsuspend|socketcall|stime|waitpid");

    @Test
    void everyCallOfTheRunningKernelIsInTheList() throws IOException {
        Set<String> entries = entries();
        Set<String> unknown = new TreeSet<>(entries);
        unknown.removeIf(entry -> SyscallNames.number(CALLED.getOrDefault(entry, entry)).isPresent()
                || FOREIGN.matcher(entry).matches());
        assertEquals(Set.of(), unknown, "system calls of Linux " + System.getProperty("os.version") + " that the list lacks");
        assertTrue(entries.contains("openat"), "the names were not understood: " + entries);
    }

    private static Set<String> entries() throws IOException {
        Set<String> entries = new TreeSet<>();
        if (Files.isReadable(SYMBOLS)) {
            try (Stream<String> lines = Files.lines(SYMBOLS)) {
                lines.forEach(line -> {
                    Matcher entry = ENTRY.matcher(line);
                    if (entry.find()) {
                        entries.add(entry.group(1));
                    }
                });
            }
        }
        if (entries.isEmpty()) {
            System.out.println("skipped: " + SYMBOLS + " shows no entry points of system calls here");
        }
        assumeTrue(!entries.isEmpty(), SYMBOLS + " shows no entry points of system calls here");
        return entries;
    }
}
