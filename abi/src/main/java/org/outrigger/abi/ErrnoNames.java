package org.outrigger.abi;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Names and meanings of the error numbers of {@link Errno}. Numbers are positive; names are C's ({@code EINVAL}); of two names
 * for one number ({@code EAGAIN}, {@code EWOULDBLOCK}) the kernel's own is given and both are understood.
 */
public final class ErrnoNames {

    private record Meaning(String name, String message) {
    }

    private static final Map<Integer, Meaning> BY_NUMBER;
    private static final Map<String, Integer> BY_NAME;

    static {
        Map<Integer, Meaning> byNumber = new HashMap<>();
        Map<String, Integer> byName = new HashMap<>();
        for (String line : FactList.lines("errno.list")) {
            String[] words = line.split(" ", 3);
            int number = Integer.parseInt(words[0]);
            byNumber.putIfAbsent(number, new Meaning(words[1], words[2]));
            byName.put(words[1], number);
        }
        BY_NUMBER = Map.copyOf(byNumber);
        BY_NAME = Map.copyOf(byName);
    }

    private ErrnoNames() {
    }

    /** The name, or {@code errno 41} for a number that has none. */
    public static String name(int errno) {
        Meaning meaning = BY_NUMBER.get(errno);
        return meaning == null ? "errno " + errno : meaning.name();
    }

    /** What the number means, as {@code strerror} says it in English; {@code Unknown error 41} for a number that has no name. */
    public static String message(int errno) {
        Meaning meaning = BY_NUMBER.get(errno);
        return meaning == null ? "Unknown error " + errno : meaning.message();
    }

    /** The number of a name or an alias, positive; empty where there is no such name. */
    public static OptionalInt number(String name) {
        Integer number = BY_NAME.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
