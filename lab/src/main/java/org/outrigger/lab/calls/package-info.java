/**
 * The call benchmark: one unmodified C program, natively and on the LWK, asked in turn for batches of calls. {@link
 * org.outrigger.lab.calls.CallBenchmark} drives, {@link org.outrigger.lab.calls.ArmProcess} is one such program, {@link
 * org.outrigger.lab.calls.Row} says what is measured and what is promised of it.
 */
package org.outrigger.lab.calls;
