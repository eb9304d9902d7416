/** Where a job begins: what is asked for, who runs it, and the composition of the parts that do. */
package org.outrigger.kernel.boot;
