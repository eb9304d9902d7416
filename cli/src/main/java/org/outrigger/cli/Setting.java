package org.outrigger.cli;

import java.util.HashMap;
import java.util.Map;

/** A setting of a run: an option, and the environment variable that stands in for it. */
enum Setting {
    CPUS("--cpus", "OUTRIGGER_CPUS"),
    LINUX_CPUS("--linux-cpus", "OUTRIGGER_LINUX_CPUS"),
    PARTITION("--partition", "OUTRIGGER_PARTITION"),
    ISOLATE("--isolate", "OUTRIGGER_ISOLATE"),
    /** Not OUTRIGGER_RANKS: that one tells the processes of a job how many they are. */
    RANKS("--ranks", "OUTRIGGER_NUM_RANKS"),
    LABEL("--label", "OUTRIGGER_LABEL"),
    KERNEL_LOOPS("--kernel-loops", "OUTRIGGER_KERNEL_LOOPS"),
    SCHED("--sched", "OUTRIGGER_SCHED"),
    LOOP_PRIORITY("--loop-priority", "OUTRIGGER_LOOP_PRIORITY"),
    MEM("--mem", "OUTRIGGER_MEM"),
    RANK_MEM("--rank-mem", "OUTRIGGER_RANK_MEM"),
    MAX_PAGE("--maxpage", "OUTRIGGER_MAXPAGE"),
    PAGE_FAULT("--pagefault", "OUTRIGGER_PAGEFAULT"),
    MEM_POLICY("--mempolicy", "OUTRIGGER_MEMPOLICY"),
    HEAP("--heap", "OUTRIGGER_HEAP"),
    BRK_KEEP("--brk-keep", "OUTRIGGER_BRK_KEEP"),
    STACK("--stack", "OUTRIGGER_STACK"),
    TRIAGE("--triage", "OUTRIGGER_TRIAGE"),
    INTERCEPT("--intercept", "OUTRIGGER_INTERCEPT"),
    INJECT("--inject", "OUTRIGGER_INJECT"),
    REPORT("--report", "OUTRIGGER_REPORT"),
    DRY_RUN("--dry-run", "OUTRIGGER_DRY_RUN"),
    VERBOSE("--verbose", "OUTRIGGER_VERBOSE");

    private final String option;
    private final String variable;

    Setting(String option, String variable) {
        this.option = option;
        this.variable = variable;
    }

    /** An environment for programs that are measured: what the user has set for runs does not reach them. */
    static Map<String, String> without(Map<String, String> environment) {
        Map<String, String> rest = new HashMap<>(environment);
        rest.remove(BenchCommand.HOME);
        for (Setting setting : values()) {
            rest.remove(setting.variable());
        }
        return rest;
    }

    String option() {
        return option;
    }

    String variable() {
        return variable;
    }
}
