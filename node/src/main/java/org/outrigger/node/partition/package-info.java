/**
 * Partitions: cores, memory and interrupts set apart on a node, dynamically and reversibly.
 *
 * <p>What a set of partitions needs of the node is stated as a list of {@link org.outrigger.node.partition.Want wants}; the
 * {@link org.outrigger.node.partition.Converger} makes the node so and keeps books of the value that each thing had before. To
 * create, to resize, to destroy, to roll back and to recover are the same act with another list.
 */
package org.outrigger.node.partition;
