package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The commands and options as the parser knows them, with the words of their help. The model is built by calls and not by
 * annotations: reading annotations by reflection would be a large part of a short run.
 */
final class Grammar {
    static final String RUN = "run";
    static final String TRIAGE = "triage";
    static final String BENCH = "bench";
    static final String CALLS = "calls";
    static final String PARTITION = "partition";
    static final String COMPARE = "compare";
    static final String NOISE = "noise";
    static final String MEM = "mem";
    static final String LIST = "list";
    static final String MAKE = "make";
    static final String READ = "read";
    static final String WRITE = "write";
    static final String REMOVE = "remove";
    static final String JOB = "--job";
    static final String MODE = "--mode";
    static final String HUGE = "--huge";
    static final String OFFSET = "--offset";
    static final String SIZE = "--size";
    static final String MEMORY = "memory";
    static final String HELP = "help";
    static final String JSON = "--json";
    static final String ROUNDS = "--rounds";
    static final String WARM_UP = "--warm-up";
    static final String SETTLE = "--settle";
    static final String ROWS = "--rows";
    static final String ARMS = "--arms";
    static final String QUICK = "--quick";
    static final String TABLE = "--table";
    static final String VERSION = "--version";
    /** The report file that stands for standard error. */
    static final String STANDARD_ERROR = "-";

    private static final String[] EXIT_STATUS_NAMES = {"0-124", "128+n", "125", "126", "127"};
    private static final String[] EXIT_STATUS_MEANINGS = {
        "the program's own; with ranks the highest of theirs",
        "the program died of signal n",
        "the launcher failed: usage, an unusable file, no resources",
        "the program was found but cannot be executed",
        "the program was not found",
    };

    private Grammar() {
    }

    /** The parser of {@code run} alone: a run must not wait for the model of commands that it does not use. */
    static CommandLine ofRun() {
        return parser(run().name("outrigger run"));
    }

    /** The parser of every command. */
    static CommandLine ofAll() {
        CommandSpec top = command("outrigger", "outrigger COMMAND [ARGS...]",
                "Outrigger, a multi-kernel for HPC nodes.",
                "Runs unmodified Linux programs on a lightweight kernel (LWK) beside Linux.");
        top.addOption(flag("Show the version and exit.", "-V", VERSION).versionHelp(true).build());
        top.addSubcommand(RUN, run());
        top.addSubcommand(TRIAGE, triage());
        top.addSubcommand(BENCH, bench());
        top.addSubcommand(PARTITION, PartitionGrammar.partition());
        top.addSubcommand(COMPARE, CompareGrammar.compare());
        top.addSubcommand(NOISE, NoiseGrammar.noise());
        top.addSubcommand(MEM, MemGrammar.mem());
        top.addSubcommand(HELP, help());
        top.usageMessage().footerHeading("%nExamples:%n").footer(
                "  outrigger run -- ./solver input.dat   run a program",
                "  outrigger run --help                  every option of a run",
                "  outrigger triage                      who serves which system call",
                "  outrigger compare -- ./solver         what the LWK gains for a program",
                "  outrigger noise                       what disturbs this machine's cores");
        return parser(top);
    }

    private static CommandLine parser(CommandSpec spec) {
        // An argument that begins with @ is the program's, never the name of a file with more arguments.
        return new CommandLine(spec).setExpandAtFiles(false).setInterpolateVariables(false);
    }

    private static CommandSpec run() {
        CommandSpec run = command(RUN, "outrigger run [OPTIONS] [--] PROGRAM [ARGS...]",
                "Run a program on the lightweight kernel.",
                "PROGRAM is any x86-64 Linux program, unmodified: its threads run on the LWK cores, and its system calls are"
                + " triaged between the LWK and Linux. Options end at the first word that is not one, or at --. A variable"
                + " counts where its option is not given.");
        run.parser().stopAtPositional(true);
        run.addOption(value(Setting.CPUS, "LIST", "-c",
                "LWK cores: the CPUs that the program runs on, as 2-7 or package:1.core:0-3 (see outrigger partition topology).",
                "Default: the allowed CPUs that are not Linux cores.").build());
        run.addOption(value(Setting.LINUX_CPUS, "LIST", "-l",
                "Linux cores: the CPUs that Linux and the LWK's own threads run on.",
                "Default: the allowed CPUs that are not LWK cores; without --cpus the first allowed CPU.").build());
        run.addOption(value(Setting.PARTITION, "NAME", "-p",
                "Run in this partition (see outrigger partition). --cpus then chooses among its cores, --mem of its memory.",
                "Default: in none.").build());
        run.addOption(flag(Setting.ISOLATE, "Make a partition for this run, of its LWK cores and its --mem, as far as privileges"
                + " allow; it goes when the run ends.").build());
        run.addOption(value(Setting.RANKS, "N", "-n",
                "Start N processes and share the LWK cores out between them. Each finds OUTRIGGER_RANK, OUTRIGGER_RANKS and"
                + " OUTRIGGER_LOCAL_RANK in its environment.",
                "Default: one process, without these.").build());
        run.addOption(flag(Setting.LABEL, "Begin each line of a rank's output with its number.").build());
        run.addOption(value(Setting.KERNEL_LOOPS, "N", null,
                "Let up to N threads of the LWK answer system calls, each for some of the program's processes.",
                "Default: one for each Linux core, 8 at most.").build());
        run.addOption(value(Setting.SCHED, "POLICY", null,
                "fifo: the program's threads run in real time, first in first out, where that is permitted: ordinary work that"
                + " gets onto an LWK core waits; other: like any other program's.",
                "Default: other, or what the partition has.").build());
        run.addOption(value(Setting.LOOP_PRIORITY, "PRIORITY", null,
                "fifo: these threads run in real time after their first second, where that is permitted, else as with nice; nice:"
                + " with nice -20, where that is permitted; none: like any other thread.",
                "Default: fifo.").build());
        MemoryGrammar.addTo(run);
        run.addOption(value(Setting.TRIAGE, "FILE", null,
                "Let FILE override lines of the triage table (see outrigger triage).",
                "Default: the built-in table.").build());
        run.addOption(value(Setting.INTERCEPT, "MODE", null,
                "auto: patch call sites where that is safe, trap the rest; trap: patch nothing.",
                "Default: auto.").build());
        run.addOption(value(Setting.INJECT, "PATTERN", null,
                "Take the LWK cores away from the program in a pattern of noise, FREQUENCY,DURATION[,PHASE]: 100,250us. PHASE is"
                + " a time, or stagger for the cores in turn. Needs the right to real-time priority.",
                "Default: no noise.").build());
        run.addOption(value(Setting.REPORT, "FILE", null,
                "Measure, and report at the end: to FILE, as JSON when its name ends in .json, or as text to standard error when"
                + " FILE is - or left out.",
                "Default: no report.").arity("0..1").preprocessor(new AttachedOnly()).build());
        run.addOption(flag(Setting.DRY_RUN, "Check everything, print what would be done, and start nothing.").build());
        run.addOption(OptionSpec.builder("-v", Setting.VERBOSE.option()).type(boolean[].class).arity("0").description(
                "Tell what is done on standard error; more when repeated.",
                variable(Setting.VERBOSE)).build());
        run.addPositional(PositionalParamSpec.builder().index("0..*").arity("0..*").paramLabel("PROGRAM [ARGS...]")
                .type(String[].class).hidden(true).build());
        run.usageMessage()
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(exitStatuses())
                .footerHeading("%nCPU lists:%n")
                .footer(
                "  0-3,8     CPUs 0 to 3 and 8",
                "  0-31:2    every second CPU from 0 to 31",
                "  0-31:2/8  the first two of each eight CPUs from 0 to 31",
                "  +0-3      the first four allowed CPUs",
                "  !0-3      the allowed CPUs but 0 to 3",
                "  all       every allowed CPU",
                "",
                "Examples:",
                "  outrigger run -- ./solver -x input.dat",
                "  outrigger run --cpus 2-15 --linux-cpus 0-1 ./solver",
                "  outrigger run --ranks 4 --label --report=run.json ./solver",
                "  outrigger run -p quiet ./solver",
                "  outrigger run --dry-run --ranks 3 ./solver");
        return run;
    }

    private static CommandSpec triage() {
        CommandSpec triage = command(TRIAGE, "outrigger triage [OPTIONS]",
                "Show who serves each system call, and why.",
                "The triage table has a line for each system call of x86-64: number, name, disposition, reason.");
        triage.addOption(flag("Print one JSON document instead of text.", JSON).build());
        triage.addOption(value(Setting.TRIAGE, "FILE", null,
                "Show the table as FILE overrides it.",
                "Default: the built-in table.").build());
        triage.usageMessage().footerHeading("%nExamples:%n").footer(
                "  outrigger triage",
                "  outrigger triage --json --triage my.triage");
        return triage;
    }

    private static CommandSpec bench() {
        CommandSpec bench = command(BENCH, "outrigger bench COMMAND [ARGS...]",
                "Measure what the lightweight kernel gains and costs.", "docs/benchmarks.md tells how to read the figures.");
        bench.addSubcommand(CALLS, calls());
        bench.addSubcommand(MEMORY, memory());
        return bench;
    }

    private static CommandSpec calls() {
        CommandSpec calls = command(CALLS, "outrigger bench calls [OPTIONS]",
                "Measure system calls natively and on the LWK, in turn.",
                "One unmodified program is run natively, on the LWK, and on the LWK with every call trapped. All are bound to the"
                + " same core, and one at a time is asked for a batch of calls. Ctrl-C ends with what was measured.");
        calls.addOption(flag("Print one JSON document instead of tables.", JSON).build());
        calls.addOption(choice("N", ROUNDS, "How often everything is measured.", "Default: 12; with --quick 2.").build());
        calls.addOption(choice("N", WARM_UP, "Batches of each row that go before and do not count.", "Default: 1.").build());
        calls.addOption(choice("LIST", ROWS, "Measure these rows only, separated by commas; a wrong name shows them all.",
                "Default: all.").build());
        calls.addOption(choice("LIST", ARMS, "Measure under these only: native, lwk, trap.", "Default: all.").build());
        calls.addOption(flag("Measure in some seconds, too little to believe.", QUICK).build());
        calls.addOption(value(Setting.CPUS, "LIST", "-c",
                "The CPUs that the program runs on, under every arm.", "Default: the first of those that a run would take.")
                .build());
        calls.addOption(value(Setting.LINUX_CPUS, "LIST", "-l",
                "The CPUs that the benchmark and the LWK run on.", "Default: those that a run would take.").build());
        calls.usageMessage()
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(benchmarkStatuses())
                .footerHeading("%nExamples:%n").footer(
                "  outrigger bench calls",
                "  outrigger bench calls --rows getpid,getppid --arms native,lwk --rounds 30",
                "  outrigger bench calls --json > calls.json");
        return calls;
    }

    private static CommandSpec memory() {
        CommandSpec memory = command(MEMORY, "outrigger bench memory [OPTIONS]",
                "Measure memory natively, with huge pages, and on the LWK, in turn.",
                "One unmodified program is run natively, natively with huge pages, and on the LWK, bound to the same core; one at"
                + " a time is asked for a batch of operations. Needs 5 GiB of free memory. Ctrl-C ends with what was measured.");
        memory.addOption(flag("Print one JSON document instead of tables.", JSON).build());
        memory.addOption(choice("N", ROUNDS, "How often everything is measured.", "Default: 12; with --quick 2.").build());
        memory.addOption(choice("N", WARM_UP, "Batches of each row that go before and do not count.", "Default: 1.").build());
        memory.addOption(choice("MS", SETTLE, "For how many milliseconds a process works before anything of a row counts; 0 shows"
                + " young ones.", "Default: 1500; with --quick 0.").build());
        memory.addOption(choice("LIST", ROWS, "Measure these rows only, separated by commas; a wrong name shows them all.",
                "Default: all; with --quick those of 64 MiB or less.").build());
        memory.addOption(choice("LIST", ARMS, "Measure under these only: native, native-thp, lwk.", "Default: all.").build());
        memory.addOption(choice("SIZE", TABLE, "Bytes of the table of random updates, as 512M or 4G.",
                "Default: 4G; with --quick 64M.").build());
        memory.addOption(flag("Measure in some seconds, too little to believe.", QUICK).build());
        memory.addOption(value(Setting.CPUS, "LIST", "-c",
                "The CPUs that the program runs on, under every arm.", "Default: the first of those that a run would take.")
                .build());
        memory.addOption(value(Setting.LINUX_CPUS, "LIST", "-l",
                "The CPUs that the benchmark and the LWK run on.", "Default: those that a run would take.").build());
        memory.usageMessage()
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(benchmarkStatuses())
                .footerHeading("%nExamples:%n").footer(
                "  outrigger bench memory",
                "  outrigger bench memory --rows churn,mmap_64k,null_pair --arms native,lwk",
                "  outrigger bench memory --json > memory.json");
        return memory;
    }

    private static CommandSpec help() {
        CommandSpec help = command(HELP, "outrigger help [COMMAND]",
                "Show the help of a command.", "Without COMMAND the help of outrigger itself is shown.");
        help.addPositional(PositionalParamSpec.builder().index("0").arity("0..1").paramLabel("COMMAND").type(String.class)
                .hidden(true).build());
        return help;
    }

    static CommandSpec command(String name, String synopsis, String header, String description) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.addOption(flag("Show this help and exit.", "-h", "--help").usageHelp(true).build());
        spec.usageMessage()
                .header(header)
                .synopsisHeading("%nUsage: ")
                .customSynopsis(synopsis)
                .descriptionHeading("%n")
                .description(description)
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .sortOptions(false)
                .width(90);
        return spec;
    }

    static OptionSpec.Builder flag(String description, String... names) {
        return OptionSpec.builder(names).type(boolean.class).description(description);
    }

    private static OptionSpec.Builder flag(Setting setting, String description) {
        return OptionSpec.builder(setting.option()).type(boolean.class).description(description, variable(setting));
    }

    static OptionSpec.Builder value(Setting setting, String label, String shortName, String what, String otherwise) {
        OptionSpec.Builder builder = shortName == null
                ? OptionSpec.builder(setting.option()) : OptionSpec.builder(shortName, setting.option());
        return builder.type(String.class).arity("1").paramLabel(label).description(what, otherwise, variable(setting));
    }

    static OptionSpec.Builder choice(String label, String name, String what, String otherwise) {
        return OptionSpec.builder(name).type(String.class).arity("1").paramLabel(label).description(what, otherwise);
    }

    private static String variable(Setting setting) {
        return "Variable: ".concat(setting.variable());
    }

    private static Map<String, String> exitStatuses() {
        Map<String, String> statuses = new LinkedHashMap<>();
        for (int i = 0; i < EXIT_STATUS_NAMES.length; i++) {
            statuses.put("  ".concat(EXIT_STATUS_NAMES[i]), EXIT_STATUS_MEANINGS[i]);
        }
        return statuses;
    }

    private static Map<String, String> benchmarkStatuses() {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("  0", "everything was measured, whether targets are met or not");
        statuses.put("  1", "something that is measured could not be started, or has ended");
        statuses.put("  2", "bad arguments");
        return statuses;
    }

    /** Takes the value only from {@code --report=FILE}: in {@code --report ./solver} the second word is the program. */
    private static final class AttachedOnly implements IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (" ".equals(info.get("separator"))) {
                args.push(STANDARD_ERROR);
            } else if (args.peek().length() > 1 && args.peek().startsWith("-")) {
                // The parser would take the value for an option; this is another name of the same file.
                args.push("./".concat(args.pop()));
            }
            return false;
        }
    }
}
