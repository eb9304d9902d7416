/** Noise of a known pattern, to measure what it does to a program. */
package org.outrigger.lab.inject;
