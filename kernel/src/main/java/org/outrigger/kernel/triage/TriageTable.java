package org.outrigger.kernel.triage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.outrigger.abi.ErrnoNames;
import org.outrigger.abi.SyscallNames;

/**
 * Who serves which system call: one {@link TriageLine} for every number of the x86-64 ABI. Immutable. A number that the table
 * lacks is a newer kernel's call, or none, and is left to Linux, which knows.
 */
public final class TriageTable {

    private static final String LIST = "triage.table";

    private final NavigableMap<Integer, TriageLine> lines;

    private TriageTable(NavigableMap<Integer, TriageLine> lines) {
        this.lines = Collections.unmodifiableNavigableMap(lines);
    }

    /** The table as it stands when nobody overrides it, read from {@code triage.table} beside this class. */
    public static TriageTable standard() {
        try (InputStream in = TriageTable.class.getResourceAsStream(LIST)) {
            if (in == null) {
                throw new IllegalStateException(LIST + " is not beside " + TriageTable.class.getName());
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the list's text; a line that is wrong is a fault of the program, not of its user. Without regular expressions or
     * streams: this runs at every launch, where each of them costs several milliseconds once.
     */
    static TriageTable parse(String text) {
        NavigableMap<Integer, TriageLine> lines = new TreeMap<>();
        for (String row : text.split("\n")) {
            if (row.isBlank() || row.charAt(0) == '#') {
                continue;
            }
            TriageLine line = parseLine(row);
            if (lines.put(line.number(), line) != null) {
                throw new IllegalArgumentException("two lines for " + line.name());
            }
        }
        return new TriageTable(lines);
    }

    private static TriageLine parseLine(String row) {
        Words words = new Words(row);
        int number = Integer.parseInt(words.next());
        String name = words.next();
        Disposition disposition = Disposition.valueOf(words.next());
        int errno = 0;
        if (disposition == Disposition.REFUSE) {
            errno = ErrnoNames.number(words.next()).orElseThrow(() -> new IllegalArgumentException("unknown errno: " + row));
        }
        return new TriageLine(number, name, disposition, errno, words.rest());
    }

    /** Takes a row apart at its blanks. */
    private static final class Words {

        private final String row;
        private int at;

        Words(String row) {
            this.row = row;
        }

        String next() {
            int from = skipBlanks();
            int to = row.indexOf(' ', from);
            at = to < 0 ? row.length() : to;
            return row.substring(from, at);
        }

        String rest() {
            return row.substring(skipBlanks());
        }

        private int skipBlanks() {
            while (at < row.length() && row.charAt(at) == ' ') {
                at++;
            }
            if (at == row.length()) {
                throw new IllegalArgumentException("number, name, disposition and reason expected: " + row);
            }
            return at;
        }
    }

    /**
     * This table with a user's lines in place of its own; the reason of such a line says where it was set. A line that sets
     * what stands already leaves the reason alone.
     */
    public TriageTable withOverrides(OverrideFile overrides) {
        NavigableMap<Integer, TriageLine> changed = new TreeMap<>(lines);
        for (OverrideFile.Choice choice : overrides.choices()) {
            TriageLine old = line(choice.number());
            if (old.disposition() != choice.disposition() || old.errno() != choice.errno()) {
                String reason = "set by " + overrides.source() + ":" + choice.line() + " in place of " + old.verdict();
                changed.put(old.number(), new TriageLine(old.number(), old.name(), choice.disposition(), choice.errno(), reason));
            }
        }
        return new TriageTable(changed);
    }

    /** The line of a number; for one that the table lacks, a line that leaves the call to Linux and says why. */
    public TriageLine line(int number) {
        TriageLine line = lines.get(number);
        return line != null ? line : new TriageLine(number, SyscallNames.describe(number), Disposition.HERE, 0,
                "not in the table: a newer kernel's call, or none; Linux knows");
    }

    /** All lines, by ascending number; unmodifiable. */
    public Collection<TriageLine> lines() {
        return lines.values();
    }

    /**
     * The {@linkplain Disposition#code() codes} of the dispositions, indexed by number.
     *
     * @param size how many numbers, from 0; those that the table lacks are {@link Disposition#HERE}
     */
    public byte[] dispositions(int size) {
        byte[] codes = new byte[size];
        Arrays.fill(codes, Disposition.HERE.code());
        for (TriageLine line : lines.headMap(size).values()) {
            codes[line.number()] = line.disposition().code();
        }
        return codes;
    }

    /**
     * What the callers of refused calls get, indexed by number: a positive errno, and 0 for every call that is not refused.
     *
     * @param size how many numbers, from 0
     */
    public short[] errnos(int size) {
        short[] errnos = new short[size];
        for (TriageLine line : lines.headMap(size).values()) {
            errnos[line.number()] = (short) line.errno();
        }
        return errnos;
    }
}
