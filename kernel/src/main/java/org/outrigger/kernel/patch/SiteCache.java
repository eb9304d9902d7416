package org.outrigger.kernel.patch;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The call sites of files that have been searched, in memory and on disk.
 *
 * <p>On disk there is one entry for each device and inode; a changed file's entry replaces the old one. An entry that cannot be
 * read, is damaged, belongs to someone else, or may be written by someone else, is as good as none. Entries are written beside
 * their place and renamed, so that a reader sees all of one or nothing. Any thread.
 */
public final class SiteCache {

    /** Maps kept in memory; the one that was used least recently goes first. */
    public static final int MOST_IN_MEMORY = 256;

    /** Bytes that all entries on disk may have together; the ones written first go first. */
    public static final long MOST_ON_DISK = 16L << 20;

    private static final String SUFFIX = ".sites";
    private static final int OTHERS_WRITE = 0022;

    private final Path directory;
    private final int owner;
    private final SiteFinder finder = new SiteFinder();
    private final Map<FileIdentity, SiteMap> recent = new LinkedHashMap<>(16, 0.75f, true);

    /** An entry on disk, for the decision which to delete. */
    private record Entry(Path path, long size, FileTime written) {
    }

    /**
     * A cache in a directory, which is created (for its owner only) when there is something to store.
     *
     * @param directory where entries are; the caller decides between {@code $XDG_CACHE_HOME} and {@code ~/.cache}
     * @param owner     the user id that entries and their directory must belong to: the effective one of this process
     */
    public SiteCache(Path directory, int owner) {
        this.directory = directory;
        this.owner = owner;
    }

    /**
     * The sites of a file: remembered, or found now and remembered. A file of 2 GiB or more has none.
     *
     * @throws IOException where the file cannot be opened or read, or becomes shorter meanwhile
     */
    public SiteMap sites(Path file) throws IOException {
        FileIdentity identity = FileIdentity.of(file);
        Optional<SiteMap> remembered = inMemory(identity);
        if (remembered.isPresent()) {
            return remembered.get();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ); Arena arena = Arena.ofConfined()) {
            long size = channel.size();
            if (size == 0 || size > Integer.MAX_VALUE) {
                return SiteMap.none("");
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena).asByteBuffer();
            Optional<SiteMap> stored = lookup(identity, buildId(bytes));
            if (stored.isPresent()) {
                return stored.get();
            }
            SiteMap map = finder.find(bytes);
            // A file that is being written would be remembered as something that it no longer is.
            if (FileIdentity.of(file).equals(identity)) {
                store(identity, map);
            }
            return map;
        } catch (InternalError e) {
            throw new IOException(file + ": became shorter while it was read", e);
        }
    }

    /** The GNU build id of an ELF file in lower-case hexadecimal; empty where it has none. */
    public static String buildId(ByteBuffer file) {
        return Image.of(file).map(Image::buildId).orElse("");
    }

    /**
     * What is remembered of a file.
     *
     * @param buildId the one that the file has now; empty for none
     * @return empty where nothing is, or not for this state of the file
     */
    public Optional<SiteMap> lookup(FileIdentity identity, String buildId) {
        Optional<SiteMap> found = inMemory(identity);
        if (found.isEmpty()) {
            found = onDisk(identity);
            found.filter(map -> map.buildId().equals(buildId)).ifPresent(map -> remember(identity, map));
        }
        return found.filter(map -> map.buildId().equals(buildId));
    }

    /** What is remembered of a file as it is now; empty where nothing is, or the file cannot be reached. */
    Optional<SiteMap> known(Path file, String buildId) {
        try {
            return lookup(FileIdentity.of(file), buildId);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Remembers a map.
     *
     * @return whether it is on disk now; in memory it is in any case
     */
    public boolean store(FileIdentity identity, SiteMap map) {
        remember(identity, map);
        Optional<byte[]> bytes = SiteFile.encode(identity, map);
        if (bytes.isEmpty()) {
            return false;
        }
        try {
            write(path(identity), bytes.get());
            shrink();
            return true;
        } catch (IOException e) {
            // No directory to write to, a full disk: the next launch searches again, and nothing else is lost.
            return false;
        }
    }

    private Optional<SiteMap> inMemory(FileIdentity identity) {
        synchronized (recent) {
            return Optional.ofNullable(recent.get(identity));
        }
    }

    private void remember(FileIdentity identity, SiteMap map) {
        synchronized (recent) {
            recent.put(identity, map);
            if (recent.size() > MOST_IN_MEMORY) {
                recent.remove(recent.keySet().iterator().next());
            }
        }
    }

    private Path path(FileIdentity identity) {
        return directory.resolve(Long.toHexString(identity.device()) + "-" + Long.toHexString(identity.inode()) + SUFFIX);
    }

    private Optional<SiteMap> onDisk(FileIdentity identity) {
        Path path = path(identity);
        try {
            if (!isOurs(directory) || !isOurs(path) || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
                return SiteFile.decode(in.readNBytes(SiteFile.LONGEST + 1), identity);
            }
        } catch (IOException e) {
            // Unreadable is as good as absent.
            return Optional.empty();
        }
    }

    private boolean isOurs(Path path) throws IOException {
        try {
            Map<String, Object> stat = Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
            return (Integer) stat.get("uid") == owner && ((Integer) stat.get("mode") & OTHERS_WRITE) == 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void write(Path path, byte[] bytes) throws IOException {
        Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!isOurs(directory)) {
            throw new IOException(directory + ": others may write to it");
        }
        // Created for its owner only.
        Path temporary = Files.createTempFile(directory, "new", ".tmp");
        try {
            Files.write(temporary, bytes);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Deletes the oldest entries where all together are too large, and what a killed writer left behind. */
    private void shrink() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : (Iterable<Path>) paths.filter(SiteCache::isEntry)::iterator) {
                try {
                    entries.add(new Entry(path, Files.size(path), Files.getLastModifiedTime(path)));
                } catch (NoSuchFileException e) {
                    // Another process deleted or renamed it.
                    continue;
                }
            }
        }
        entries.sort(Comparator.comparing(Entry::written));
        long total = entries.stream().mapToLong(Entry::size).sum();
        for (Entry entry : entries) {
            if (total <= MOST_ON_DISK) {
                return;
            }
            Files.deleteIfExists(entry.path());
            total -= entry.size();
        }
    }

    private static boolean isEntry(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(SUFFIX) || name.endsWith(".tmp");
    }
}
