/** Triage, memory, tasks, the kernel loop and injection. */
package org.outrigger.kernel;
