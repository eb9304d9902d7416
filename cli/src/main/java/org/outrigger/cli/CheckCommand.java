package org.outrigger.cli;

import java.util.List;
import org.outrigger.lab.environment.IndentedJson;
import org.outrigger.node.check.Facts;
import org.outrigger.node.check.Finding;
import org.outrigger.node.check.NodeCheck;
import picocli.CommandLine.ParseResult;
import tools.jackson.core.JsonGenerator;

/** {@code outrigger partition check}: what the node's settings do to programs on LWK cores. */
final class CheckCommand {
    private static final int SCHEMA = 1;
    private static final int INDENT = 8;
    private static final int WIDTH = 110;

    private final Surroundings surroundings;

    CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * Carries the command out.
     *
     * @return 0, or 1 when something disturbs the LWK cores
     */
    int execute(ParseResult arguments) throws RefusalException {
        Cores cores = Cores.of(new Settings(arguments, surroundings.environment()), surroundings);
        Facts facts = new Facts(surroundings.procStatus().toAbsolutePath().getParent().getParent(), surroundings.sys(),
                cores.split().lwk(), cores.allowed().union(cores.split().linux()));
        List<Finding> findings = NodeCheck.of(facts);
        surroundings.out().print(arguments.hasMatchedOption(Grammar.JSON) ? json(facts, findings)
                : text(facts, findings, arguments.hasMatchedOption(PartitionGrammar.ALL)));
        return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.NOISE) ? ExitStatus.NOISY : ExitStatus.OK;
    }

    private static String text(Facts facts, List<Finding> findings, boolean all) {
        StringBuilder text = new StringBuilder("LWK cores ").append(facts.lwk()).append(", Linux cores ").append(facts.others())
                .append("\n\n");
        int good = 0;
        for (Finding finding : findings) {
            boolean fine = finding.level() == Finding.Level.GOOD;
            good += fine ? 1 : 0;
            if (all || !fine) {
                text.append(String.format("%-7s %s: %s%n", finding.level().key(), finding.subject(), finding.found()));
                paragraph(text, finding.reason());
                if (!finding.mend().isEmpty()) {
                    paragraph(text, "mend: " + finding.mend());
                }
            }
        }
        return text.append(good).append(" of ").append(findings.size()).append(" as they should be")
                .append(all || good == findings.size() ? "\n" : "; --all shows these, too\n").toString();
    }

    /** Breaks lines at blanks; a command that is longer than a line stays whole to the next blank. */
    private static void paragraph(StringBuilder text, String words) {
        int column = 0;
        for (String word : words.split(" ")) {
            if (column > 0 && column + 1 + word.length() > WIDTH - INDENT) {
                text.append('\n');
                column = 0;
            }
            text.repeat(' ', column == 0 ? INDENT : 1).append(word);
            column += word.length() + 1;
        }
        text.append('\n');
    }

    private static String json(Facts facts, List<Finding> findings) {
        return IndentedJson.render(json -> {
            json.writeStartObject();
            json.writeNumberProperty("schema", SCHEMA);
            json.writeStringProperty("lwk_cores", facts.lwk().toString());
            json.writeStringProperty("linux_cores", facts.others().toString());
            json.writeArrayPropertyStart("findings");
            findings.forEach(finding -> finding(json, finding));
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void finding(JsonGenerator json, Finding finding) {
        json.writeStartObject();
        json.writeStringProperty("subject", finding.subject());
        json.writeStringProperty("level", finding.level().key());
        json.writeStringProperty("found", finding.found());
        json.writeStringProperty("reason", finding.reason());
        json.writeStringProperty("mend", finding.mend());
        json.writeEndObject();
    }
}
