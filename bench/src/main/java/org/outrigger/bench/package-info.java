/** Benchmarks. */
package org.outrigger.bench;
