package org.outrigger.node.partition;

/** A partition to the one that it is to be. */
public interface Resizing {
    /**
     * Under the lock, with the partition as it is.
     *
     * @throws PartitionException when it cannot be so
     */
    Partition of(Partition old) throws PartitionException;
}
