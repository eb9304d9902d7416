package org.outrigger.abi;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Which x86-64 system call has which number. Source: {@code arch/x86/entry/syscalls/syscall_64.tbl} of Linux 6.18.
 *
 * @see Nr
 */
public final class SyscallNames {

    /** The newest call of the list; a newer kernel may know more. */
    public static final int NEWEST = Nr.FILE_SETATTR;

    private static final NavigableMap<Integer, String> BY_NUMBER;
    private static final Map<String, Integer> BY_NAME;

    static {
        NavigableMap<Integer, String> byNumber = new TreeMap<>();
        Map<String, Integer> byName = new HashMap<>();
        for (String line : FactList.lines("syscall_64.list")) {
            int blank = line.indexOf(' ');
            int number = Integer.parseInt(line, 0, blank, 10);
            String name = line.substring(blank + 1);
            byNumber.put(number, name);
            byName.put(name, number);
        }
        BY_NUMBER = Collections.unmodifiableNavigableMap(byNumber);
        BY_NAME = Map.copyOf(byName);
    }

    private SyscallNames() {
    }

    /** Every call, by ascending number; unmodifiable. */
    public static NavigableMap<Integer, String> all() {
        return BY_NUMBER;
    }

    /** The call's name as in {@code syscall_64.tbl}; empty where the ABI has no such number. */
    public static Optional<String> name(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /** The number of a call by its name in {@code syscall_64.tbl} ({@code newfstatat}, {@code pread64}); empty if none has it. */
    public static OptionalInt number(String name) {
        Integer number = BY_NAME.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** The name for a message or a report: {@code read}, or {@code syscall 600} for a number that the ABI lacks. */
    public static String describe(int number) {
        return name(number).orElse("syscall " + number);
    }
}
