package org.outrigger.cli;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.Sight;
import org.outrigger.node.partition.Step;
import picocli.CommandLine.ParseResult;

/** {@code outrigger partition create|list|show|resize|destroy|plan}. */
final class PartitionCommand {
    private final Surroundings surroundings;
    private final Partitions partitions;

    PartitionCommand(Surroundings surroundings, Partitions partitions) {
        this.surroundings = surroundings;
        this.partitions = partitions.telling(word -> tell(List.of(word)));
    }

    /** Carries one of the commands out. */
    int execute(ParseResult given) throws RefusalException {
        PartitionArguments arguments = new PartitionArguments(given, surroundings, partitions);
        // A signal has a change taken back. One that comes too late for that does not keep the command from telling what it did.
        try (Vigil _ = new Vigil(surroundings, () -> { })) {
            switch (given.commandSpec().name()) {
                case PartitionGrammar.CREATE -> done(arguments, partitions.create(arguments.toCreate()));
                case PartitionGrammar.RESIZE -> done(arguments, partitions.resize(arguments.name(), arguments.toResize()));
                case PartitionGrammar.DESTROY -> destroyed(arguments,
                        partitions.destroy(arguments.name(), arguments.has(PartitionGrammar.FORCE)));
                case PartitionGrammar.LIST -> list(arguments);
                default -> show(arguments);
            }
            return ExitStatus.OK;
        } catch (PartitionException refused) {
            throw new RefusalException(refused.getMessage());
        }
    }

    /** Carries {@code plan} out, for one of the commands or, without its name, for {@code create}. */
    int plan(ParseResult given) throws RefusalException {
        ParseResult which = given.hasSubcommand() ? given.subcommand() : given;
        PartitionArguments arguments = new PartitionArguments(which, surroundings, partitions);
        String name = arguments.name();
        String command = given.hasSubcommand() ? which.commandSpec().name() : PartitionGrammar.CREATE;
        try {
            List<Step> steps = switch (command) {
                case PartitionGrammar.RESIZE -> partitions.planResize(name, arguments.toResize());
                case PartitionGrammar.DESTROY -> partitions.planDestroy(name, arguments.has(PartitionGrammar.FORCE));
                default -> partitions.plan(arguments.toCreate());
            };
            if (arguments.has(Grammar.JSON)) {
                surroundings.out().print(PartitionJson.plan(command, name, steps, arguments.notes()));
            } else {
                tell(arguments.notes());
                surroundings.out().print(PartitionText.plan(steps));
            }
            return ExitStatus.OK;
        } catch (PartitionException refused) {
            throw new RefusalException(refused.getMessage());
        }
    }

    private void done(PartitionArguments arguments, Partitions.Outcome outcome) throws PartitionException {
        List<String> notes = notes(arguments, outcome);
        Sight sight = partitions.overview().look(outcome.partition());
        if (arguments.has(Grammar.JSON)) {
            surroundings.out().print(PartitionJson.one(sight, partitions.overview().books(), notes));
        } else {
            tell(notes);
            surroundings.out().print(PartitionText.list(List.of(sight)));
        }
    }

    private void destroyed(PartitionArguments arguments, Partitions.Outcome outcome) throws PartitionException {
        List<String> notes = notes(arguments, outcome);
        if (arguments.has(Grammar.JSON)) {
            surroundings.out().print(PartitionJson.destroyed(outcome.partition().name(), partitions.overview().books(), notes));
        } else {
            tell(notes);
        }
    }

    private static List<String> notes(PartitionArguments arguments, Partitions.Outcome outcome) {
        List<String> notes = new ArrayList<>(arguments.notes());
        notes.addAll(outcome.notes());
        return notes;
    }

    private void tell(List<String> notes) {
        notes.forEach(note -> surroundings.err().print("outrigger: " + note + "\n"));
    }

    private void list(PartitionArguments arguments) throws PartitionException {
        List<String> notes = partitions.refresh();
        List<Sight> sights = partitions.overview().all();
        if (arguments.has(Grammar.JSON)) {
            surroundings.out().print(PartitionJson.list(sights, partitions.overview().books(), notes));
        } else {
            tell(notes);
            surroundings.out().print(PartitionText.list(sights));
        }
    }

    private void show(PartitionArguments arguments) throws RefusalException, PartitionException {
        String name = arguments.name();
        List<String> notes = new ArrayList<>(partitions.refresh());
        Sight sight = partitions.overview().look(name);
        notes.addAll(partitions.remarks(sight.partition()));
        if (arguments.has(Grammar.JSON)) {
            surroundings.out().print(PartitionJson.one(sight, partitions.overview().books(), notes));
        } else {
            tell(notes);
            surroundings.out().print(PartitionText.one(sight, partitions.overview().books()));
        }
    }
}
