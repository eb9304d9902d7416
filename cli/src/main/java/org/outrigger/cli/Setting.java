package org.outrigger.cli;

/** A setting of a run: an option, and the environment variable that stands in for it. */
enum Setting {
    CPUS("--cpus", "OUTRIGGER_CPUS"),
    LINUX_CPUS("--linux-cpus", "OUTRIGGER_LINUX_CPUS"),
    /** Not OUTRIGGER_RANKS: that one tells the processes of a job how many they are. */
    RANKS("--ranks", "OUTRIGGER_NUM_RANKS"),
    LABEL("--label", "OUTRIGGER_LABEL"),
    KERNEL_LOOPS("--kernel-loops", "OUTRIGGER_KERNEL_LOOPS"),
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
    REPORT("--report", "OUTRIGGER_REPORT"),
    DRY_RUN("--dry-run", "OUTRIGGER_DRY_RUN"),
    VERBOSE("--verbose", "OUTRIGGER_VERBOSE");

    private final String option;
    private final String variable;

    Setting(String option, String variable) {
        this.option = option;
        this.variable = variable;
    }

    String option() {
        return option;
    }

    String variable() {
        return variable;
    }
}
