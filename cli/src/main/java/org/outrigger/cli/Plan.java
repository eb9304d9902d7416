package org.outrigger.cli;

import org.outrigger.kernel.boot.Intercept;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.node.CpuSet;

/** What a run is going to do, for people: one fact a line. */
final class Plan {
    private static final int NAME_WIDTH = 13;

    private final JobRequest request;
    private final StringBuilder text = new StringBuilder();

    Plan(JobRequest request) {
        this.request = request;
    }

    /** The lines, each ending in a newline. */
    String text() {
        text.setLength(0);
        line("program").append(quoted(request.program())).append('\n');
        line("command");
        for (int i = 0; i < request.command().size(); i++) {
            text.append(i == 0 ? "" : " ").append(quoted(request.command().get(i)));
        }
        text.append('\n');
        line("LWK cores").append(CpuSet.of(request.lwkCores()));
        text.append(request.sharedCore() ? " (shared with Linux, without spinning)\n" : "\n");
        line("Linux cores").append(CpuSet.of(request.linuxCores())).append('\n');
        line("ranks").append(request.ranks());
        text.append(request.coresOversubscribed() ? " (more than LWK cores: ranks share cores)" : "");
        text.append(request.label() ? ", output labelled\n" : "\n");
        for (int rank = 0; request.ranksGiven() && rank < request.ranks(); rank++) {
            line("  rank ".concat(Integer.toString(rank))).append(CpuSet.of(request.coresOfRank(rank))).append('\n');
        }
        if (request.realTime()) {
            line("scheduling").append("in real time (SCHED_FIFO) where that is permitted\n");
        }
        line("kernel loops").append(request.kernelLoops()).append(request.kernelLoops() == 1 ? ", " : " at most, ")
                .append(switch (request.loopPriority()) {
                    case FIFO -> "in real time where that is permitted\n";
                    case NICE -> "with nice -20 where that is permitted\n";
                    case NONE -> "with ordinary priority\n";
                });
        line("intercept").append(request.intercept() == Intercept.TRAP ? "trap" : "auto").append('\n');
        line("triage").append(request.triage().isPresent() ? quoted(request.triage().get().toString()) : "built-in table");
        text.append('\n');
        line("report").append(report()).append('\n');
        for (String reason : request.plainLinuxReasons()) {
            line("note").append(reason).append('\n');
        }
        return text.toString();
    }

    private String report() {
        if (!request.measure()) {
            return "none";
        }
        if (request.report().isEmpty()) {
            return "text to standard error";
        }
        return (request.jsonReport() ? "JSON to " : "text to ").concat(quoted(request.report().get().toString()));
    }

    private StringBuilder line(String name) {
        text.append(name);
        for (int width = name.length(); width < NAME_WIDTH; width++) {
            text.append(' ');
        }
        return text;
    }

    /** As a POSIX shell would need it. */
    static String quoted(String word) {
        boolean plain = !word.isEmpty();
        for (int i = 0; plain && i < word.length(); i++) {
            char c = word.charAt(i);
            plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-_./=:,+@%".indexOf(c) >= 0;
        }
        return plain ? word : "'".concat(word.replace("'", "'\\''")).concat("'");
    }
}
