package org.outrigger.kernel.triage;

import java.util.List;

/** The compatibility document {@code docs/syscalls.md}: the table by disposition, with what each disposition means. */
public final class TriageMarkdown {

    private TriageMarkdown() {
    }

    /**
     * The whole document.
     *
     * @param table      what it tabulates
     * @param regenerate the command that writes it anew, for the note that warns of editing
     */
    public static String render(TriageTable table, String regenerate) {
        StringBuilder text = new StringBuilder();
        text.append("<!-- Generated from triage.table by:  ").append(regenerate).append(" -->\n\n");
        text.append("# System calls\n\n");
        text.append("Every system call of the x86-64 ABI up to Linux 6.18, who serves it, and why. ");
        text.append("`outrigger triage` prints the same table, `outrigger run --triage FILE` changes lines of it for a run. ");
        text.append("A call of a newer kernel is left to Linux, on the calling core.\n\n");
        text.append("| disposition | served by | calls |\n|---|---|---:|\n");
        for (Disposition disposition : Disposition.values()) {
            text.append("| `").append(disposition).append("` | ").append(disposition.meaning()).append(" | ")
                    .append(lines(table, disposition).size()).append(" |\n");
        }
        for (Disposition disposition : Disposition.values()) {
            section(text, table, disposition);
        }
        return text.toString();
    }

    private static void section(StringBuilder text, TriageTable table, Disposition disposition) {
        List<TriageLine> lines = lines(table, disposition);
        if (lines.isEmpty()) {
            return;
        }
        text.append("\n## ").append(disposition).append(": ").append(disposition.meaning()).append("\n\n");
        boolean refused = disposition == Disposition.REFUSE;
        text.append(refused ? "| number | name | errno | reason |\n|---:|---|---|---|\n"
                : "| number | name | reason |\n|---:|---|---|\n");
        for (TriageLine line : lines) {
            text.append("| ").append(line.number()).append(" | `").append(line.name()).append("` | ");
            if (refused) {
                text.append('`').append(line.verdict().substring("REFUSE ".length())).append("` | ");
            }
            text.append(line.reason().replace("|", "\\|")).append(" |\n");
        }
    }

    private static List<TriageLine> lines(TriageTable table, Disposition disposition) {
        return table.lines().stream().filter(line -> line.disposition() == disposition).toList();
    }
}
