package org.outrigger.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mman;
import org.outrigger.host.NumaPolicy;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.boot.JobRequest;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.MemoryPlan.NodePolicy;
import org.outrigger.kernel.memory.MemoryPlan.PageFault;
import org.outrigger.kernel.memory.NodeChoice;
import org.outrigger.kernel.memory.PageSize;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.MemorySize;
import org.outrigger.node.MemorySizeException;

/** The settings of a run that are about memory, and the plan that they come to. */
final class MemorySettings {
    /** More than this is a slip of the pen: address space has no room for it beside the arenas. */
    private static final long LARGEST = 16L << 40;
    /** Linux gives a program's arguments a quarter of its stack, and no program starts with less. */
    private static final long LEAST_STACK = 128L << 10;
    private static final String STACK_LIMIT = "Max stack size";

    private final Settings settings;
    private final Surroundings surroundings;
    private PageSize heapPages = MemoryPlan.DEFAULT.heapPages();
    private PageSize pages = MemoryPlan.DEFAULT.pages();
    private PageSize stackPages = MemoryPlan.DEFAULT.stackPages();
    private long premap;
    private long stackMost;

    MemorySettings(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
    }

    /**
     * The plan for a job.
     *
     * @param amounts    what the job is given
     * @param guarantees what is set aside for each rank
     * @param lwkCores   the LWK cores
     * @param ranks      how many share them
     */
    MemoryPlan plan(List<MemoryPlan.Amount> amounts, long[] guarantees, CpuSet lwkCores, int ranks) throws RefusalException {
        maxPage();
        stack();
        NodePolicy policy = nodePolicy();
        long step = size(Setting.HEAP, MemoryPlan.DEFAULT.heapStep());
        long keep = size(Setting.BRK_KEEP, MemoryPlan.DEFAULT.heapKeep());
        if (step < Mman.PAGE_SIZE) {
            throw settings.bad(Setting.HEAP, "a heap grows by a page of 4k at least");
        }
        return new MemoryPlan(amounts, guarantees, heapPages, pages, stackPages, pageFault(), policy, pageMultiple(step), keep,
                pageMultiple(premap), stackMost, choice(policy, amounts, lwkCores, ranks));
    }

    private static long pageMultiple(long bytes) {
        return bytes + Mman.PAGE_SIZE - 1 & -Mman.PAGE_SIZE;
    }

    private void maxPage() throws RefusalException {
        String text = settings.text(Setting.MAX_PAGE);
        if (text == null) {
            return;
        }
        if (text.indexOf(':') < 0) {
            heapPages = page(text);
            pages = heapPages;
            stackPages = heapPages;
            return;
        }
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            PageSize size = page(part.substring(colon + 1));
            switch (colon < 0 ? "" : part.substring(0, colon)) {
                case "heap" -> heapPages = size;
                case "anon" -> pages = size;
                case "stack" -> stackPages = size;
                default -> throw settings.bad(Setting.MAX_PAGE, "'" + part + "' names none of the regions heap, anon and stack");
            }
        }
    }

    private PageSize page(String text) throws RefusalException {
        for (PageSize size : PageSize.values()) {
            if (size.key().equalsIgnoreCase(text)) {
                return size;
            }
        }
        throw settings.bad(Setting.MAX_PAGE, "'" + text + "' is no size of a page: 4k, 2m or 1g is wanted");
    }

    private PageFault pageFault() throws RefusalException {
        String text = settings.text(Setting.PAGE_FAULT);
        return switch (text == null ? "demand" : text) {
            case "demand" -> PageFault.DEMAND;
            case "map" -> PageFault.MAP;
            case "launch" -> PageFault.LAUNCH;
            default -> throw settings.bad(Setting.PAGE_FAULT, "'" + text + "' is neither 'demand' nor 'map' nor 'launch'");
        };
    }

    private NodePolicy nodePolicy() throws RefusalException {
        String text = settings.text(Setting.MEM_POLICY);
        return switch (text == null ? "normal" : text) {
            case "normal" -> NodePolicy.NORMAL;
            case "interleave" -> NodePolicy.INTERLEAVE;
            case "nearest" -> NodePolicy.NEAREST;
            case "random" -> NodePolicy.RANDOM;
            default -> throw settings.bad(Setting.MEM_POLICY,
                    "'" + text + "' is neither 'normal' nor 'interleave' nor 'nearest' nor 'random'");
        };
    }

    private long size(Setting setting, long otherwise) throws RefusalException {
        String text = settings.text(setting);
        return text == null ? otherwise : size(setting, text);
    }

    private long size(Setting setting, String text) throws RefusalException {
        try {
            long bytes = MemorySize.parse(text);
            if (bytes > LARGEST) {
                throw settings.bad(setting, "'" + text + "' is more than " + MemorySize.text(LARGEST));
            }
            return bytes;
        } catch (MemorySizeException wrong) {
            throw settings.bad(setting, wrong.getMessage());
        }
    }

    private void stack() throws RefusalException {
        String text = settings.text(Setting.STACK);
        if (text == null) {
            return;
        }
        int comma = text.indexOf(',');
        premap = size(Setting.STACK, comma < 0 ? text : text.substring(0, comma));
        if (comma >= 0) {
            stackMost = size(Setting.STACK, text.substring(comma + 1));
            if (stackMost < LEAST_STACK) {
                throw settings.bad(Setting.STACK, "no program starts with a stack of less than " + MemorySize.text(LEAST_STACK));
            }
        }
        long hard = stackLimit(1);
        if (stackMost > hard) {
            throw settings.bad(Setting.STACK, MemorySize.text(stackMost) + " is more than a stack may have here: "
                    + MemorySize.text(hard) + " (ulimit -Hs)");
        }
        long most = comma < 0 ? stackLimit(0) : stackMost;
        if (premap > most) {
            throw settings.bad(Setting.STACK, MemorySize.text(premap) + " is more than the stack may grow to, "
                    + MemorySize.text(most) + (comma < 0 ? ": give a maximum after a comma" : ""));
        }
    }

    /** A limit of this process's stack, which its children inherit: 0 for the one in force, 1 for the most it may be set to. */
    private long stackLimit(int column) throws RefusalException {
        Path file = surroundings.procStatus().resolveSibling("limits");
        try {
            for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
                if (line.startsWith(STACK_LIMIT)) {
                    String value = line.substring(STACK_LIMIT.length()).strip().split(" +")[column];
                    return value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value);
                }
            }
        } catch (IOException | RuntimeException unknown) {
            throw settings.bad(Setting.STACK, "cannot find out the limit of the stack: " + unknown.getMessage());
        }
        return Long.MAX_VALUE;
    }

    private NodeChoice choice(NodePolicy policy, List<MemoryPlan.Amount> amounts, CpuSet lwkCores, int ranks)
            throws RefusalException {
        boolean named = !amounts.isEmpty() && amounts.stream().allMatch(amount -> amount.node() != MemoryPlan.Amount.ANY_NODE);
        if (policy == NodePolicy.NORMAL && !named) {
            return NodeChoice.NONE;
        }
        MemoryNodes nodes;
        try {
            nodes = MemoryNodes.read(surroundings.sys(), surroundings.procStatus());
        } catch (IOException unknown) {
            throw settings.bad(Setting.MEM_POLICY, "cannot find out the NUMA nodes of this machine: " + unknown.getMessage());
        }
        List<CpuSet> rankCores = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            rankCores.add(CpuSet.of(JobRequest.share(lwkCores.toArray(), ranks, rank)));
        }
        CpuSet amountNodes = named
                ? CpuSet.of(amounts.stream().mapToInt(MemoryPlan.Amount::node).toArray()) : CpuSet.EMPTY;
        try {
            return new NodeChooser(nodes, NumaPolicy.current(new Syscalls()), amountNodes).choose(policy, rankCores);
        } catch (IllegalArgumentException impossible) {
            throw settings.bad(Setting.MEM_POLICY, impossible.getMessage());
        }
    }
}
