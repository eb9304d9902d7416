/** What the Java side of a call costs, part by part: for JMH, run by {@code tools/bench-java}. */
package org.outrigger.bench.loop;
