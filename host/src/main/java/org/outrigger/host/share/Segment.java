package org.outrigger.host.share;

/**
 * A segment as the LWK knows it.
 *
 * @param id       never used again in the job
 * @param name     1 to 63 bytes of printable ASCII without the space
 * @param size     bytes, a multiple of {@code pageSize}
 * @param pageSize bytes
 * @param pages    what kind of pages these are
 * @param mode     permission bits, as of a file
 * @param uid      user of the process that made it
 * @param gid      group of that process
 * @param pid      that process; 0 where the job itself keeps the segment
 * @param gets     how often it was got
 * @param attaches how often it was attached
 */
public record Segment(long id, String name, long size, long pageSize, PageKind pages, int mode, int uid, int gid, int pid,
        long gets, long attaches) {
}
