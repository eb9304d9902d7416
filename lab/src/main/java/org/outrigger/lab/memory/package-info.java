/**
 * The benchmark of memory: one C program natively, natively with huge pages, and on the LWK, asked in turn for batches of
 * operations
 * on memory. {@link org.outrigger.lab.memory.MemoryBenchmark} drives, {@link org.outrigger.lab.memory.MemoryRow} says what is
 * measured and what is promised of it, {@link org.outrigger.lab.memory.Usage} is what an operation costs besides time.
 */
package org.outrigger.lab.memory;
