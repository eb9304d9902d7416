/** How the CPUs of the node belong together: packages, NUMA nodes, caches, cores; their names and the choice among them. */
package org.outrigger.node.topology;
