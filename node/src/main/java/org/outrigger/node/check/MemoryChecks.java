package org.outrigger.node.check;

import java.util.List;
import java.util.Optional;

/** Memory's part: huge pages, and who moves or takes pages in the background. */
final class MemoryChecks {
    private static final String THP = "kernel/mm/transparent_hugepage/";

    private MemoryChecks() {
    }

    static List<Finding> of(Facts facts) {
        return List.of(hugePages(facts), pools(facts), collapsing(facts), balancing(facts), merging(facts), compaction(facts),
                swap(facts));
    }

    private static Finding hugePages(Facts facts) {
        String reason = "the LWK asks for transparent huge pages for its arenas; with never it gets none";
        Optional<String> choice = facts.choice(THP + "enabled");
        return choice.map(value -> value.equals("never")
                ? Finding.advice("huge-pages", value, reason, "echo madvise > /sys/" + THP + "enabled")
                : Finding.good("huge-pages", value, reason)).orElse(Finding.unknown("huge-pages", "not in this kernel", reason));
    }

    private static Finding pools(Facts facts) {
        String reason = "pages of the pools are contiguous for sure, and nobody else takes them";
        StringBuilder found = new StringBuilder();
        for (String size : Facts.names(facts.sys().resolve("kernel/mm/hugepages"), "hugepages-*").stream().sorted().toList()) {
            String count = facts.sys("kernel/mm/hugepages/" + size + "/nr_hugepages").orElse("0");
            if (!count.equals("0")) {
                found.append(found.isEmpty() ? "" : ", ").append(count).append(" of ").append(size.replace("hugepages-", ""));
            }
        }
        return found.isEmpty()
                ? Finding.advice("huge-page-pools", "empty", reason, "sysctl -w vm.nr_hugepages=N early after boot, or boot with"
                        + " hugepagesz=1G hugepages=N")
                : Finding.good("huge-page-pools", found.toString(), reason);
    }

    private static Finding collapsing(Facts facts) {
        String reason = "khugepaged copies pages of running programs together, and stops them meanwhile";
        Optional<String> defrag = facts.sys(THP + "khugepaged/defrag");
        return defrag.map(value -> value.equals("0") ? Finding.good("khugepaged", "does not compact", reason)
                : Finding.advice("khugepaged", "compacts", reason, "echo 0 > /sys/" + THP + "khugepaged/defrag"))
                .orElse(Finding.unknown("khugepaged", "not in this kernel", reason));
    }

    private static Finding balancing(Facts facts) {
        String reason = "NUMA balancing unmaps pages of running programs to see who uses them: page faults at any time";
        Optional<String> value = facts.proc("sys/kernel/numa_balancing");
        return value.map(text -> text.equals("0") ? Finding.good("numa-balancing", "off", reason)
                : Finding.noise("numa-balancing", "on", reason, "sysctl -w kernel.numa_balancing=0"))
                .orElse(Finding.good("numa-balancing", "not in this kernel", reason));
    }

    private static Finding merging(Facts facts) {
        String reason = "KSM merges equal pages; writing to one is a page fault afterwards";
        return facts.sys("kernel/mm/ksm/run").map(text -> text.equals("1")
                ? Finding.noise("ksm", "runs", reason, "echo 0 > /sys/kernel/mm/ksm/run")
                : Finding.good("ksm", "does not run", reason)).orElse(Finding.good("ksm", "not in this kernel", reason));
    }

    private static Finding compaction(Facts facts) {
        String reason = "proactive compaction moves pages of running programs";
        return facts.proc("sys/vm/compaction_proactiveness").map(text -> text.equals("0")
                ? Finding.good("compaction", "only when needed", reason)
                : Finding.advice("compaction", "proactiveness " + text, reason, "sysctl -w vm.compaction_proactiveness=0"))
                .orElse(Finding.good("compaction", "only when needed", reason));
    }

    private static Finding swap(Facts facts) {
        String reason = "a page that was swapped out costs milliseconds at its next touch";
        long areas = facts.proc("swaps").map(text -> text.lines().count() - 1).orElse(0L);
        return areas <= 0 ? Finding.good("swap", "none", reason)
                : Finding.advice("swap", areas + (areas == 1 ? " area" : " areas"), reason, "swapoff -a");
    }
}
