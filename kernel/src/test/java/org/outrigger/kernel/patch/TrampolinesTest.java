package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.kernel.patch.Site.Hole;
import org.outrigger.kernel.patch.Trampolines.Block;
import org.outrigger.kernel.patch.Trampolines.Patch;
import org.outrigger.kernel.patch.Trampolines.Write;

class TrampolinesTest {

    private static final long ENTRY = 0x5f00_1234_5678L;
    private static final long BIAS = 0x7f12_3400_0000L;
    private static final long BASE = BIAS + 0x200_0000L;

    @TempDir
    private Path directory;

    private static String squeezed(String text) {
        return text.replaceAll(" +", " ");
    }

    private static Code code(String hex) {
        return Code.of(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static Site direct(long vaddr, String hex) {
        return new Site(vaddr, 0, Site.ANY, code(hex), Hole.NONE);
    }

    private static Site hopping(long vaddr, String hex, long hole) {
        return new Site(vaddr, 0, Site.ANY, code(hex), new Hole(hole, code("0f 1f 44 00 00")));
    }

    /** The instructions that a thread executes from an address of the block on, up to the jump to the entry. */
    private List<String> way(Block block, long from) throws IOException, InterruptedException {
        int at = (int) (from - BASE);
        int end = (at / Trampolines.SIZE + 1) * Trampolines.SIZE - 3;
        return Objdump.bytes(directory, Arrays.copyOfRange(block.bytes(), at, end), from).stream()
                .map(line -> squeezed(line.text())).toList();
    }

    private long jumpTarget(Write write, int opcode) {
        ByteBuffer bytes = ByteBuffer.wrap(write.after()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(opcode, bytes.get(0) & 0xff);
        return opcode == 0xeb ? write.address() + 2 + bytes.get(1) : write.address() + 5 + bytes.getInt(1);
    }

    @Test
    void objdumpReadsWhatWasMeant() throws IOException, InterruptedException {
        Site mov = direct(0x1234, "b8 27 00 00 00");
        Site load = direct(0x5678_0000L, "4c 8b 4c 24 08");
        Site store = direct(-0x1000, "48 c7 04 24 20 00 00 00");
        Site xor = hopping(0x2000, "31 c0", 0x1fa0);
        Site move = hopping(0x3000, "44 89 c8", 0x3081);
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, List.of(mov, xor, load, move, store));
        assertEquals(List.of(xor, move, mov, load, store), block.patches().stream().map(Patch::site).toList(), "holes first");
        assertEquals(7 * Trampolines.SIZE, block.bytes().length);
        ByteBuffer bytes = ByteBuffer.wrap(block.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(ENTRY, bytes.getLong(24));
        List<String> first = List.of("xor %eax,%eax", "mov %r9d,%eax", "mov $0x27,%eax", "mov 0x8(%rsp),%r9",
                "movq $0x20,(%rsp)");
        for (int i = 0; i < first.size(); i++) {
            Patch patch = block.patches().get(i);
            Site site = patch.site();
            long address = BIAS + site.vaddr();
            Write last = patch.writes().getLast();
            assertEquals(address, last.address());
            assertEquals(site.code() + " 0f 05", Code.of(last.before()).toString());
            assertArrayEquals(new byte[] {0x0f, 0x05}, Arrays.copyOfRange(last.after(), site.code().size(), site.size()));
            long start = site.hops() ? jumpTarget(patch.writes().getFirst(), 0xe9) : jumpTarget(last, 0xe9);
            if (site.hops()) {
                assertEquals(BIAS + site.hole().vaddr(), patch.writes().getFirst().address());
                assertEquals(BIAS + site.hole().vaddr(), jumpTarget(last, 0xeb));
                assertArrayEquals(site.hole().code().bytes(), patch.writes().getFirst().before());
            }
            assertEquals(site.hops() ? 2 : 1, patch.writes().size());
            int written = site.hops() ? 2 : 5;
            for (int inside = written; inside < site.code().size(); inside++) {
                assertEquals((byte) 0xcc, last.after()[inside]);
            }
            List<String> way = way(block, start);
            assertEquals(first.get(i), way.get(0));
            String after = "# 0x" + Long.toHexString(address + site.size());
            assertTrue(way.get(1).matches("lea -?0x[0-9a-f]+\\(%rip\\),%rcx " + after), way::toString);
            assertTrue(way.get(2).matches("jmp \\*-?0x[0-9a-f]+\\(%rip\\) # 0x" + Long.toHexString(BASE + 24)), way::toString);
            assertEquals(3, way.size());
            // What signal.c reads.
            int at = (i + 1) * Trampolines.SIZE;
            assertEquals(BASE + at + 16 - site.code().size(), start);
            assertEquals(site.code().size(), bytes.get(at + 31));
            assertEquals(site.hops() ? site.hole().vaddr() - site.vaddr() - 2 : 0, bytes.get(at + 30));
        }
        for (int i = 6 * Trampolines.SIZE; i < block.bytes().length; i++) {
            assertEquals(0, block.bytes()[i], "a block ends with zeros");
        }
    }

    @Test
    void operandsRelativeToTheirPlaceAreAdjusted() throws IOException, InterruptedException {
        Site lea = direct(0x1000, "48 8d 35 00 01 00 00");
        Site move = direct(0x2000, "8b 05 f0 ff ff ff");
        Site immediate = direct(0x3000, "48 c7 05 10 00 00 00 07 00 00 00");
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, List.of(lea, move, immediate));
        List<Long> operands = List.of(0x1000L + 7 + 0x100, 0x2000L + 6 - 16, 0x3000L + 11 + 0x10);
        for (int i = 0; i < operands.size(); i++) {
            List<String> way = way(block, jumpTarget(block.patches().get(i).writes().getFirst(), 0xe9));
            assertTrue(way.get(0).endsWith("# 0x" + Long.toHexString(BIAS + operands.get(i))), way::toString);
        }
    }

    @Test
    void farSitesAreLeftOutAndTakeNoSlot() {
        String mov = "b8 01 00 00 00";
        Site near = direct(0x1000, mov);
        // From the block's first trampoline the address behind this one's syscall has the largest displacement that there is.
        Site last = direct(BASE - BIAS + Trampolines.SIZE + 23 - 7 + Integer.MIN_VALUE, mov);
        Site below = direct(last.vaddr() - 1, mov);
        Site above = direct(0x1_0000_0000L, mov);
        // Its operand is out of reach from there.
        Site operand = direct(0x1000, "48 8d 35 00 00 00 80");
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, List.of(last, below, above, near, operand));
        assertEquals(List.of(last, near), block.patches().stream().map(Patch::site).toList());
        assertEquals(List.of(below, above, operand), block.far());
        assertEquals(4 * Trampolines.SIZE, block.bytes().length);
    }

    @Test
    void noSitesMakeABlockWithoutTrampolines() {
        Block block = new Trampolines(ENTRY).encode(BASE, BIAS, List.of());
        assertEquals(2 * Trampolines.SIZE, block.bytes().length);
        assertTrue(block.patches().isEmpty());
    }
}
