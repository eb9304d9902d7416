package org.outrigger.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.outrigger.kernel.boot.JobRunner;
import org.outrigger.lab.calls.CallsRunner;
import org.outrigger.lab.compare.CompareRunner;
import org.outrigger.lab.noise.NoiseRunner;
import org.outrigger.lab.memory.MemoryRunner;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.StateFolder;
import org.outrigger.node.partition.SystemFiles;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of Outrigger: parses, refuses with a message, and dispatches. */
public final class Main {
    private final Surroundings surroundings;
    private final JobRunner runner;
    private final TriageView triage;
    private final Laboratory lab;

    /**
     * Who measures; each is made when it is needed.
     *
     * @param calls       system calls
     * @param memory      operations on memory
     * @param comparisons programs under several arms
     * @param noise       what disturbs a core
     */
    public record Laboratory(Supplier<CallsRunner> calls, Supplier<MemoryRunner> memory, Supplier<CompareRunner> comparisons,
                             Supplier<NoiseRunner> noise) {
    }

    /**
     * A command line whose runs are done by {@code runner}, whose table is shown by {@code triage}, and whose measurements are
     * done by {@code lab}.
     */
    public Main(Surroundings surroundings, JobRunner runner, TriageView triage, Laboratory lab) {
        this.surroundings = surroundings;
        this.runner = runner;
        this.triage = triage;
        this.lab = lab;
    }

    /**
     * Carries out one command.
     *
     * @param args the arguments of the launcher, its own name not among them
     * @return the exit status, {@link ExitStatus} or the program's own
     */
    public int execute(String[] args) {
        int refusal = args.length > 0 && args[0].equals(Grammar.BENCH) ? ExitStatus.BENCHMARK_USAGE : ExitStatus.LAUNCHER_ERROR;
        boolean run = args.length > 0 && args[0].equals(Grammar.RUN);
        CommandLine parser = run ? Grammar.ofRun() : Grammar.ofAll();
        String command = parser.getCommandName();
        int status;
        try {
            if (run) {
                status = run(args, parser.parseArgs(Arrays.copyOfRange(args, 1, args.length)));
            } else {
                ParseResult parsed = parser.parseArgs(args);
                command = innermost(parsed).commandSpec().qualifiedName();
                status = other(args, parser, parsed);
            }
        } catch (ParameterException refused) {
            status = refuse(refused.getCommandLine().getCommandSpec().qualifiedName(), message(refused), refusal);
        } catch (RefusalException refused) {
            status = refuse(command, refused.getMessage(),
                    refused.status() == ExitStatus.LAUNCHER_ERROR ? refusal : refused.status());
        }
        surroundings.err().flush();
        if (surroundings.out().checkError() && status == ExitStatus.OK) {
            return refuse("", "cannot write to standard output", ExitStatus.LAUNCHER_ERROR);
        }
        return status;
    }

    private int run(String[] args, ParseResult arguments) throws RefusalException {
        return arguments.isUsageHelpRequested()
                ? usage(arguments.commandSpec().commandLine())
                : new RunCommand(surroundings, runner, triage).execute(args, arguments);
    }

    private int other(String[] args, CommandLine top, ParseResult parsed) throws RefusalException {
        if (parsed.isUsageHelpRequested()) {
            return usage(top);
        }
        if (parsed.isVersionHelpRequested()) {
            surroundings.out().println("outrigger ".concat(version()));
            return ExitStatus.OK;
        }
        if (!parsed.hasSubcommand()) {
            throw new RefusalException("a command is missing");
        }
        ParseResult arguments = parsed.subcommand();
        if (arguments.isUsageHelpRequested()) {
            return usage(arguments.commandSpec().commandLine());
        }
        return switch (arguments.commandSpec().name()) {
            case Grammar.TRIAGE -> triage(arguments);
            case Grammar.BENCH -> bench(arguments);
            case Grammar.PARTITION -> partition(arguments);
            case Grammar.COMPARE -> new CompareCommand(surroundings, lab.comparisons().get()).compare(args, arguments);
            case Grammar.NOISE -> new NoiseCommand(surroundings, lab.noise().get()).noise(arguments);
            case Grammar.MEM -> mem(arguments);
            default -> help(top, arguments);
        };
    }

    private int bench(ParseResult arguments) throws RefusalException {
        if (!arguments.hasSubcommand()) {
            throw new RefusalException("a benchmark is missing");
        }
        ParseResult which = arguments.subcommand();
        if (which.isUsageHelpRequested()) {
            return usage(which.commandSpec().commandLine());
        }
        return which.commandSpec().name().equals(Grammar.MEMORY)
                ? new MemoryCommand(surroundings, lab.memory().get()).memory(which)
                : new BenchCommand(surroundings, lab.calls().get()).calls(which);
    }

    private int partition(ParseResult arguments) throws RefusalException {
        if (!arguments.hasSubcommand()) {
            throw new RefusalException("a command about partitions is missing");
        }
        ParseResult which = arguments.subcommand();
        if (which.isUsageHelpRequested()) {
            return usage(which.commandSpec().commandLine());
        }
        return which.commandSpec().name().equals(PartitionGrammar.CHECK) ? new CheckCommand(surroundings).execute(which)
                : new PartitionCommand(surroundings, new Partitions(new SystemFiles(),
                        StateFolder.of(surroundings.environment(), true, 0))).execute(which);
    }

    private int mem(ParseResult arguments) throws RefusalException {
        if (!arguments.hasSubcommand()) {
            throw new RefusalException("what to do is missing: list, make, read, write or remove");
        }
        ParseResult which = arguments.subcommand();
        return which.isUsageHelpRequested() ? usage(which.commandSpec().commandLine())
                : new MemCommand(surroundings).execute(which);
    }

    private static ParseResult innermost(ParseResult parsed) {
        return parsed.hasSubcommand() ? innermost(parsed.subcommand()) : parsed;
    }

    private int usage(CommandLine command) {
        command.usage(surroundings.out(), Ansi.OFF);
        return ExitStatus.OK;
    }

    private int triage(ParseResult arguments) throws RefusalException {
        Settings settings = new Settings(arguments, surroundings.environment());
        Optional<Path> file = settings.file(Setting.TRIAGE);
        if (file.isPresent()) {
            file = Optional.of(surroundings.workingDirectory().resolve(file.get()));
        }
        try {
            surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON) ? triage.json(file) : triage.text(file));
        } catch (TriageFileException wrong) {
            throw settings.bad(Setting.TRIAGE, wrong.getMessage());
        }
        return ExitStatus.OK;
    }

    private int help(CommandLine top, ParseResult arguments) throws RefusalException {
        String name = arguments.hasMatchedPositional(0) ? arguments.matchedPositional(0).getValue() : null;
        CommandLine subject = name == null ? top : top.getSubcommands().get(name);
        if (subject == null) {
            throw new RefusalException("there is no command '" + name + "'");
        }
        return usage(subject);
    }

    /** Says what is wrong; where the usage is to blame, also where it is explained. */
    private int refuse(String command, String message, int status) {
        String text = "outrigger: " + message + "\n";
        if ((status == ExitStatus.LAUNCHER_ERROR || status == ExitStatus.BENCHMARK_USAGE) && !command.isEmpty()) {
            text += "Try '" + command + " --help' for more information.\n";
        }
        surroundings.err().print(text);
        surroundings.err().flush();
        return status;
    }

    private static String message(ParameterException refused) {
        if (refused instanceof UnmatchedArgumentException unmatched) {
            String word = unmatched.getUnmatched().get(0);
            if (word.startsWith("-")) {
                return "unknown option '" + word + "'";
            }
            return refused.getCommandLine().getParent() == null
                    ? "there is no command '" + word + "'" : "unexpected argument '" + word + "'";
        }
        String message = refused.getMessage();
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    /** The version of this build. */
    static String version() {
        try (InputStream in = Main.class.getResourceAsStream("version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException unreadable) {
            throw new IllegalStateException("version.txt is missing from this build", unreadable);
        }
    }

    /** The process: standard streams, the environment, the exit status. */
    public static void main(String[] args) {
        System.exit(Composition.mainOfThisProcess().execute(args));
    }
}
