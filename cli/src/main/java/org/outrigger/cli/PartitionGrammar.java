package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** The commands about the node, with the words of their help. */
final class PartitionGrammar {
    static final String CHECK = "check";
    static final String ALL = "--all";
    static final String CREATE = "create";
    static final String LIST = "list";
    static final String SHOW = "show";
    static final String RESIZE = "resize";
    static final String DESTROY = "destroy";
    static final String PLAN = "plan";

    private PartitionGrammar() {
    }

    static CommandSpec partition() {
        CommandSpec partition = Grammar.command(Grammar.PARTITION, "outrigger partition COMMAND [ARGS...]",
                "Look after the node that programs run on.", "docs/partition.md tells more.");
        CommandSpec check = Grammar.command(CHECK, "outrigger partition check [OPTIONS]",
                "Look whether this node is well set up for low noise.",
                "Each finding tells what there is, why it matters, and the command or boot parameter that mends it. Nothing is"
                + " changed.");
        check.addOption(Grammar.flag("Print one JSON document instead of text.", Grammar.JSON).build());
        check.addOption(Grammar.flag("Tell what is good as well.", ALL).build());
        check.addOption(Grammar.value(Setting.CPUS, "LIST", "-c",
                "The CPUs that are to be quiet.", "Default: those that a run would take as LWK cores.").build());
        check.addOption(Grammar.value(Setting.LINUX_CPUS, "LIST", "-l",
                "The CPUs that Linux keeps.", "Default: those that a run would take.").build());
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("  0", "nothing disturbs the LWK cores, as far as can be seen");
        statuses.put("  1", "something does");
        statuses.put("  125", "bad arguments");
        check.usageMessage().exitCodeListHeading("%nExit status:%n").exitCodeList(statuses)
                .footerHeading("%nExamples:%n").footer(
                "  outrigger partition check",
                "  outrigger partition check --cpus 2-15 --json");
        partition.addSubcommand(CHECK, check);
        partition.addSubcommand(CREATE, described(CREATE, "Set cores apart."));
        partition.addSubcommand(PLAN, described(PLAN, "Show what create would change."));
        partition.addSubcommand(LIST, Grammar.command(LIST, "outrigger partition list", "Show the partitions.", ""));
        partition.addSubcommand(SHOW, named(SHOW, "Show a partition."));
        partition.addSubcommand(DESTROY, named(DESTROY, "Give everything back."));
        return partition;
    }

    private static CommandSpec described(String name, String what) {
        CommandSpec command = named(name, what);
        command.addOption(Grammar.value(Setting.CPUS, "LIST", "-c", "The LWK cores.", "").build());
        command.addOption(Grammar.value(Setting.LINUX_CPUS, "LIST", "-l", "The Linux cores of jobs.", "").build());
        return command;
    }

    private static CommandSpec named(String name, String what) {
        CommandSpec command = Grammar.command(name, "outrigger partition " + name + " NAME [OPTIONS]", what, "");
        command.addPositional(picocli.CommandLine.Model.PositionalParamSpec.builder().index("0").type(String.class)
                .paramLabel("NAME").build());
        return command;
    }
}
