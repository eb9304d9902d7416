package org.outrigger.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.outrigger.kernel.boot.Intercept;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.lab.inject.Injection;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.Inventory;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The values of the settings: the command line's where it has one, else the environment's; an empty variable counts as absent.
 * A bad value is refused by the name of the option or variable that it came from.
 */
final class Settings {
    /** The most ranks that make sense: one for each CPU number there can be. */
    static final int MOST_RANKS = CpuSet.LIMIT;
    private static final int MOST_VERBOSE = 9;

    private final ParseResult arguments;
    private final Map<String, String> environment;

    Settings(ParseResult arguments, Map<String, String> environment) {
        this.arguments = arguments;
        this.environment = environment;
    }

    /** The CPUs of a list, which may have names by the topology; empty when none was given. */
    Optional<CpuSet> cpus(Setting setting, Inventory inventory, Surroundings surroundings) throws RefusalException {
        String text = text(setting);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(CpuList.parse(text, inventory, surroundings.objectNames()));
        } catch (CpuListException refused) {
            throw bad(setting, refused.getMessage());
        }
    }

    /** The number of ranks; empty when none was given. */
    Optional<Integer> ranks() throws RefusalException {
        String text = text(Setting.RANKS);
        return text == null ? Optional.empty() : Optional.of(number(Setting.RANKS, text, 1, MOST_RANKS));
    }

    /** How many kernel loops there may be: by default one for each Linux core. */
    int kernelLoops(int linuxCores) throws RefusalException {
        String text = text(Setting.KERNEL_LOOPS);
        return text == null ? Math.min(linuxCores, JobRequest.MOST_LOOPS)
                : number(Setting.KERNEL_LOOPS, text, 1, JobRequest.MOST_LOOPS);
    }

    Pace.Priority loopPriority() throws RefusalException {
        String text = text(Setting.LOOP_PRIORITY);
        return switch (text == null ? "fifo" : text) {
            case "fifo" -> Pace.Priority.FIFO;
            case "nice" -> Pace.Priority.NICE;
            case "none" -> Pace.Priority.NONE;
            default -> throw bad(Setting.LOOP_PRIORITY, "'" + text + "' is neither 'fifo' nor 'nice' nor 'none'");
        };
    }

    /** Noise to be injected; empty when none is wanted. */
    Optional<Injection> injection() throws RefusalException {
        String text = text(Setting.INJECT);
        try {
            return text == null ? Optional.empty() : Optional.of(Injection.parse(text));
        } catch (IllegalArgumentException wrong) {
            throw bad(Setting.INJECT, wrong.getMessage());
        }
    }

    /**
     * Whether the program's threads are to run in real time.
     *
     * @param otherwise where the user says nothing of it
     */
    boolean realTime(boolean otherwise) throws RefusalException {
        String text = text(Setting.SCHED);
        return switch (text == null ? otherwise ? "fifo" : "other" : text) {
            case "fifo" -> true;
            case "other" -> false;
            default -> throw bad(Setting.SCHED, "'" + text + "' is neither 'other' nor 'fifo'");
        };
    }

    /** A file name as the user wrote it; empty when none was given. */
    Optional<Path> file(Setting setting) throws RefusalException {
        String text = text(setting);
        if (text == null) {
            return Optional.empty();
        }
        if (text.isEmpty()) {
            throw bad(setting, "a file name is wanted, not the empty text");
        }
        try {
            if (text.indexOf(ProgramCheck.UNDECODABLE) < 0) {
                return Optional.of(Path.of(text));
            }
        } catch (InvalidPathException unmappable) {
            // Refused below, like bytes that are no text.
        }
        throw bad(setting, "'" + text + "' cannot be written in the character set of the locale");
    }

    Intercept intercept() throws RefusalException {
        String text = text(Setting.INTERCEPT);
        if (text == null || text.equals("auto")) {
            return Intercept.AUTO;
        }
        if (text.equals("trap")) {
            return Intercept.TRAP;
        }
        throw bad(Setting.INTERCEPT, "'" + text + "' is neither 'auto' nor 'trap'");
    }

    boolean flag(Setting setting) throws RefusalException {
        OptionSpec option = arguments.matchedOption(setting.option());
        if (option != null) {
            return option.<Boolean>getValue();
        }
        String text = text(setting);
        return text != null && truth(setting, text);
    }

    int verbosity() throws RefusalException {
        OptionSpec option = arguments.matchedOption(Setting.VERBOSE.option());
        if (option != null) {
            return option.<boolean[]>getValue().length;
        }
        String text = text(Setting.VERBOSE);
        if (text == null) {
            return 0;
        }
        return text.length() == 1 && Character.isDigit(text.charAt(0))
                ? number(Setting.VERBOSE, text, 0, MOST_VERBOSE)
                : truth(Setting.VERBOSE, text) ? 1 : 0;
    }

    private static boolean truth(Setting setting, String text) throws RefusalException {
        return switch (text) {
            case "1", "true", "yes", "on" -> true;
            case "0", "false", "no", "off" -> false;
            default -> throw new RefusalException(setting.variable() + ": '" + text + "' is neither '1' nor '0'");
        };
    }

    private int number(Setting setting, String text, int least, int most) throws RefusalException {
        try {
            int value = Integer.parseInt(text);
            // parseInt would take a sign and the digits of other scripts too.
            if (value >= least && value <= most && text.charAt(0) >= '0' && text.charAt(0) <= '9') {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // The refusal below names what is wanted.
        }
        throw bad(setting, "'" + text + "' is not a number from " + least + " to " + most);
    }

    /** Whether a setting was given as an option. */
    boolean typed(Setting setting) {
        return arguments.matchedOption(setting.option()) != null;
    }

    /** The text of a setting that takes a value, or null. */
    String text(Setting setting) {
        OptionSpec option = arguments.matchedOption(setting.option());
        if (option != null) {
            return option.getValue();
        }
        String value = environment.get(setting.variable());
        return value == null || value.isEmpty() ? null : value;
    }

    /** A refusal that names where the value came from. */
    RefusalException bad(Setting setting, String message) {
        boolean typed = arguments.matchedOption(setting.option()) != null;
        return new RefusalException((typed ? setting.option() : setting.variable()) + ": " + message);
    }
}
