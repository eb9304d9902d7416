package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.outrigger.node.partition.Feature;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The options of {@code outrigger partition} and the words of its help. */
final class PartitionGrammar {
    static final String CHECK = "check";
    static final String TOPOLOGY = "topology";
    static final String ALL = "--all";
    static final String CREATE = "create";
    static final String LIST = "list";
    static final String SHOW = "show";
    static final String RESIZE = "resize";
    static final String DESTROY = "destroy";
    static final String PLAN = "plan";
    static final String PAGE = "--page";
    static final String IRQS = "--irqs";
    static final String DEVICES = "--devices";
    static final String FEATURES = "--features";
    static final String NODE_WIDE = "--node-wide";
    static final String SPLIT_CORES = "--split-cores";
    static final String FORCE = "--force";

    private static final String NAMED = " NAME [OPTIONS]";

    private PartitionGrammar() {
    }

    static CommandSpec partition() {
        CommandSpec partition = Grammar.command(Grammar.PARTITION, "outrigger partition COMMAND [ARGS...]",
                "Set cores, memory and interrupts of the node apart, and look after it.", "docs/partition.md tells more.");
        partition.addSubcommand(CREATE, create("outrigger partition create NAME -c LIST [OPTIONS]"));
        partition.addSubcommand(LIST, list());
        partition.addSubcommand(SHOW, show());
        partition.addSubcommand(RESIZE, resize("outrigger partition resize" + NAMED));
        partition.addSubcommand(DESTROY, destroy("outrigger partition destroy" + NAMED));
        partition.addSubcommand(PLAN, plan());
        partition.addSubcommand(CHECK, check());
        partition.addSubcommand(TOPOLOGY, topology());
        return partition;
    }

    private static CommandSpec create(String synopsis) {
        CommandSpec create = Grammar.command(CREATE, synopsis, "Set cores, memory and interrupts apart for programs on the LWK.",
                "Everything that runs on the cores and can be moved leaves them. What was changed is written down before, with"
                + " the value it had, and is put back by destroy, or when the command fails.");
        addCreateTo(create);
        create.usageMessage().footerHeading("%nExamples:%n").footer(
                "  outrigger partition create lwk -c 2-15 -M 8G",
                "  outrigger partition create lwk -c 8-15 -M 4G@1,1G@0 --features thp=off --sched fifo");
        return statuses(create);
    }

    private static void addCreateTo(CommandSpec create) {
        name(create);
        create.addOption(Grammar.value(Setting.CPUS, "LIST", "-c",
                "LWK cores: the CPUs that are set apart.", "There is no default.").build());
        create.addOption(Grammar.value(Setting.LINUX_CPUS, "LIST", "-l",
                "Linux cores of its jobs, which others may use too.", "Default: the CPUs that belong to no partition.").build());
        create.addOption(memory("Memory: SIZE[@NODE] of one NUMA node, or of those nearest to the cores; several between commas;"
                + " all, or 1/2, 1/3 and so on of what can be had. Rounded up to whole pages.", "Default: none of its own."));
        create.addOption(Grammar.choice("SIZE", PAGE, "The pages of the memory: 2m, or 1g as far as there are such pieces.",
                "Default: 2m.").build());
        create.addOption(Grammar.choice("all|none|LIST", IRQS,
                "Interrupts that leave the cores: all, none, or numbers and names of devices between commas.",
                "Default: all.").build());
        create.addOption(Grammar.choice("NAME,...", DEVICES,
                "Devices of the partition: their interrupts go to its Linux cores.", "Default: none.").build());
        create.addOption(Grammar.choice("NAME=on|off,...", FEATURES,
                "What of Linux goes on at the cores: " + Feature.keys() + ".", "Default: " + usual() + ".").build());
        create.addOption(Grammar.value(Setting.SCHED, "POLICY", null,
                "fifo: threads of its jobs run in real time, first in first out; other: like any other program's. A job may say"
                + " otherwise.", "Default: other.").build());
        create.addOption(splitCores());
        create.addOption(Grammar.flag("A feature may change what the whole node has one setting of: numa-balancing, thp.",
                NODE_WIDE).build());
        json(create);
    }

    private static String usual() {
        StringBuilder on = new StringBuilder();
        for (Feature feature : Feature.values()) {
            on.append(feature.usual() ? (on.isEmpty() ? "" : ", ") + feature.key() : "");
        }
        return on + " on, the others off";
    }

    private static CommandSpec list() {
        CommandSpec list = Grammar.command(LIST, "outrigger partition list [OPTIONS]", "List the partitions.", "");
        json(list);
        return statuses(list);
    }

    private static CommandSpec show() {
        CommandSpec show = Grammar.command(SHOW, "outrigger partition show" + NAMED, "Show a partition.",
                "What it has, what is in use, what was moved for it and what could not be moved.");
        name(show);
        json(show);
        return statuses(show);
    }

    private static CommandSpec resize(String synopsis) {
        CommandSpec resize = Grammar.command(RESIZE, synopsis, "Give a partition more or fewer cores, more or less memory.",
                "LIST and SIZE are what it is to have; behind a + what it gets beside what it has; behind a - what it gives"
                + " back.");
        addResizeTo(resize);
        resize.usageMessage().footerHeading("%nExamples:%n").footer(
                "  outrigger partition resize lwk -c +16-19 -M +2G",
                "  outrigger partition resize lwk -c -15 -M -1G@0",
                "  outrigger partition resize lwk -c 2-7 -M 0");
        return statuses(resize);
    }

    private static void addResizeTo(CommandSpec resize) {
        name(resize);
        resize.addOption(OptionSpec.builder("-c", Setting.CPUS.option()).type(String.class).arity("1")
                .paramLabel("[+|-]LIST").description("LWK cores.", "Default: those it has.").build());
        resize.addOption(OptionSpec.builder("-l", Setting.LINUX_CPUS.option()).type(String.class).arity("1")
                .paramLabel("[+|-]LIST").description("Linux cores of its jobs; none for all that belong to no partition.",
                "Default: those it has.").build());
        resize.addOption(memory("Memory, as for create; 0 for none.", "Default: what it has."));
        resize.addOption(Grammar.choice("SIZE", PAGE, "The pages of memory that comes: 2m or 1g.",
                "Default: those it has, else 2m.").build());
        resize.addOption(splitCores());
        json(resize);
    }

    private static CommandSpec destroy(String synopsis) {
        CommandSpec destroy = Grammar.command(DESTROY, synopsis, "Give everything back that was set apart.",
                "What was changed for the partition becomes what it was before.");
        addDestroyTo(destroy);
        return statuses(destroy);
    }

    private static void addDestroyTo(CommandSpec destroy) {
        name(destroy);
        destroy.addOption(Grammar.flag("Also when processes run in it; they go on elsewhere.", FORCE).build());
        json(destroy);
    }

    private static CommandSpec plan() {
        CommandSpec plan = Grammar.command(PLAN, "outrigger partition plan [create|resize|destroy] NAME [OPTIONS]",
                "Tell what create, resize or destroy would change.",
                "Each step with the file that is changed, what it has now, and what it would have. Nothing is changed."
                + " Without a word before NAME it is that of create.");
        addCreateTo(plan);
        CommandSpec create = Grammar.command(CREATE, "outrigger partition plan create NAME -c LIST [OPTIONS]",
                "Tell what create would change.", "");
        addCreateTo(create);
        CommandSpec resize = Grammar.command(RESIZE, "outrigger partition plan resize NAME [OPTIONS]",
                "Tell what resize would change.", "");
        addResizeTo(resize);
        CommandSpec destroy = Grammar.command(DESTROY, "outrigger partition plan destroy NAME [OPTIONS]",
                "Tell what destroy would change.", "");
        addDestroyTo(destroy);
        plan.addSubcommand(CREATE, create);
        plan.addSubcommand(RESIZE, resize);
        plan.addSubcommand(DESTROY, destroy);
        plan.usageMessage().footerHeading("%nExamples:%n").footer(
                "  outrigger partition plan lwk -c 2-15 -M 8G",
                "  outrigger partition plan destroy lwk --json");
        return statuses(plan);
    }

    private static CommandSpec check() {
        CommandSpec check = Grammar.command(CHECK, "outrigger partition check [OPTIONS]",
                "Look whether this node is well set up for low noise.",
                "Each finding tells what there is, why it matters, and the command or boot parameter that mends it. Nothing is"
                + " changed.");
        json(check);
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
        return check;
    }

    private static OptionSpec memory(String what, String otherwise) {
        return OptionSpec.builder("-M", Setting.MEM.option()).type(String.class).arity("1").paramLabel("SIZE[@NODE],...")
                .description(what, otherwise).build();
    }

    private static OptionSpec splitCores() {
        return Grammar.flag("Take the CPUs that are named and no others, also where they share a core with one that is not.",
                SPLIT_CORES).build();
    }

    private static void json(CommandSpec command) {
        command.addOption(Grammar.flag("Print one JSON document instead of text.", Grammar.JSON).build());
    }

    private static void name(CommandSpec command) {
        command.addPositional(PositionalParamSpec.builder().index("0").arity("0..1").type(String.class).paramLabel("NAME")
                .hidden(true).build());
    }

    private static CommandSpec statuses(CommandSpec command) {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("  0", "done");
        statuses.put("  125", "refused, and nothing is changed: the message tells why");
        command.usageMessage().exitCodeListHeading("%nExit status:%n").exitCodeList(statuses);
        return command;
    }

    private static CommandSpec topology() {
        CommandSpec topology = Grammar.command(TOPOLOGY, "outrigger partition topology [OPTIONS]",
                "Show the parts of this node and their numbers.",
                "By these numbers a LIST of CPUs may name them: package:1.core:0-3, core:P#8.");
        topology.addOption(Grammar.flag("Print one JSON document instead of text.", Grammar.JSON).build());
        topology.addOption(Grammar.flag("Show each CPU as well.", ALL).build());
        return topology;
    }
}
