package org.outrigger.node.check;

import java.util.ArrayList;
import java.util.List;

/** Looks at a node, changes nothing. */
public final class NodeCheck {
    private NodeCheck() {
    }

    /** All findings, those on the processors first. */
    public static List<Finding> of(Facts facts) {
        List<Finding> findings = new ArrayList<>(CpuChecks.of(facts));
        findings.addAll(BootChecks.of(facts));
        findings.addAll(KernelWorkChecks.of(facts));
        findings.addAll(MemoryChecks.of(facts));
        return findings;
    }
}
