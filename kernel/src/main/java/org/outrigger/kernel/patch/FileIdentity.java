package org.outrigger.kernel.patch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What tells one state of a file from another. Source: stat(2).
 *
 * @param device       {@code st_dev}
 * @param inode        {@code st_ino}
 * @param size         {@code st_size}, in bytes
 * @param modifiedNanos {@code st_mtim}, in nanoseconds since the epoch
 */
public record FileIdentity(long device, long inode, long size, long modifiedNanos) {

    /**
     * The identity of the file that a path leads to, symbolic links (such as those of {@code /proc/PID/map_files}) followed.
     *
     * @throws IOException where stat(2) fails
     */
    public static FileIdentity of(Path path) throws IOException {
        Map<String, Object> stat = Files.readAttributes(path, "unix:dev,ino,size,lastModifiedTime");
        return new FileIdentity(((Number) stat.get("dev")).longValue(), ((Number) stat.get("ino")).longValue(),
                ((Number) stat.get("size")).longValue(), ((FileTime) stat.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS));
    }
}
