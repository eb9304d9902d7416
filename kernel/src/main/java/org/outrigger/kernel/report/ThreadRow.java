package org.outrigger.kernel.report;

/**
 * One thread of a process.
 *
 * @param tid              thread id
 * @param core             the CPU where the LWK placed it, or -1 if it was not placed
 * @param startNanoseconds when the LWK took it, from the start of the job
 */
public record ThreadRow(long tid, int core, long startNanoseconds) { }
