/** The only room with native access: system calls, ptrace, affinity, files of the kernel. */
package org.outrigger.host;
