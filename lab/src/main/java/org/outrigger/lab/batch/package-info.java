/**
 * What benchmarks share that ask programs for batches. A C program waits on its standard input, natively in one process and on an
 * LWK in another; one of them at a time is asked for a batch of operations. {@link org.outrigger.lab.batch.ArmPrograms} starts
 * them and ends them, {@link org.outrigger.lab.batch.ArmProcess} is one of them, {@link org.outrigger.lab.batch.Answer} what it
 * says.
 */
package org.outrigger.lab.batch;
