/** Benchmarks: what Outrigger costs, beside plain Linux on the same machine. */
package org.outrigger.bench;
