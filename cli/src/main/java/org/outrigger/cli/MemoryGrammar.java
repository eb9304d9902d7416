package org.outrigger.cli;

import picocli.CommandLine.Model.CommandSpec;

/** The options of a run that are about memory, with the words of their help. */
final class MemoryGrammar {
    private MemoryGrammar() {
    }

    static void addTo(CommandSpec run) {
        run.addOption(Grammar.value(Setting.MEM, "SIZE[@NODE],...|1/N|all", "-M",
                "Give the job so much memory, or so much of each NUMA node that is named, or that part of what this node has or"
                + " allows. What the program asks for beyond it is refused at the call (ENOMEM).",
                "Default: no limit.").build());
        run.addOption(Grammar.value(Setting.RANK_MEM, "RANK[-RANK]:SIZE,...|SIZE", null,
                "Set so much aside for these ranks, or for each rank: nobody else gets it, as long as they run and have not given"
                + " it back. They may have more, as far as --mem goes.",
                "Default: nothing is set aside. Without --mem the job has what its ranks have.").build());
        run.addOption(Grammar.value(Setting.MAX_PAGE, "SIZE|REGION:SIZE,...", null,
                "The largest pages that memory may have: 4k, 2m or 1g, for everything or for each of the regions heap, anon"
                + " (mapped memory) and stack.",
                "Default: heap:1g,anon:1g,stack:2m.").build());
        run.addOption(Grammar.value(Setting.PAGE_FAULT, "WHEN", null,
                "When memory gets its pages. demand: when it is touched; map: in the call that allocates it; launch: as map, and"
                + " the heap's first step at the program's start.",
                "Default: demand.").build());
        run.addOption(Grammar.value(Setting.MEM_POLICY, "POLICY", null,
                "From which NUMA nodes memory comes. normal: as Linux and the program have it; interleave: in turn from those of"
                + " the rank's cores; nearest: from the node of the thread that touches it, or else the next one; random: each"
                + " extent from one that is drawn.",
                "Default: normal.").build());
        run.addOption(Grammar.value(Setting.HEAP, "SIZE", null,
                "By how much the heap that Linux knows runs ahead of the program's, at least.",
                "Default: 4M.").build());
        run.addOption(Grammar.value(Setting.BRK_KEEP, "SIZE", null,
                "How much of a heap keeps its pages when the program makes it smaller.",
                "Default: all of it.").build());
        run.addOption(Grammar.value(Setting.STACK, "PREMAP[,MAX]", null,
                "PREMAP: how much of each stack gets its pages at once; MAX: how large the main stack may grow (RLIMIT_STACK).",
                "Default: nothing, and what the limit is already.").build());
    }
}
