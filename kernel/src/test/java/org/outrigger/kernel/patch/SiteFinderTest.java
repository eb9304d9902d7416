package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SiteFinderTest {

    private final SiteFinder finder = new SiteFinder();

    static List<Path> libraries() {
        return Libraries.present().stream().filter(file -> !file.toString().contains("libjvm")).toList();
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void objdumpConfirmsEverySite(Path file) throws IOException, InterruptedException {
        ByteBuffer bytes = Libraries.map(file);
        SiteMap map = finder.find(bytes);
        Map<Long, Site> unconfirmed = new HashMap<>();
        map.sites().forEach(site -> unconfirmed.put(site.vaddr(), site));
        Objdump.Line[] previous = new Objdump.Line[1];
        long[] syscalls = new long[1];
        Objdump.file(file, line -> {
            if (line.isSyscall()) {
                syscalls[0]++;
                Site site = unconfirmed.get(line.address() - Site.MOV_SIZE);
                if (site != null && previous[0].address() == site.vaddr() && previous[0].length() == Site.MOV_SIZE
                        && previous[0].text().matches("mov +\\$0x" + Integer.toHexString(site.nr()) + ",%eax")) {
                    unconfirmed.remove(site.vaddr());
                }
            }
            previous[0] = line;
        });
        assertEquals(Map.of(), unconfirmed);
        for (Site site : map.sites()) {
            assertEquals((byte) 0xb8, bytes.get((int) site.offset()));
        }
        Map<LeftSite.Reason, Long> reasons = map.left().stream()
                .collect(Collectors.groupingBy(LeftSite::reason, TreeMap::new, Collectors.counting()));
        System.out.printf("%s: %d of %d syscall instructions are sites; left %s%n", file,
                map.sites().size(), syscalls[0], reasons);
        if (file.endsWith("libc.so.6")) {
            assertTrue(map.sites().size() * 10L >= syscalls[0] * 7, "fewer than 70 % of libc's");
        }
    }

    @Test
    void garbageHasNoSitesAndThrowsNothing() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[random.nextInt(5000)];
            random.nextBytes(garbage);
            assertEquals(SiteMap.none(""), finder.find(ByteBuffer.wrap(garbage)));
        }
    }

    /** Real files with random bytes changed, most of them in the headers, and cut short: any answer will do that is one. */
    @Test
    void damagedFilesThrowNothing() throws IOException {
        Path file = Path.of("/lib64/ld-linux-x86-64.so.2");
        if (!Files.isReadable(file)) {
            System.out.println("SKIPPED: no " + file);
        }
        Assumptions.assumeTrue(Files.isReadable(file), "no " + file);
        byte[] whole = Files.readAllBytes(file);
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = Arrays.copyOf(whole, random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int j = 0; j < 1 + random.nextInt(40); j++) {
                int region = switch (random.nextInt(3)) {
                    case 0 -> 64 + random.nextInt(14 * 56);
                    case 1 -> whole.length - 1 - random.nextInt(30 * 64);
                    default -> random.nextInt(whole.length);
                };
                if (region < damaged.length) {
                    damaged[region] = (byte) random.nextInt();
                }
            }
            finder.find(ByteBuffer.wrap(damaged));
        }
    }

    @Test
    void manyCandidatesAreBoundedWork() throws IOException {
        byte[] file = new byte[4 << 20];
        byte[] site = {(byte) 0xb8, 39, 0, 0, 0, 0x0f, 0x05};
        for (int at = 4096; at + site.length <= file.length; at += site.length) {
            System.arraycopy(site, 0, file, at, site.length);
        }
        ByteBuffer out = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        out.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).putShort(16, (short) 3).putShort(18, (short) 62);
        out.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
        out.putInt(64, 1).putInt(68, 5).putLong(72, 4096).putLong(80, 4096).putLong(96, file.length - 4096);
        out.putLong(104, file.length);
        assertEquals(SiteMap.none(""), finder.find(ByteBuffer.wrap(file)));
    }
}
