package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The options of {@code outrigger mem} and the words of its help. */
final class MemGrammar {
    private MemGrammar() {
    }

    static CommandSpec mem() {
        CommandSpec mem = Grammar.command(Grammar.MEM, "outrigger mem COMMAND [ARGS...]",
                "Look at and change the memory that a job's processes share.",
                "docs/sharing.md tells how programs share memory.");
        mem.addSubcommand(Grammar.LIST, list());
        mem.addSubcommand(Grammar.MAKE, make());
        mem.addSubcommand(Grammar.READ, read());
        mem.addSubcommand(Grammar.WRITE, write());
        mem.addSubcommand(Grammar.REMOVE, remove());
        return mem;
    }

    private static CommandSpec list() {
        CommandSpec list = command(Grammar.LIST, "[OPTIONS]", "List the segments of a job.");
        list.addOption(Grammar.flag("Print one JSON document instead of text.", Grammar.JSON).build());
        return list;
    }

    private static CommandSpec make() {
        CommandSpec make = command(Grammar.MAKE, "[OPTIONS] NAME SIZE",
                "Make a segment of SIZE bytes, zeroed, that stays until it is removed or the job ends.", "NAME", "SIZE");
        make.addOption(Grammar.choice("MODE", Grammar.MODE, "Who may have it, as of a file, in octal.", "Default: 600.").build());
        make.addOption(Grammar.flag("Take it from the pool of huge pages, if that has enough.", Grammar.HUGE).build());
        return make;
    }

    private static CommandSpec read() {
        CommandSpec read = command(Grammar.READ, "[OPTIONS] NAME", "Write what is in a segment to standard output.", "NAME");
        read.addOption(Grammar.choice("SIZE", Grammar.OFFSET, "Where to begin, in bytes.", "Default: 0.").build());
        read.addOption(Grammar.choice("SIZE", Grammar.SIZE, "How many bytes.", "Default: up to the end.").build());
        return read;
    }

    private static CommandSpec write() {
        CommandSpec write = command(Grammar.WRITE, "[OPTIONS] NAME", "Write standard input into a segment.", "NAME");
        write.addOption(Grammar.choice("SIZE", Grammar.OFFSET, "Where to begin, in bytes.", "Default: 0.").build());
        return write;
    }

    private static CommandSpec remove() {
        return command(Grammar.REMOVE, "[OPTIONS] NAME",
                "Take a segment's name away. Who has it attached keeps the memory.", "NAME");
    }

    /** What all of them have. */
    private static CommandSpec command(String name, String arguments, String header, String... positionals) {
        CommandSpec spec = Grammar.command(name, "outrigger mem " + name + " " + arguments, header,
                positionals.length == 0 ? "Without --job and its variable: of all your running jobs."
                : "SIZE is a number of bytes, or one with K, M, G or T behind it.");
        spec.addOption(OptionSpec.builder(Grammar.JOB).type(String.class).arity("1").paramLabel("PID").description(
                "Whose memory: the process that was started as outrigger run.",
                "Default: your only running job.",
                "Variable: OUTRIGGER_JOB, which a job sets for its processes; its value is the job's full name.").build());
        for (int i = 0; i < positionals.length; i++) {
            spec.addPositional(PositionalParamSpec.builder().index(Integer.toString(i)).arity("0..1").paramLabel(positionals[i])
                    .type(String.class).hidden(true).build());
        }
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put("  0", "done");
        statuses.put("  1", "the job refused it: no such segment, not permitted, no memory; or it has ended");
        statuses.put("  125", "bad arguments, or there is no such job");
        spec.usageMessage().exitCodeListHeading("%nExit status:%n").exitCodeList(statuses);
        return spec;
    }
}
