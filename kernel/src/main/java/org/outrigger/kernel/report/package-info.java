/**
 * The report of one job: what its system calls cost and who served them, its processes and threads, its memory, and
 * what was left to plain Linux.
 *
 * <pre>
 *   counters in shared memory ──LatencyBuckets, LatencyHistogram──▶ CallRow ─┐
 *                                     processes, memory, job facts ──────────┴─▶ JobReport
 *   JobReport ──ReportText or ReportJson──▶ ReportFile
 * </pre>
 *
 * <p>The model is made of immutable records. Every number carries its unit in its name; a number that was not measured
 * is an empty {@code OptionalLong} or, where the record says so, {@link JobReport#UNKNOWN}.
 */
package org.outrigger.kernel.report;
