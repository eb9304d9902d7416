package org.outrigger.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.outrigger.node.CpuSet;
import org.outrigger.node.MemoryList;
import org.outrigger.node.MemoryNodes;
import org.outrigger.node.MemorySizeException;
import org.outrigger.node.partition.PageChoice;
import org.outrigger.node.partition.Partition;
import org.outrigger.node.partition.PartitionException;
import org.outrigger.node.partition.Partitions;
import org.outrigger.node.partition.PoolPages;
import picocli.CommandLine.ParseResult;

/** The memory that {@code -M} and {@code --page} ask for. */
final class PartitionMemory {
    private static final String OPTION = Setting.MEM.option();
    private static final String NOTHING = "0";
    /** Of what can be had this share at most is given by {@code all}, so that Linux can go on. */
    private static final double SHARE = 0.95;

    private final Surroundings surroundings;
    private final Partitions partitions;
    private final String text;
    private final String page;

    PartitionMemory(ParseResult arguments, Surroundings surroundings, Partitions partitions) throws RefusalException {
        this.surroundings = surroundings;
        this.partitions = partitions;
        this.text = arguments.hasMatchedOption(OPTION) ? arguments.matchedOption(OPTION).getValue() : null;
        this.page = arguments.hasMatchedOption(PartitionGrammar.PAGE)
                ? arguments.matchedOption(PartitionGrammar.PAGE).getValue() : null;
        if (page != null && text == null) {
            throw new RefusalException(PartitionGrammar.PAGE + ": there is no memory that it is about: -M is missing");
        }
        if (page != null && !page.equalsIgnoreCase("2m") && !page.equalsIgnoreCase("1g")) {
            throw new RefusalException(PartitionGrammar.PAGE + ": '" + page + "' is neither '2m' nor '1g'");
        }
    }

    /** Whether anything is said about memory. */
    boolean isGiven() {
        return text != null;
    }

    /** The pages of a new partition. */
    List<PoolPages> ofNew(CpuSet cores) throws RefusalException {
        return text == null ? List.of() : pages(text, cores, List.of(), pageBytes(List.of()));
    }

    /** The pages of a partition that changes. */
    List<PoolPages> resized(Partition old, CpuSet cores) throws RefusalException {
        if (text == null) {
            return old.memory();
        }
        if (text.startsWith("+")) {
            return PageChoice.sum(old.memory(), pages(text.substring(1), cores, List.of(), pageBytes(old.memory())));
        }
        if (text.startsWith("-")) {
            try {
                return PageChoice.less(old.memory(), parts(text.substring(1), nodes(), old.bytes(), Long.MAX_VALUE));
            } catch (PartitionException | MemorySizeException refused) {
                throw bad(refused);
            }
        }
        return pages(text, cores, old.memory(), pageBytes(old.memory()));
    }

    private long pageBytes(List<PoolPages> own) {
        boolean large = page != null ? page.toLowerCase(Locale.ROOT).equals("1g")
                : !own.isEmpty() && own.stream().allMatch(pages -> pages.pageBytes() == PageChoice.LARGE);
        return large ? PageChoice.LARGE : PageChoice.USUAL;
    }

    private List<PoolPages> pages(String amounts, CpuSet cores, List<PoolPages> own, long pageBytes) throws RefusalException {
        if (amounts.equals(NOTHING)) {
            return List.of();
        }
        MemoryNodes nodes = nodes();
        PageChoice choice = new PageChoice(nodes, partitions.overview().memory(), own);
        long total = 0;
        for (int node : nodes.usable()) {
            total += nodes.node(node).orElseThrow().totalBytes();
        }
        try {
            return choice.of(parts(amounts, nodes, (long) (choice.available() * SHARE), total), cores, pageBytes);
        } catch (PartitionException | MemorySizeException refused) {
            throw bad(refused);
        }
    }

    private static List<MemoryList.Part> parts(String amounts, MemoryNodes nodes, long available, long total)
            throws MemorySizeException {
        return MemoryList.parse(amounts, nodes, amounts.equals("all") || amounts.startsWith("1/") ? available : total);
    }

    private MemoryNodes nodes() throws RefusalException {
        try {
            return MemoryNodes.read(surroundings.sys(), surroundings.procStatus());
        } catch (IOException unknown) {
            throw new RefusalException(OPTION + ": cannot find out the memory of this machine: " + unknown.getMessage());
        }
    }

    private static RefusalException bad(Exception refused) {
        return new RefusalException(OPTION + ": " + refused.getMessage());
    }
}
