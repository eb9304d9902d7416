package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The options of {@code outrigger compare}, with the words of their help. */
final class CompareGrammar {
    static final String LOAD = "--load";
    static final String UNCONFINED = "--unconfined";
    static final String FOM = "--fom";
    static final String FOM_BETTER = "--fom-better";
    static final String THRESHOLD = "--threshold";
    static final String STDIN = "--stdin";
    static final String TIMEOUT = "--timeout";
    static final String KEEP_GOING = "--keep-going";
    static final String SHOW = "--show";
    static final String NO_CALLS = "--no-calls";
    static final String CSV = "--csv";

    private CompareGrammar() {
    }

    static CommandSpec compare() {
        CommandSpec compare = Grammar.command(Grammar.COMPARE, "outrigger compare [OPTIONS] [--] PROGRAM [ARGS...]",
                "Measure a program natively and on the LWK, in turn.",
                "The same program is run under each arm, round by round, and one plain sentence says whether the others are"
                + " faster than the first. Ctrl-C ends with what was measured. Options end at the first word that is not one,"
                + " or at --.");
        compare.parser().stopAtPositional(true);
        compare.addOption(Grammar.flag("Print one JSON document instead of tables.", Grammar.JSON).build());
        compare.addOption(named("N", "How often the program is run under each arm.", "Default: 14.", "-r",
                Grammar.ROUNDS).build());
        compare.addOption(named("N", "Runs of each arm that go before and do not count.", "Default: 1.", "-w", Grammar.WARM_UP)
                .build());
        compare.addOption(Grammar.choice("LIST", Grammar.ARMS,
                "At least two of linux, native, linux+cgroup, linux+tuned, lwk, lwk+fifo, lwk+isolated; the"
                + " first is the baseline, and one may be there twice.", "Default: linux,lwk.").build());
        compare.addOption(several("LOAD", LOAD, "Compare beside competing work on the Linux cores: none, cpu, memory, io, fork,"
                + " build, several of them separated by commas, or a shell command with a blank or a slash in it. With @all"
                + " behind its name a load may run on every CPU. May be repeated. Default: none."));
        compare.addOption(Grammar.flag("Every load may run on every CPU.", UNCONFINED).build());
        compare.addOption(several("REGEX", FOM,
                "Take a figure of merit from the program's output: the one group of REGEX where it"
                + " matches last. The name of the group, as in (?<gflops>[0-9.]+), is that of the figure."));
        compare.addOption(several("WAY", FOM_BETTER,
                "higher or lower: which way a figure of merit is good, for each in turn or once"
                + " for all. Default: higher."));
        compare.addOption(Grammar.choice("PCT", THRESHOLD, "Differences of up to PCT percent do not count.",
                "Default: 0.").build());
        compare.addOption(Grammar.choice("FILE", STDIN, "What each run reads as its standard input, from its beginning.",
                "Default: /dev/null.").build());
        compare.addOption(Grammar.choice("SECONDS", TIMEOUT, "End a run that takes longer; it has failed.", "Default: no limit.")
                .build());
        compare.addOption(Grammar.flag("Go on when a run fails; it does not count.", KEEP_GOING).build());
        compare.addOption(Grammar.flag("Show the output of every run on standard error, not only of those that fail.", SHOW)
                .build());
        compare.addOption(Grammar.flag("Do not count system calls, which takes one more run under each kind of arm.", NO_CALLS)
                .build());
        compare.addOption(Grammar.choice("DIR", CSV, "Write the figures of every run to DIR/runs.csv.",
                "Default: no file.").build());
        compare.addOption(HtmlFile.option());
        compare.addOption(Grammar.value(Setting.CPUS, "LIST", "-c", "The CPUs that the program runs on, but under the arm linux.",
                "Default: those that a run would take.").build());
        compare.addOption(Grammar.value(Setting.LINUX_CPUS, "LIST", "-l", "The CPUs that this command and the LWK run on.",
                "Default: those that a run would take.").build());
        compare.addPositional(PositionalParamSpec.builder().index("0..*").arity("0..*").paramLabel("PROGRAM [ARGS...]")
                .type(String[].class).hidden(true).build());
        compare.usageMessage()
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(statuses())
                .footerHeading("%nExamples:%n").footer(
                "  outrigger compare -- ./solver input.dat",
                "  outrigger compare -r 20 --fom 'GFLOPS: (?<gflops>[0-9.]+)' -- ./solver input.dat",
                "  outrigger compare --arms linux,linux+tuned,lwk --load none,build -- ./solver",
                "  outrigger compare --arms lwk,lwk -- ./solver    how much two equal arms differ");
        return compare;
    }

    private static OptionSpec.Builder named(String label, String what, String otherwise, String... names) {
        return OptionSpec.builder(names).type(String.class).arity("1").paramLabel(label).description(what, otherwise);
    }

    private static OptionSpec several(String label, String name, String what) {
        return OptionSpec.builder(name).type(String[].class).arity("1").paramLabel(label).description(what).build();
    }

    private static Map<String, String> statuses() {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("  0", "the arms were compared, whatever came out");
        statuses.put("  1", "a run has failed, or an arm or a load could not be set up");
        statuses.put("  125", "bad arguments, an unusable file");
        statuses.put("  126", "the program was found but cannot be executed");
        statuses.put("  127", "the program was not found");
        return statuses;
    }
}
