/** Who took the time of a detour: what the kernel says ran on that core then. */
package org.outrigger.lab.attribution;
