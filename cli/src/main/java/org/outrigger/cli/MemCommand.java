package org.outrigger.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.outrigger.abi.Errno;
import org.outrigger.abi.ErrnoNames;
import org.outrigger.abi.Nr;
import org.outrigger.host.SyscallException;
import org.outrigger.host.Syscalls;
import org.outrigger.host.share.Access;
import org.outrigger.host.share.JobName;
import org.outrigger.host.share.Segment;
import org.outrigger.host.share.SharedSegments;
import org.outrigger.host.share.Wire;
import picocli.CommandLine.ParseResult;

/** {@code outrigger mem}: the memory that the processes of a running job share, for its operator. */
final class MemCommand {
    private static final int CHUNK = 64 << 10;
    private static final int OWN = 0600;
    private static final int PERMISSIONS = 0666;
    private static final String UNITS = "KMGT";
    private static final int UNIT_SHIFT = 10;

    private final Surroundings surroundings;
    private final int uid = (int) new Syscalls().call(Nr.GETEUID, 0, 0, 0);

    MemCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Carries the command out.
     *
     * @throws RefusalException for anything that cannot be
     */
    int execute(ParseResult arguments) throws RefusalException {
        String command = arguments.commandSpec().name();
        if (command.equals(Grammar.LIST)) {
            return list(arguments);
        }
        String name = positional(arguments, 0, "NAME");
        if (!Wire.isName(name)) {
            throw new RefusalException("'" + name + "' is no name of a segment: 1 to " + (Wire.NAME_SIZE - 1)
                    + " letters of ASCII without a space are wanted");
        }
        int mode = mode(arguments);
        long offset = size(arguments, Grammar.OFFSET, 0);
        long length = size(arguments, Grammar.SIZE, -1);
        long size = command.equals(Grammar.MAKE) ? bytes("SIZE", positional(arguments, 1, "SIZE")) : 0;
        if (command.equals(Grammar.MAKE) && size == 0) {
            throw new RefusalException("SIZE: a segment has at least one byte");
        }
        SharedSegments segments = new SharedSegments(job(arguments));
        try (Arena arena = Arena.ofConfined()) {
            switch (command) {
                case Grammar.MAKE -> segments.make(name, size, mode, arguments.hasMatchedOption(Grammar.HUGE), true, arena);
                case Grammar.READ -> read(segments, name, offset, length, arena);
                case Grammar.WRITE -> write(segments, name, offset, arena);
                default -> segments.remove(name);
            }
        } catch (SyscallException refused) {
            throw new RefusalException(ExitStatus.MEMORY_REFUSED, name + ": " + reason(refused.errno()));
        }
        return ExitStatus.OK;
    }

    private static String positional(ParseResult arguments, int index, String what) throws RefusalException {
        if (!arguments.hasMatchedPositional(index)) {
            throw new RefusalException(what + " is missing");
        }
        return arguments.matchedPositional(index).getValue();
    }

    private static String reason(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "there is no such segment";
            case Errno.EEXIST -> "there is a segment of this name";
            case Errno.EACCES -> "not permitted";
            case Errno.ENXIO -> "the job has ended";
            default -> ErrnoNames.message(errno);
        };
    }

    private int list(ParseResult arguments) throws RefusalException {
        boolean one = arguments.hasMatchedOption(Grammar.JOB) || given() != null;
        List<SegmentListing.JobSegments> found = new ArrayList<>();
        for (JobName job : one ? List.of(job(arguments)) : jobs()) {
            try {
                found.add(new SegmentListing.JobSegments(job, new SharedSegments(job).list()));
            } catch (SyscallException gone) {
                if (one) {
                    throw new RefusalException(ExitStatus.MEMORY_REFUSED, "job " + job.pid() + ": " + reason(gone.errno()));
                }
            }
        }
        surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON)
                ? SegmentListing.json(found) : SegmentListing.text(found));
        return ExitStatus.OK;
    }

    private void read(SharedSegments segments, String name, long offset, long length, Arena arena) throws RefusalException {
        Segment segment = segments.get(name, Access.READ);
        checkRange(segment, offset, Math.max(length, 0));
        MemorySegment memory = segments.attach(segment, Access.READ, 0, 0, arena);
        long end = length < 0 ? segment.size() : offset + length;
        byte[] chunk = new byte[CHUNK];
        PrintStream out = surroundings.out();
        for (long at = offset; at < end && !out.checkError();) {
            int count = (int) Math.min(CHUNK, end - at);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
            out.write(chunk, 0, count);
            at += count;
        }
        out.flush();
    }

    private void write(SharedSegments segments, String name, long offset, Arena arena) throws RefusalException {
        Segment segment = segments.get(name, Access.WRITE);
        checkRange(segment, offset, 0);
        MemorySegment memory = segments.attach(segment, Access.WRITE, 0, 0, arena);
        byte[] chunk = new byte[CHUNK];
        long at = offset;
        try (InputStream in = new FileInputStream(FileDescriptor.in)) {
            int count;
            while ((count = in.read(chunk)) > 0) {
                int room = (int) Math.min(count, segment.size() - at);
                MemorySegment.copy(chunk, 0, memory, ValueLayout.JAVA_BYTE, at, room);
                at += room;
                if (room < count) {
                    throw new RefusalException(ExitStatus.MEMORY_REFUSED, name + ": the input is longer than the "
                            + (segment.size() - offset) + " bytes that there are; these are written");
                }
            }
        } catch (IOException unreadable) {
            throw new RefusalException("cannot read standard input");
        }
    }

    private static void checkRange(Segment segment, long offset, long length) throws RefusalException {
        if (offset > segment.size() || length > segment.size() - offset) {
            throw new RefusalException(segment.name() + " has " + segment.size() + " bytes");
        }
    }

    private static int mode(ParseResult arguments) throws RefusalException {
        if (!arguments.hasMatchedOption(Grammar.MODE)) {
            return OWN;
        }
        String text = arguments.matchedOption(Grammar.MODE).getValue();
        if (text.matches("0?[0-7]{3}") && (Integer.parseInt(text, 8) & ~PERMISSIONS) == 0) {
            return Integer.parseInt(text, 8);
        }
        throw new RefusalException(Grammar.MODE + ": '" + text + "' is no mode of three octal digits 0, 2, 4 or 6, such as 640");
    }

    private static long size(ParseResult arguments, String option, long otherwise) throws RefusalException {
        return arguments.hasMatchedOption(option) ? bytes(option, arguments.matchedOption(option).getValue()) : otherwise;
    }

    private static long bytes(String what, String text) throws RefusalException {
        if (text.matches("[0-9]{1,15}[" + UNITS + "]?")) {
            int unit = UNITS.indexOf(text.charAt(text.length() - 1)) + 1;
            long number = Long.parseLong(unit == 0 ? text : text.substring(0, text.length() - 1));
            if (number <= Long.MAX_VALUE >> UNIT_SHIFT * unit) {
                return number << UNIT_SHIFT * unit;
            }
        }
        throw new RefusalException(what + ": '" + text + "' is no number of bytes, such as 4096, 64K or 2G");
    }

    /** The job that is named, or the only one. */
    private JobName job(ParseResult arguments) throws RefusalException {
        if (arguments.hasMatchedOption(Grammar.JOB)) {
            String text = arguments.matchedOption(Grammar.JOB).getValue();
            List<JobName> named = listening().stream().filter(job -> Integer.toString(job.pid()).equals(text)).toList();
            if (named.isEmpty()) {
                throw new RefusalException(Grammar.JOB + ": '" + text + "' is no running job" + running("; there are ", jobs()));
            }
            return named.get(0);
        }
        String given = given();
        if (given != null) {
            JobName job = JobName.of(given);
            if (job == null) {
                throw new RefusalException(JobName.VARIABLE + ": '" + given + "' is no name of a job");
            }
            return job;
        }
        List<JobName> jobs = jobs();
        if (jobs.size() != 1) {
            throw new RefusalException(jobs.isEmpty() ? "no job is running"
                    : "several jobs are running, and --job must say which" + running(": ", jobs));
        }
        return jobs.get(0);
    }

    private static String running(String before, List<JobName> jobs) {
        return jobs.isEmpty() ? "" : before + jobs.stream().map(job -> Integer.toString(job.pid()))
                .collect(Collectors.joining(", "));
    }

    private String given() {
        String text = surroundings.environment().get(JobName.VARIABLE);
        return text == null || text.isEmpty() ? null : text;
    }

    /** The jobs of the user, for root those of all. */
    private List<JobName> jobs() {
        return listening().stream().filter(job -> uid == 0 || job.uid() == uid).toList();
    }

    private List<JobName> listening() {
        try {
            return JobName.listening(Files.readString(surroundings.procStatus().resolveSibling("net").resolve("unix"),
                    StandardCharsets.ISO_8859_1));
        } catch (IOException withoutSockets) {
            return List.of();
        }
    }
}
