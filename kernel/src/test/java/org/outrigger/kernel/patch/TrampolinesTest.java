package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.kernel.patch.Trampolines.Block;
import org.outrigger.kernel.patch.Trampolines.Patch;

class TrampolinesTest {

    private static final long ENTRY = 0x5f00_1234_5678L;
    private static final long BIAS = 0x7f12_3400_0000L;
    private static final long BASE = BIAS + 0x200_0000L;

    @TempDir
    private Path directory;

    private static String squeezed(String text) {
        return text.replaceAll(" +", " ");
    }

    @Test
    void objdumpReadsWhatWasMeant() throws IOException, InterruptedException {
        List<Site> sites = List.of(new Site(0x1234, 0x234, 39), new Site(0x5678_0000L, 0, 511), new Site(-0x1000, 0, 0));
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, sites);
        assertEquals(sites, block.patches().stream().map(Patch::site).toList());
        assertEquals(3 * Trampolines.SIZE, block.bytes().length);
        List<Objdump.Line> lines = Objdump.bytes(directory, block.bytes(), BASE);
        for (int i = 0; i < sites.size(); i++) {
            List<Objdump.Line> one = lines.subList(i * 11, (i + 1) * 11);
            long address = BIAS + sites.get(i).vaddr();
            assertEquals(BASE + (long) i * Trampolines.SIZE, one.getFirst().address());
            assertEquals("mov $0x" + Integer.toHexString(sites.get(i).nr()) + ",%eax", squeezed(one.get(0).text()));
            String lea = "lea -?0x[0-9a-f]+\\(%rip\\),%rcx # 0x" + Long.toHexString(address + 7);
            assertTrue(squeezed(one.get(1).text()).matches(lea), one.get(1)::toString);
            assertEquals("movabs $0x" + Long.toHexString(ENTRY) + ",%r11", squeezed(one.get(2).text()));
            assertEquals("jmp *%r11", squeezed(one.get(3).text()));
            assertTrue(one.subList(4, 11).stream().allMatch(line -> line.text().equals("int3")));

            Patch patch = block.patches().get(i);
            assertEquals(address, patch.address());
            List<Objdump.Line> jump = Objdump.bytes(directory, patch.jump(), address);
            assertEquals(1, jump.size());
            assertEquals("jmp 0x" + Long.toHexString(BASE + (long) i * Trampolines.SIZE), squeezed(jump.getFirst().text()));
        }
    }

    @Test
    void farSitesAreLeftOutAndTakeNoSlot() {
        Site near = new Site(0x1000, 0, 1);
        // From the block's first slot the address behind this one's syscall has the largest displacement that there is.
        Site last = new Site(BASE - BIAS + 12 - Site.SIZE + Integer.MIN_VALUE, 0, 2);
        Site below = new Site(last.vaddr() - 1, 0, 3);
        Site above = new Site(0x1_0000_0000L, 0, 4);
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, List.of(last, below, above, near));
        assertEquals(List.of(last, near), block.patches().stream().map(Patch::site).toList());
        assertEquals(List.of(below, above), block.far());
        assertEquals(2 * Trampolines.SIZE, block.bytes().length);
    }

    @Test
    void noSitesMakeAnEmptyBlock() {
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, List.of());
        assertEquals(0, block.bytes().length);
        assertTrue(block.patches().isEmpty());
    }
}
