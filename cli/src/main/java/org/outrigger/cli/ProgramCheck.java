package org.outrigger.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks at a program as execvp(3) and execve(2) would, before anything is started, so that what cannot run is refused with its
 * reason and what cannot be taken by the LWK is known. It is advice given early: the exec itself has the last word.
 */
public final class ProgramCheck {
    /** What execvp searches without a PATH: glibc's {@code confstr(_CS_PATH)}. */
    private static final String DEFAULT_PATH = "/bin:/usr/bin";
    /** How many interpreters deep Linux follows {@code #!} before it answers ELOOP (fs/exec.c). */
    private static final int DEEPEST_SCRIPT = 5;
    /** What a word decoded from bytes that are no text here contains; such a file is out of this process's reach. */
    private static final char UNDECODABLE = '\ufffd';

    private static final int SET_USER_ID = 04000;
    private static final int SET_GROUP_ID = 02000;
    private static final int GROUP_EXECUTE = 00010;

    /**
     * A program that may be started.
     *
     * @param file              the file that will be executed, as found
     * @param plainLinuxReasons why it, or an interpreter of it, runs on plain Linux; one sentence each, the file first
     */
    public record Program(String file, List<String> plainLinuxReasons) {
        /** Copies the reasons. */
        public Program {
            plainLinuxReasons = List.copyOf(plainLinuxReasons);
        }
    }

    /** Whether this process may read a file. */
    static class Readability {
        boolean readable(Path file) {
            return Files.isReadable(file);
        }
    }

    private final String searchPath;
    private final Path workingDirectory;
    private final Readability readability;

    /**
     * Looks for programs from here.
     *
     * @param searchPath       the value of PATH, or null when it is not set
     * @param workingDirectory what relative names start from, absolute
     */
    public ProgramCheck(String searchPath, Path workingDirectory) {
        this(searchPath, workingDirectory, new Readability());
    }

    ProgramCheck(String searchPath, Path workingDirectory, Readability readability) {
        this.searchPath = searchPath == null ? DEFAULT_PATH : searchPath;
        this.workingDirectory = workingDirectory;
        this.readability = readability;
    }

    /**
     * Finds and checks the program.
     *
     * @param word the program word of the command
     * @throws RefusalException with status 127 for a program that is not found, 126 for one that cannot be executed
     */
    Program check(String word) throws RefusalException {
        List<String> reasons = new ArrayList<>();
        if (word.indexOf(UNDECODABLE) >= 0) {
            return new Program(word, reasons);
        }
        if (word.isEmpty()) {
            throw new RefusalException(ExitStatus.NOT_FOUND, "'': command not found");
        }
        String file = word.indexOf('/') >= 0 ? word : search(word);
        requireExecutable(file);
        image(file, file, 0, reasons);
        return new Program(file, reasons);
    }

    /** The first executable file of that name on the search path; like execvp, remembers that one was there but unusable. */
    private String search(String word) throws RefusalException {
        RefusalException unusable = null;
        int start = 0;
        while (start <= searchPath.length()) {
            int colon = searchPath.indexOf(':', start);
            int end = colon < 0 ? searchPath.length() : colon;
            String directory = start == end ? "." : searchPath.substring(start, end);
            String file = directory.endsWith("/") ? directory.concat(word) : directory.concat("/").concat(word);
            try {
                requireExecutable(file);
                return file;
            } catch (RefusalException next) {
                if (unusable == null && next.status() == ExitStatus.NOT_EXECUTABLE && exists(file)) {
                    unusable = next;
                }
            }
            start = end + 1;
        }
        throw unusable != null ? unusable : new RefusalException(ExitStatus.NOT_FOUND, shown(word) + ": command not found");
    }

    private boolean exists(String file) {
        return Files.exists(path(file));
    }

    /** Refuses what execve refuses before it reads the file. */
    private void requireExecutable(String file) throws RefusalException {
        Path path = path(file);
        Map<String, Object> attributes;
        try {
            attributes = Files.readAttributes(path, "unix:isDirectory,isRegularFile");
        } catch (NoSuchFileException absent) {
            throw new RefusalException(ExitStatus.NOT_FOUND, shown(file) + ": No such file or directory");
        } catch (AccessDeniedException denied) {
            throw notExecutable(file, "Permission denied");
        } catch (FileSystemException other) {
            throw notExecutable(file, other.getReason() == null ? "Not accessible" : other.getReason());
        } catch (IOException other) {
            throw notExecutable(file, String.valueOf(other.getMessage()));
        }
        if (Boolean.TRUE.equals(attributes.get("isDirectory"))) {
            throw notExecutable(file, "Is a directory");
        }
        if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))) {
            throw notExecutable(file, "Not a regular file");
        }
        if (!Files.isExecutable(path)) {
            throw notExecutable(file, "Permission denied");
        }
    }

    /**
     * Looks at the head of a file that may be executed, and at its interpreters.
     *
     * @param program what the user named, for messages
     * @param file    the program or the interpreter that its {@code #!} line names
     * @param depth   how many {@code #!} lines led here
     */
    private void image(String program, String file, int depth, List<String> reasons) throws RefusalException {
        Path path = path(file);
        if (!readability.readable(path)) {
            reasons.add(reason(file, "not readable"));
            return;
        }
        ExecutableHead head;
        try (InputStream in = Files.newInputStream(path)) {
            head = ExecutableHead.of(in.readNBytes(ExecutableHead.LENGTH));
        } catch (IOException unreadable) {
            throw notExecutable(file, "cannot be read: " + unreadable.getMessage());
        }
        // Not a switch over the patterns: its bootstrap would be a good part of a short run.
        if (head instanceof ExecutableHead.Script script) {
            interpreter(program, file, script.interpreter(), depth + 1, reasons);
        } else if (head instanceof ExecutableHead.Unusable unusable) {
            throw notExecutable(file, "cannot execute: " + unusable.why());
        } else {
            if (head instanceof ExecutableHead.Elf32) {
                reasons.add(reason(file, "32-bit program"));
            }
            privileges(file, path, reasons);
        }
    }

    private void interpreter(String program, String script, String interpreter, int depth, List<String> reasons)
            throws RefusalException {
        if (depth > DEEPEST_SCRIPT) {
            throw notExecutable(program, "too many levels of #! interpreters");
        }
        try {
            requireExecutable(interpreter);
        } catch (RefusalException missing) {
            String why = missing.getMessage();
            throw notExecutable(script, shown(interpreter) + ": bad interpreter" + why.substring(shown(interpreter).length()));
        }
        image(program, interpreter, depth, reasons);
    }

    /** Linux honours the set-id bits of binaries, never of scripts; without group execute the group's bit means locking. */
    private static void privileges(String file, Path path, List<String> reasons) throws RefusalException {
        int mode;
        try {
            mode = (Integer) Files.getAttribute(path, "unix:mode");
        } catch (IOException gone) {
            throw notExecutable(file, "cannot be read: " + gone.getMessage());
        }
        if ((mode & SET_USER_ID) != 0) {
            reasons.add(reason(file, "set-user-id program"));
        }
        if ((mode & SET_GROUP_ID) != 0 && (mode & GROUP_EXECUTE) != 0) {
            reasons.add(reason(file, "set-group-id program"));
        }
    }

    private Path path(String file) {
        return workingDirectory.resolve(file);
    }

    private static String reason(String file, String why) {
        return shown(file) + ": " + why + ": runs on plain Linux";
    }

    private static RefusalException notExecutable(String file, String why) {
        return new RefusalException(ExitStatus.NOT_EXECUTABLE, shown(file) + ": " + why);
    }

    /** A file name for a message: control characters in caret notation, so that a stray carriage return is seen. */
    private static String shown(String file) {
        StringBuilder text = new StringBuilder(file.length());
        for (int i = 0; i < file.length(); i++) {
            char c = file.charAt(i);
            if (c < ' ' || c == 0x7f) {
                text.append('^').append((char) (c ^ 0x40));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
