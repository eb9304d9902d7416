package org.outrigger.lab.load;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Competing work that a user asks for.
 *
 * @param kind       which
 * @param command    the shell command of {@link Kind#COMMAND}, else empty
 * @param unconfined whether it may run on every CPU and not on the Linux cores alone
 */
public record Load(Kind kind, String command, boolean unconfined) {

    /** Kinds of work. */
    public enum Kind {
        /** None at all. */
        NONE,
        /** Computing. */
        CPU,
        /** Mapping, writing and unmapping memory. */
        MEMORY,
        /** Writing and synchronising files. */
        IO,
        /** Making processes. */
        FORK,
        /** A compiler, over and over. */
        BUILD,
        /** The user's own command, over and over. */
        COMMAND;

        /** The name on the command line. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** No competing work. */
    public static final Load NOTHING = new Load(Kind.NONE, "", false);

    private static final String EVERYWHERE = "@all";

    /**
     * Reads what {@code --load} takes: a list of kinds separated by commas, or one shell command, which is known by a blank or
     * a slash in it. A
     * kind with {@code @all} behind it is not confined to the Linux cores.
     *
     * @throws IllegalArgumentException with a message for the user when it is neither
     */
    public static List<Load> parse(String text) {
        List<Optional<Load>> named = Arrays.stream(text.split(",", -1)).map(Load::named).toList();
        if (named.stream().allMatch(Optional::isPresent)) {
            return named.stream().map(Optional::orElseThrow).toList();
        }
        if (!text.isBlank() && (text.indexOf(' ') >= 0 || text.indexOf('/') >= 0)) {
            return List.of(new Load(Kind.COMMAND, text, false));
        }
        String wrong = Arrays.stream(text.split(",", -1)).filter(word -> named(word).isEmpty()).findFirst().orElse(text);
        throw new IllegalArgumentException("there is no load '" + wrong + "'; there are none, cpu, memory, io, fork, build, and"
                + " commands, which have a blank or a slash in them");
    }

    private static Optional<Load> named(String word) {
        boolean everywhere = word.endsWith(EVERYWHERE);
        String name = everywhere ? word.substring(0, word.length() - EVERYWHERE.length()) : word;
        return Arrays.stream(Kind.values()).filter(kind -> kind != Kind.COMMAND && kind.key().equals(name))
                .map(kind -> new Load(kind, "", everywhere && kind != Kind.NONE)).findFirst();
    }

    /** The same work, wherever Linux lets it run. */
    public Load everywhere() {
        return new Load(kind, command, kind != Kind.NONE);
    }

    /** The name in reports: the kind, or the command itself, and whether it is everywhere. */
    public String label() {
        return (kind == Kind.COMMAND ? command : kind.key()) + (unconfined ? EVERYWHERE : "");
    }

    @Override
    public String toString() {
        return label();
    }
}
