package org.outrigger.kernel.triage;

/** The triage table for people: one aligned line per call under a line of headings. */
public final class TriageText {

    private TriageText() {
    }

    /** The whole table, ending in a line feed. */
    public static String render(TriageTable table) {
        int name = "NAME".length();
        int verdict = "DISPOSITION".length();
        for (TriageLine line : table.lines()) {
            name = Math.max(name, line.name().length());
            verdict = Math.max(verdict, line.verdict().length());
        }
        String format = "%6s  %-" + name + "s  %-" + verdict + "s  %s\n";
        StringBuilder text = new StringBuilder(String.format(format, "NUMBER", "NAME", "DISPOSITION", "REASON"));
        for (TriageLine line : table.lines()) {
            text.append(String.format(format, line.number(), line.name(), line.verdict(), line.reason()));
        }
        return text.toString();
    }
}
