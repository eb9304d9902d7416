package org.outrigger.node.topology;

import java.util.Locale;
import java.util.Optional;

/** Kinds of objects of a node, by the names that hwloc(7) gives them. */
public enum ObjectKind {
    /** The whole node. */
    MACHINE("machine"),
    /** What is plugged into a socket. */
    PACKAGE("package", "socket"),
    /** Memory, with the CPUs that it is near to. */
    NUMANODE("numanode", "node"),
    /** A piece of silicon in a package of several. */
    DIE("die"),
    /** The CPUs that share a cache of the third level. */
    L3("l3cache"),
    /** The CPUs that share a cache of the second level. */
    L2("l2cache"),
    /** A core, with one CPU for each of its hardware threads. */
    CORE("core"),
    /** A processing unit: what Linux calls a CPU. */
    PU("pu");

    /** A shorter beginning of a name is ambiguous. */
    private static final int SHORTEST = 2;

    private final String[] names;

    ObjectKind(String... names) {
        this.names = names;
    }

    /** The name of the kind, for example {@code numanode}; caches go by {@code l3} and {@code l2}. */
    public String key() {
        return this == L3 || this == L2 ? names[0].substring(0, SHORTEST) : names[0];
    }

    /** The kind of a name, its beginning of two letters or more, in any case: {@code Package}, {@code pack}, {@code node}. */
    public static Optional<ObjectKind> named(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        for (ObjectKind kind : values()) {
            for (String name : kind.names) {
                if (wanted.length() >= SHORTEST && name.startsWith(wanted)) {
                    return Optional.of(kind);
                }
            }
        }
        return Optional.empty();
    }
}
