package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code outrigger noise}, with the words of their help. */
final class NoiseGrammar {
    static final String KERNEL = "--kernel";
    static final String WORK = "--work";
    static final String INTERVAL = "--interval";
    static final String DETOUR = "--detour";
    static final String SAMPLES = "--samples";
    static final String DURATION = "--duration";
    static final String LOAD = "--load";
    static final String UNCONFINED = "--unconfined";
    static final String SEED = "--seed";
    static final String CSV = "--csv";
    static final String RAW = "--raw";
    static final String INJECT = "--inject";
    static final String NO_BLAME = "--no-culprits";

    private NoiseGrammar() {
    }

    static CommandSpec noise() {
        CommandSpec noise = Grammar.command(Grammar.NOISE, "outrigger noise [OPTIONS]",
                "Measure what disturbs a core, under Linux and on the LWK.",
                "A loop that is undisturbed on an ideal machine runs on each LWK core, under each arm beside each load, round by"
                + " round. Ctrl-C ends with what was measured.");
        noise.addOption(Grammar.flag("Print one JSON document instead of tables.", Grammar.JSON).build());
        noise.addOption(Grammar.choice("NAME", KERNEL, "fwq: time the same work over and over; ftq: count the work done in"
                + " intervals; selfish: note when the loop did not run.", "Default: fwq.").build());
        noise.addOption(Grammar.choice("BITS", WORK, "fwq: 2^BITS steps of work are a quantum.", "Default: 18.").build());
        noise.addOption(Grammar.choice("BITS", INTERVAL, "ftq: 2^BITS ticks of the time stamp counter are an interval.",
                "Default: 18.").build());
        noise.addOption(Grammar.choice("PERCENT", DETOUR,
                "selfish: a round that takes more than PERCENT of the shortest is a detour.", "Default: 900.").build());
        noise.addOption(named("SECONDS", "How long a run is.", "Default: 1.2; with --quick 0.1.", "-d", DURATION));
        noise.addOption(named("N", "End a run after N values.", "Default: when its time is up, or after a million.", SAMPLES));
        noise.addOption(named("N", "How often everything is measured.", "Default: 6; with --quick 2.", "-r", Grammar.ROUNDS));
        noise.addOption(Grammar.choice("LIST", Grammar.ARMS, "Some of linux, native, linux+cgroup, linux+tuned, lwk,"
                + " lwk+fifo, lwk+isolated; one may be there twice.", "Default: linux,linux+cgroup,linux+tuned,lwk.").build());
        noise.addOption(OptionSpec.builder(LOAD).type(String[].class).arity("1").paramLabel("LOAD").description(
                "Measure beside competing work on the Linux cores: none, cpu, memory, io, fork, build, several of them separated"
                + " by commas, or a shell command with a blank or a slash in it. With @all behind its name a load may run on"
                + " every CPU. May be repeated.", "Default: none,cpu.").build());
        noise.addOption(Grammar.flag("Every load may run on every CPU.", UNCONFINED).build());
        noise.addOption(Grammar.choice("PATTERN", INJECT, "Make noise on the LWK cores meanwhile, FREQUENCY,DURATION[,PHASE]:"
                + " 100,250us. PHASE is a time, or stagger for the cores in turn.", "Default: none.").build());
        noise.addOption(Grammar.flag("Do not look for who took the time: saves a run for each arm beside each load.", NO_BLAME)
                .build());
        noise.addOption(Grammar.flag("Measure in some seconds, too little to believe.", Grammar.QUICK).build());
        noise.addOption(Grammar.choice("N", SEED, "The order of arms and loads, as a report has told it.", "Default: a new one.")
                .build());
        noise.addOption(Grammar.choice("DIR", CSV, "Write all values to DIR/values.csv and the runs to DIR/runs.csv.",
                "Default: no file.").build());
        noise.addOption(HtmlFile.option());
        noise.addOption(Grammar.choice("DIR", RAW, "Keep the files of the loop there, in the form of FWQ, FTQ or netgauge.",
                "Default: no file.").build());
        noise.addOption(Grammar.value(Setting.CPUS, "LIST", "-c", "The CPUs that the loop runs on, but under the arm linux.",
                "Default: those that a run would take.").build());
        noise.addOption(Grammar.value(Setting.LINUX_CPUS, "LIST", "-l",
                "The CPUs that this command, the LWK's brain and confined loads run on.", "Default: those that a run would take.")
                .build());
        noise.usageMessage()
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(statuses())
                .footerHeading("%nExamples:%n").footer(
                "  outrigger noise",
                "  outrigger noise --arms linux,linux+tuned,lwk+fifo --load none,build@all",
                "  outrigger noise --kernel selfish --raw detours --load 'make -C /usr/src/linux'",
                "  outrigger noise --json > noise.json");
        return noise;
    }

    private static OptionSpec named(String label, String what, String otherwise, String... names) {
        return OptionSpec.builder(names).type(String.class).arity("1").paramLabel(label).description(what, otherwise).build();
    }

    private static Map<String, String> statuses() {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("  0", "everything was measured, whether targets are met or not");
        statuses.put("  1", "an arm or a load could not be started, or has ended");
        statuses.put("  125", "bad arguments, an unusable folder");
        return statuses;
    }
}
