package org.outrigger.systest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What /proc says about the processes of one test: found by a variable in their environment (proc(5)). */
final class Processes {

    private static final long SELF = ProcessHandle.current().pid();

    private Processes() {
    }

    /** The ids of all processes whose initial environment has {@code variable=value}, this one excepted. */
    static List<Long> withVariable(String variable, String value) {
        String wanted = variable + "=" + value;
        List<Long> found = new ArrayList<>();
        for (long pid : all()) {
            if (pid == SELF) {
                continue;
            }
            for (String entry : text(pid, "environ").split("\0")) {
                if (entry.equals(wanted)) {
                    found.add(pid);
                    break;
                }
            }
        }
        return found;
    }

    /** The ids of the children of a process, direct and indirect. */
    static List<Long> descendants(long pid) {
        return ProcessHandle.of(pid).map(handle -> handle.descendants().map(ProcessHandle::pid).toList()).orElse(List.of());
    }

    /** The first of the processes that executes a file of this name, for example {@code java}. */
    static Optional<Long> executing(List<Long> pids, String fileName) {
        return pids.stream().filter(pid -> {
            try {
                return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).getFileName().toString().equals(fileName);
            } catch (IOException gone) {
                return false;
            }
        }).findFirst();
    }

    /** The state letter of /proc/PID/stat ({@code R S D T Z}), or {@code X} when the process is gone. */
    static char state(long pid) {
        String stat = text(pid, "stat");
        int afterName = stat.lastIndexOf(") ");
        return afterName < 0 ? 'X' : stat.charAt(afterName + 2);
    }

    /** Whether the process exists and is no zombie. */
    static boolean alive(long pid) {
        char state = state(pid);
        return state != 'X' && state != 'Z';
    }

    /** The command line in one line, for messages. */
    static String commandLine(long pid) {
        return text(pid, "cmdline").replace('\0', ' ').strip();
    }

    /** Everything that helps to see where a hanging process stands: state, wait channel and kernel stack of each thread. */
    static String dump(long pid) {
        StringBuilder out = new StringBuilder("== process " + pid + ": " + commandLine(pid) + "\n");
        out.append(text(pid, "status"));
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.sorted().toList()) {
                String below = "task/" + task.getFileName() + "/";
                out.append("-- thread ").append(task.getFileName()).append(' ').append(text(pid, below + "comm").strip())
                    .append(" wchan ").append(text(pid, below + "wchan").strip())
                    .append(" syscall ").append(text(pid, below + "syscall").strip()).append('\n')
                    .append(text(pid, below + "stack"));
            }
        } catch (IOException gone) {
            out.append("(gone)\n");
        }
        return out.toString();
    }

    private static List<Long> all() {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.map(entry -> entry.getFileName().toString())
                .filter(name -> name.chars().allMatch(Character::isDigit)).map(Long::valueOf).toList();
        } catch (IOException e) {
            throw new IllegalStateException("/proc cannot be listed", e);
        }
    }

    private static String text(long pid, String file) {
        try {
            return new String(Files.readAllBytes(Path.of("/proc/" + pid + "/" + file)), StandardCharsets.UTF_8);
        } catch (IOException | SecurityException gone) {
            return "";
        }
    }
}
