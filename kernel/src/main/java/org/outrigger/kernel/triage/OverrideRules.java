package org.outrigger.kernel.triage;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.outrigger.abi.Nr;
import org.outrigger.abi.SyscallNames;
import org.outrigger.kernel.triage.OverrideFile.Choice;

/** What a triage file may ask for: not every disposition is possible, or safe, for every call. */
final class OverrideRules {

    /** The dispositions that a file may name, for messages. */
    static final String USABLE = "HERE, REFUSE with an errno, or LWK for a call that the LWK serves";

    /** Calls that begin or end a thread or a program: with them the runtime enters children and frees slots. */
    private static final Set<Integer> CARRIERS =
            Set.of(Nr.CLONE, Nr.CLONE3, Nr.FORK, Nr.VFORK, Nr.EXECVE, Nr.EXECVEAT, Nr.EXIT, Nr.EXIT_GROUP);

    /** Calls whose callers do not expect to come back. */
    private static final Set<Integer> NEVER_REFUSED = Set.of(Nr.EXIT, Nr.EXIT_GROUP, Nr.RT_SIGRETURN);

    /** Calls that give the application memory out of the arena. */
    private static final List<Integer> GIVERS = List.of(Nr.MMAP, Nr.BRK);

    /** Calls that change such memory: were Linux to serve them, the LWK's map of it would be wrong from then on. */
    private static final Set<Integer> CHANGERS = Set.of(Nr.MUNMAP, Nr.MREMAP, Nr.MPROTECT, Nr.PKEY_MPROTECT, Nr.MADVISE,
            Nr.MLOCK, Nr.MLOCK2, Nr.MUNLOCK, Nr.MBIND);

    private final String source;
    private final TriageTable standard;

    OverrideRules(String source, TriageTable standard) {
        this.source = source;
        this.standard = standard;
    }

    /** Checks one line by itself. */
    void check(Choice choice) throws TriageFileException {
        String name = SyscallNames.describe(choice.number());
        Optional<String> objection = switch (choice.disposition()) {
            case SHIP -> Optional.of("SHIP is not available: this version has no proxies");
            case OSN -> Optional.of("OSN is not available: this version has no OS nodes");
            case LWK -> standard.line(choice.number()).disposition() == Disposition.LWK
                    ? Optional.empty() : Optional.of("the LWK does not serve " + name);
            case REFUSE -> NEVER_REFUSED.contains(choice.number())
                    ? Optional.of(name + " cannot be refused: its caller does not expect to come back") : carrier(choice, name);
            case HERE -> carrier(choice, name);
        };
        if (objection.isPresent()) {
            throw problem(choice, objection.get());
        }
    }

    private static Optional<String> carrier(Choice choice, String name) {
        return CARRIERS.contains(choice.number())
                ? Optional.of(name + " must stay LWK: the runtime enters and leaves programs and threads with it")
                : Optional.empty();
    }

    /** Checks the lines against each other, once all have been read. */
    void checkTogether(Map<Integer, Choice> byNumber) throws TriageFileException {
        for (int giver : GIVERS) {
            Choice chosen = byNumber.get(giver);
            Disposition now = chosen != null ? chosen.disposition() : standard.line(giver).disposition();
            if (now != Disposition.LWK) {
                continue;
            }
            for (Choice choice : byNumber.values()) {
                if (CHANGERS.contains(choice.number()) && choice.disposition() == Disposition.HERE) {
                    throw problem(choice, SyscallNames.describe(choice.number()) + " cannot be HERE while "
                            + SyscallNames.describe(giver) + " is LWK: the LWK would not see its memory change");
                }
            }
        }
    }

    private TriageFileException problem(Choice choice, String text) {
        return new TriageFileException(source, choice.line(), choice.column(), text);
    }
}
