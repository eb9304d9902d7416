package org.outrigger.lab.attribution;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An event of the kernel's trace.
 *
 * @param cpu     where it happened
 * @param at      when, in ticks of the time stamp counter (trace clock {@code x86-tsc})
 * @param pid     the thread that was running, 0 for the idle one
 * @param command its name
 * @param step    what it begins or ends
 * @param culprit whom it is about; for {@link Step#SWITCH} null
 * @param nextPid for {@link Step#SWITCH} the thread that runs now
 * @param next    its name
 */
record TraceEvent(int cpu, long at, int pid, String command, Step step, Culprit culprit, int nextPid, String next) {
    /** What an event says of time. */
    enum Step {
        /** A handler begins. */
        ENTER,
        /** It ends. */
        LEAVE,
        /** It ended here, and the event tells how long it took: {@link TraceEvent#nextPid} holds the nanoseconds. */
        TOOK,
        /** Another thread runs from here on. */
        SWITCH
    }

    /** A line of {@code trace}: see the head of that file. The name of a task may hold anything. */
    private static final Pattern LINE = Pattern.compile("^\\s*(.{0,64}?)-(\\d+)\\s+\\[(\\d+)]\\s+\\S+\\s+(\\d+): (\\w+): (.*)$");
    private static final Pattern IRQ = Pattern.compile("^irq=(\\d+)(?: name=(.*))?$");
    private static final Pattern SOFTIRQ = Pattern.compile("^vec=\\d+ \\[action=(\\w+)]$");
    private static final Pattern NEXT = Pattern.compile("==> next_comm=(.*) next_pid=(\\d+) next_prio=-?\\d+$");
    private static final Pattern NMI = Pattern.compile("^(\\S+)\\(\\) delta_ns: (\\d+) handled: .*$");
    private static final String ENTRY = "_entry";
    private static final String EXIT = "_exit";

    /** The event of a line, or null where it is none that tells who runs. */
    static TraceEvent parse(String line) {
        Matcher head = LINE.matcher(line);
        if (!head.matches()) {
            return null;
        }
        String name = head.group(5);
        String rest = head.group(6);
        return switch (name) {
            case "irq_handler_entry" -> matched(IRQ, rest) instanceof Matcher irq
                    ? about(head, Step.ENTER, Culprit.Kind.INTERRUPT, irq.group(1) + " " + irq.group(2)) : null;
            case "irq_handler_exit" -> about(head, Step.LEAVE, Culprit.Kind.INTERRUPT, "");
            case "softirq_entry" -> matched(SOFTIRQ, rest) instanceof Matcher soft
                    ? about(head, Step.ENTER, Culprit.Kind.SOFTIRQ, soft.group(1)) : null;
            case "softirq_exit" -> matched(SOFTIRQ, rest) instanceof Matcher soft
                    ? about(head, Step.LEAVE, Culprit.Kind.SOFTIRQ, soft.group(1)) : null;
            case "nmi_handler" -> matched(NMI, rest) instanceof Matcher nmi
                    ? new TraceEvent(cpu(head), at(head), pid(head), head.group(1), Step.TOOK,
                            new Culprit(Culprit.Kind.NMI, nmi.group(1)), Integer.parseInt(nmi.group(2)), "") : null;
            case "sched_switch" -> matched(NEXT, rest) instanceof Matcher next
                    ? new TraceEvent(cpu(head), at(head), pid(head), head.group(1), Step.SWITCH, null,
                            Integer.parseInt(next.group(2)), next.group(1)) : null;
            default -> vector(head, name);
        };
    }

    private static TraceEvent vector(Matcher head, String name) {
        if (!head.group(6).startsWith("vector=")) {
            return null;
        }
        if (name.endsWith(ENTRY)) {
            return about(head, Step.ENTER, Culprit.Kind.VECTOR, name.substring(0, name.length() - ENTRY.length()));
        }
        return name.endsWith(EXIT)
                ? about(head, Step.LEAVE, Culprit.Kind.VECTOR, name.substring(0, name.length() - EXIT.length())) : null;
    }

    private static Matcher matched(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher : null;
    }

    private static TraceEvent about(Matcher head, Step step, Culprit.Kind kind, String name) {
        return new TraceEvent(cpu(head), at(head), pid(head), head.group(1), step, new Culprit(kind, name), 0, "");
    }

    private static int cpu(Matcher head) {
        return Integer.parseInt(head.group(3));
    }

    private static long at(Matcher head) {
        return Long.parseLong(head.group(4));
    }

    private static int pid(Matcher head) {
        return Integer.parseInt(head.group(2));
    }
}
