package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteCacheTest {

    private static final FileIdentity IDENTITY = new FileIdentity(2049, 77, 4096, 1_700_000_000_123_456_789L);
    private static final SiteMap MAP = new SiteMap("00ff17", List.of(site(0x1000, 39), site(0x1010, 511),
            new Site(0x1040, 0x2040, Site.ANY, Code.of((byte) 0x89, (byte) 0xd0),
                    new Site.Hole(0x1060, Code.of(new byte[] {0x0f, 0x1f, 0x44, 0, 0})))),
            List.of(new LeftSite(0x1020, 0x2020, LeftSite.Reason.ENTERED)));

    @TempDir
    private Path temporary;
    private Path directory;
    private int uid;

    @BeforeEach
    void prepare() throws IOException {
        directory = temporary.resolve("deep/outrigger");
        uid = (Integer) Files.getAttribute(temporary, "unix:uid");
    }

    private static Site site(long address, int nr) {
        return new Site(address, address + 0x1000, nr, Code.of((byte) 0xb8, (byte) nr, (byte) (nr >> 8), (byte) 0, (byte) 0),
                Site.Hole.NONE);
    }

    private SiteCache fresh() {
        return new SiteCache(directory, uid);
    }

    private Path only() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            List<Path> all = paths.toList();
            assertEquals(1, all.size(), all::toString);
            return all.getFirst();
        }
    }

    @Test
    void roundTripThroughMemoryAndDisk() throws IOException {
        SiteCache cache = fresh();
        assertEquals(Optional.empty(), cache.lookup(IDENTITY, "00ff17"));
        assertTrue(cache.store(IDENTITY, MAP));
        assertSame(MAP, cache.lookup(IDENTITY, "00ff17").orElseThrow());
        assertEquals(Optional.of(MAP), fresh().lookup(IDENTITY, "00ff17"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(only())));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }

    @Test
    void anotherBuildIdIsAMiss() {
        fresh().store(IDENTITY, MAP);
        assertEquals(Optional.empty(), fresh().lookup(IDENTITY, ""));
        assertEquals(Optional.empty(), fresh().lookup(IDENTITY, "00ff18"));
    }

    @Test
    void anotherIdentityIsAMiss() throws IOException {
        fresh().store(IDENTITY, MAP);
        long device = IDENTITY.device();
        long inode = IDENTITY.inode();
        assertEquals(Optional.empty(), fresh().lookup(new FileIdentity(device, inode, 4097, IDENTITY.modifiedNanos()), "00ff17"));
        assertEquals(Optional.empty(), fresh().lookup(new FileIdentity(device, inode, 4096, 5), "00ff17"));
        FileIdentity other = new FileIdentity(device, 78, 4096, IDENTITY.modifiedNanos());
        assertEquals(Optional.empty(), fresh().lookup(other, "00ff17"));
        // An entry under another's name.
        Files.copy(only(), directory.resolve("801-4e.sites"));
        assertEquals(Optional.empty(), fresh().lookup(other, "00ff17"));
    }

    @Test
    void everyDamagedByteAndEveryCutIsAMiss() throws IOException {
        fresh().store(IDENTITY, MAP);
        Path entry = only();
        byte[] good = Files.readAllBytes(entry);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            assertEquals(Optional.empty(), SiteFile.decode(bad, IDENTITY), "byte " + i);
            assertEquals(Optional.empty(), SiteFile.decode(Arrays.copyOf(good, i), IDENTITY), "cut at " + i);
        }
        Files.write(entry, new byte[] {1, 2, 3});
        assertEquals(Optional.empty(), fresh().lookup(IDENTITY, "00ff17"));
        fresh().store(IDENTITY, MAP);
        assertEquals(Optional.of(MAP), fresh().lookup(IDENTITY, "00ff17"));
    }

    @Test
    void entriesThatOthersOwnOrMayWriteAreNotUsed() throws IOException {
        fresh().store(IDENTITY, MAP);
        SiteCache other = new SiteCache(directory, uid + 1);
        assertEquals(Optional.empty(), other.lookup(IDENTITY, "00ff17"));
        assertFalse(other.store(IDENTITY, MAP));
        Path entry = only();
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString("rw--w----"));
        assertEquals(Optional.empty(), fresh().lookup(IDENTITY, "00ff17"));
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(Optional.of(MAP), fresh().lookup(IDENTITY, "00ff17"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertEquals(Optional.empty(), fresh().lookup(IDENTITY, "00ff17"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        Path moved = Files.move(entry, temporary.resolve("elsewhere"));
        Files.createSymbolicLink(entry, moved);
        assertEquals(Optional.empty(), fresh().lookup(IDENTITY, "00ff17"));
    }

    @Test
    void aDirectoryThatCannotBeMadeLeavesMemory() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        SiteCache cache = new SiteCache(file.resolve("under"), uid);
        assertFalse(cache.store(IDENTITY, MAP));
        assertEquals(Optional.of(MAP), cache.lookup(IDENTITY, "00ff17"));
    }

    @Test
    void memoryAndDiskAreBounded() throws IOException {
        SiteCache cache = fresh();
        List<Site> many = new ArrayList<>();
        for (int i = 0; i < 30_000; i++) {
            many.add(site(i * 16L, 1));
        }
        SiteMap large = new SiteMap("", many, List.of());
        for (int inode = 0; inode < 12; inode++) {
            assertTrue(cache.store(new FileIdentity(1, inode, 1, 1), large));
            Path entry = directory.resolve("1-" + Integer.toHexString(inode) + ".sites");
            Files.setLastModifiedTime(entry, FileTime.fromMillis(inode * 1000L));
        }
        long total = 0;
        try (Stream<Path> paths = Files.list(directory)) {
            for (Path path : paths.toList()) {
                total += Files.size(path);
            }
        }
        assertTrue(total <= SiteCache.MOST_ON_DISK + SiteFile.LONGEST, () -> "bytes left");
        assertFalse(Files.exists(directory.resolve("1-0.sites")));
        assertTrue(Files.exists(directory.resolve("1-b.sites")));
        many.addAll(many);
        assertFalse(cache.store(new FileIdentity(1, 99, 1, 1), new SiteMap("", many, List.of())), "longer than an entry may be");
    }

    @Test
    void findsStoresAndNoticesChanges() throws IOException {
        Path file = temporary.resolve("library");
        Files.copy(Libraries.present().getFirst().toRealPath(), file);
        SiteMap found = fresh().sites(file);
        assertEquals(new SiteFinder().find(Libraries.map(file)), found);
        SiteCache second = fresh();
        assertEquals(found, second.sites(file));
        assertSame(second.sites(file), second.sites(file));
        Files.write(file, new byte[] {1, 2, 3});
        assertEquals(SiteMap.none(""), second.sites(file));
        Files.write(file, new byte[0]);
        assertEquals(SiteMap.none(""), second.sites(file));
    }
}
