package org.outrigger.cli;

import java.util.List;
import java.util.Locale;
import org.outrigger.kernel.boot.Intercept;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemorySize;

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
        request.seat().ifPresent(seat -> line("partition").append(seat.partition()).append('\n'));
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
        memory(request.memory());
        line("intercept").append(request.intercept() == Intercept.TRAP ? "trap" : "auto").append('\n');
        line("triage").append(request.triage().isPresent() ? quoted(request.triage().get().toString()) : "built-in table");
        text.append('\n');
        line("report").append(report()).append('\n');
        for (String reason : request.plainLinuxReasons()) {
            line("note").append(reason).append('\n');
        }
        return text.toString();
    }

    /** What differs from a run that asks for nothing. */
    private void memory(MemoryPlan plan) {
        MemoryPlan usual = MemoryPlan.DEFAULT;
        if (plan.limited()) {
            line("memory").append(MemorySize.text(plan.total()));
            for (MemoryPlan.Amount amount : plan.amounts()) {
                if (amount.node() != MemoryPlan.Amount.ANY_NODE) {
                    text.append(", ").append(MemorySize.text(amount.bytes())).append(" of node ").append(amount.node());
                }
            }
            text.append('\n');
            for (int rank = 0; rank < plan.guarantees().length; rank++) {
                line("  rank ".concat(Integer.toString(rank)))
                        .append(MemorySize.text(plan.guarantee(rank))).append(" set aside\n");
            }
        }
        if (plan.heapPages() != usual.heapPages() || plan.pages() != usual.pages() || plan.stackPages() != usual.stackPages()) {
            line("max pages").append("heap ").append(plan.heapPages().key()).append(", anon ").append(plan.pages().key())
                    .append(", stack ").append(plan.stackPages().key()).append('\n');
        }
        if (plan.pageFault() != usual.pageFault()) {
            line("page faults").append("at ").append(plan.pageFault().name().toLowerCase(Locale.ROOT)).append('\n');
        }
        if (plan.nodes() != usual.nodes() || !plan.choice().ranks().isEmpty()) {
            line("mem policy").append(plan.nodes().name().toLowerCase(Locale.ROOT)).append('\n');
            for (int rank = 0; rank < plan.choice().ranks().size(); rank++) {
                List<Integer> nodes = plan.choice().ranks().get(rank).nodes();
                CpuSet numbers = CpuSet.of(nodes.stream().mapToInt(Integer::intValue).toArray());
                line("  rank ".concat(Integer.toString(rank)))
                        .append(nodes.isEmpty() ? "the node that it runs on" : "nodes " + numbers).append('\n');
            }
        }
        if (plan.heapStep() != usual.heapStep() || plan.heapKeep() != usual.heapKeep()) {
            line("heap").append("ahead by ").append(MemorySize.text(plan.heapStep())).append(", keeps ")
                    .append(plan.heapKeep() == usual.heapKeep() ? "all" : MemorySize.text(plan.heapKeep())).append('\n');
        }
        if (plan.premap() != 0 || plan.stackMost() != 0) {
            line("stack").append(MemorySize.text(plan.premap())).append(" at once")
                    .append(plan.stackMost() == 0 ? "" : ", at most " + MemorySize.text(plan.stackMost())).append('\n');
        }
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
