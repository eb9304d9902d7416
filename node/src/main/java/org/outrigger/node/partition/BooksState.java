package org.outrigger.node.partition;

/**
 * The state of the books.
 *
 * @param folder      where they lie
 * @param held        how many things of the node are not as they were
 * @param interrupted whether a command was killed half-way; the next one mends that
 */
public record BooksState(String folder, int held, boolean interrupted) {
}
