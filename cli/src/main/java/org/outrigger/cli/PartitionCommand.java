package org.outrigger.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.outrigger.node.CpuSet;
import org.outrigger.node.partition.Feature;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import picocli.CommandLine.ParseResult;

/** {@code outrigger partition create|list|show|resize|destroy|plan}. */
final class PartitionCommand {
    private final Surroundings surroundings;
    private final Partitions partitions;

    PartitionCommand(Surroundings surroundings, Partitions partitions) {
        this.surroundings = surroundings;
        this.partitions = partitions;
    }

    /** Carries one of the commands out. */
    int execute(ParseResult arguments) throws RefusalException {
        try {
            switch (arguments.commandSpec().name()) {
                case PartitionGrammar.CREATE -> {
                    Partitions.Outcome outcome = partitions.create(asked(arguments));
                    tell(outcome.notes());
                    show(outcome.partition());
                }
                case PartitionGrammar.DESTROY -> tell(partitions.destroy(name(arguments)).notes());
                case PartitionGrammar.PLAN -> partitions.plan(asked(arguments)).forEach(step -> surroundings.out()
                        .println(step.what() + "\n        " + step.place() + ": " + step.was() + " -> " + step.value()));
                case PartitionGrammar.LIST -> {
                    for (Partition partition : partitions.list()) {
                        show(partition);
                    }
                }
                default -> show(partitions.find(name(arguments)).orElseThrow(
                        () -> new PartitionException("there is no partition '" + name(arguments) + "'")));
            }
            return ExitStatus.OK;
        } catch (PartitionException refused) {
            throw new RefusalException(refused.getMessage());
        }
    }

    private void tell(List<String> notes) {
        notes.forEach(note -> surroundings.err().print("outrigger: " + note + "\n"));
    }

    private void show(Partition partition) throws PartitionException {
        surroundings.out().println(partition.name() + ": CPU " + partition.cores() + ", " + partitions.kind(partition));
    }

    private static String name(ParseResult arguments) {
        return arguments.matchedPositional(0).getValue();
    }

    private Partition asked(ParseResult arguments) throws RefusalException, PartitionException {
        Settings settings = new Settings(arguments, surroundings.environment());
        Cores cores = Cores.of(settings, surroundings);
        Map<Feature, Boolean> features = new LinkedHashMap<>();
        return new Partition(name(arguments), cores.split().lwk(), CpuSet.EMPTY, List.of(), features, false, Partition.ALL,
                List.of(),
                Optional.empty());
    }
}
