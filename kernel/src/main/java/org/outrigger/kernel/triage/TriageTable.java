package org.outrigger.kernel.triage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

    /** Reads the list's text; a line that is wrong is a fault of the program, not of its user. */
    static TriageTable parse(String text) {
        NavigableMap<Integer, TriageLine> lines = new TreeMap<>();
        for (String row : text.lines().filter(row -> !row.isBlank() && !row.startsWith("#")).toList()) {
            TriageLine line = parseLine(row);
            if (lines.put(line.number(), line) != null) {
                throw new IllegalArgumentException("two lines for " + line.name());
            }
        }
        return new TriageTable(lines);
    }

    private static TriageLine parseLine(String row) {
        String[] words = row.strip().split("\\s+", 4);
        if (words.length < 4) {
            throw new IllegalArgumentException("number, name, disposition and reason expected: " + row);
        }
        int number = Integer.parseInt(words[0]);
        Disposition disposition = Disposition.valueOf(words[2]);
        if (disposition != Disposition.REFUSE) {
            return new TriageLine(number, words[1], disposition, 0, words[3]);
        }
        String[] rest = words[3].split("\\s+", 2);
        int errno = ErrnoNames.number(rest[0]).orElseThrow(() -> new IllegalArgumentException("no errno after REFUSE: " + row));
        if (rest.length < 2) {
            throw new IllegalArgumentException("reason expected: " + row);
        }
        return new TriageLine(number, words[1], disposition, errno, rest[1]);
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
        for (int number = 0; number < size; number++) {
            codes[number] = line(number).disposition().code();
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
        for (int number = 0; number < size; number++) {
            errnos[number] = (short) line(number).errno();
        }
        return errnos;
    }
}
