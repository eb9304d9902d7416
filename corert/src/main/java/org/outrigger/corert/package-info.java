/** The core-side runtime and the launcher in C, and the Java description of their layout. */
package org.outrigger.corert;
