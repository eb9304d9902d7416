package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.outrigger.abi.Nr;

class SiteFinderTest {

    private static final int BEFORE_HOLE = 96;
    private static final Pattern BRANCH = Pattern.compile(
            "(?:[a-z0-9]+ )*(?:j[a-z]+|call|loop[a-z]*|xbegin)(?:,p[nt])? +([0-9a-f]+)\\b");
    private static final Pattern CONTROL = Pattern.compile(
            "^(\\w+ )*(j\\w+|call|ret|push|pop|loop|syscall|leave|endbr)|,%[er]?spl?$");
    private static final Pattern NOP = Pattern.compile("\\bnop[wl]?\\b|^xchg +%ax,%ax$|^int3$");
    private static final Pattern NO_WAY_ON = Pattern.compile("^(\\w+ )*(jmp|ret|hlt|ud2|ud1)");

    private final SiteFinder finder = new SiteFinder();

    static List<Path> libraries() {
        return Libraries.present().stream().filter(file -> !file.toString().contains("libjvm")).toList();
    }

    /** What objdump says of one file, as far as its sites are concerned. */
    private static final class Listing {
        private final TreeMap<Long, Objdump.Line> lines = new TreeMap<>();
        private final Set<Long> targets = new HashSet<>();
        private long syscalls;

        Listing(Path file, SiteMap map) throws IOException, InterruptedException {
            BitSet interesting = new BitSet();
            for (Site site : map.sites()) {
                interesting.set((int) site.vaddr(), (int) site.vaddr() + site.size());
                if (site.hops()) {
                    int hole = (int) site.hole().vaddr();
                    interesting.set(hole - BEFORE_HOLE, hole + Site.JUMP_SIZE);
                }
            }
            Objdump.file(file, line -> {
                syscalls += line.isSyscall() ? 1 : 0;
                Matcher branch = BRANCH.matcher(line.text());
                if (branch.lookingAt()) {
                    targets.add(Long.parseUnsignedLong(branch.group(1), 16));
                }
                if (interesting.get((int) line.address())) {
                    lines.put(line.address(), line);
                }
            });
        }

        boolean isEntered(long from, long to) {
            for (long at = from; at < to; at++) {
                if (targets.contains(at)) {
                    return true;
                }
            }
            return false;
        }

        /** What is wrong with a site; empty for nothing. */
        String wrong(Site site) {
            Objdump.Line displaced = lines.get(site.vaddr());
            Objdump.Line syscall = lines.get(site.syscall());
            if (displaced == null || syscall == null || displaced.length() != site.code().size() || !syscall.isSyscall()) {
                return "not two instructions: " + displaced + ", " + syscall;
            }
            String text = displaced.text().replaceAll(" +", " ");
            boolean numbered = site.nr() == Site.ANY || text.matches("mov \\$0x" + Integer.toHexString(site.nr()) + ",%[er]ax")
                    || site.nr() == 0 && text.equals("xor %eax,%eax");
            if (!numbered || CONTROL.matcher(text).find()) {
                return "not to be displaced: " + text;
            }
            if (isEntered(site.vaddr() + 1, site.syscall())) {
                return "entered";
            }
            return site.hops() ? wrong(site.vaddr(), site.hole().vaddr())
                    : site.code().size() < Site.JUMP_SIZE ? "too small" : "";
        }

        private String wrong(long site, long hole) {
            long hop = hole - site - Site.HOP_SIZE;
            if (hop != (byte) hop || isEntered(hole, hole + Site.JUMP_SIZE)) {
                return "hole too far or entered";
            }
            Objdump.Line line = lines.floorEntry(hole + Site.JUMP_SIZE - 1).getValue();
            while (NOP.matcher(line.text()).find()) {
                // A label in padding would be where something goes that no branch shows.
                if (isEntered(line.address(), line.address() + 1)) {
                    return "padding entered at " + line;
                }
                Objdump.Line before = lines.lowerEntry(line.address()).getValue();
                if (before.address() + before.length() != line.address()) {
                    return "a gap before " + line;
                }
                line = before;
            }
            return line.address() + line.length() <= hole && NO_WAY_ON.matcher(line.text()).find() ? "" : "runs on: " + line;
        }
    }

    /** The sites of real files, each against objdump: whole instructions, no branch into what is rewritten, dead holes. */
    @ParameterizedTest
    @MethodSource("libraries")
    void objdumpConfirmsEverySite(Path file) throws IOException, InterruptedException {
        ByteBuffer bytes = Libraries.map(file);
        long began = System.nanoTime();
        SiteMap map = finder.find(bytes);
        long took = (System.nanoTime() - began) / 1_000_000;
        Listing listing = new Listing(file, map);
        Map<Site, String> wrong = new HashMap<>();
        Set<Long> holes = new HashSet<>();
        for (Site site : map.sites()) {
            String objection = listing.wrong(site);
            for (int i = 0; site.hops() && i < Site.JUMP_SIZE; i++) {
                objection += holes.add(site.hole().vaddr() + i) ? "" : "two in one hole";
            }
            if (!objection.isEmpty()) {
                wrong.put(site, objection);
            }
            byte[] there = new byte[site.size()];
            bytes.get((int) site.offset(), there);
            assertEquals(site.code() + " 0f 05", Code.of(there).toString());
        }
        assertEquals(Map.of(), wrong);
        Map<String, Long> reasons = map.left().stream().filter(site -> site.reason() != LeftSite.Reason.NO_BOUNDARY)
                .collect(Collectors.groupingBy(site -> site.reason().name(), TreeMap::new, Collectors.counting()));
        long plain = map.sites().stream()
                .filter(site -> (site.code().bytes()[0] & 0xff) == 0xb8 && site.code().size() == 5).count();
        long hops = map.sites().stream().filter(Site::hops).count();
        System.out.printf("%s: %d of %d syscall instructions are sites (%d mov $nr,%%eax; %d with a hole), in %d ms; left %s%n",
                file, map.sites().size(), listing.syscalls, plain, hops, took, reasons);
        if (file.endsWith("libc.so.6")) {
            assertTrue(map.sites().size() * 10L >= listing.syscalls * 9, "fewer than 90 % of libc's");
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

    /** The C library ends the unwind information of clone3 before its {@code syscall}, since a new thread goes on behind it. */
    @Test
    void aSyscallBehindTheUnwindInformationOfItsFunction() throws IOException {
        Path libc = Libraries.present().stream().filter(file -> file.toString().endsWith("libc.so.6")).findFirst().orElse(null);
        Assumptions.assumeTrue(libc != null, "there is no libc.so.6");
        assertTrue(finder.find(Libraries.map(libc)).sites().stream().anyMatch(site -> site.nr() == Nr.CLONE3));
    }
}
