package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Encodes trampolines, through which patched call sites enter the runtime, and the jumps to them. signal.c reads them.
 *
 * <pre>
 *   offset  bytes                     instruction
 *   16-n    n bytes                   the instruction that stood before the syscall; site and hole jump here
 *   16      48 8d 0d rel32            lea    after(%rip),%rcx     the address behind the syscall, as the instruction leaves it
 *   23      ff 25 rel32               jmp    *entry(%rip)
 *   29      cc                        int3
 *   30      s8                        from the end of the site's near jump to its hole; 0 where it has none
 *   31      u8                        n
 * </pre>
 *
 * <p>Nothing but rcx is written that the displaced instruction does not write, and no flag and no stack. A block begins with as
 * many bytes as a trampoline has, the last eight of which are {@code entry}; the trampolines of sites with holes follow, then the
 * others, then as many bytes of zero. Source: Intel SDM volume 2. Immutable; any thread.
 */
public final class Trampolines {

    /** Bytes of one trampoline. */
    public static final int SIZE = 32;

    private static final int LEA_AT = 16;
    private static final int AFTER_LEA = 23;
    private static final int AFTER_JMP = 29;
    private static final int ENTRY_AT = 24;
    private static final byte INT3 = (byte) 0xcc;
    private static final byte JMP_REL32 = (byte) 0xe9;
    private static final byte JMP_REL8 = (byte) 0xeb;

    private final long entry;

    /**
     * Some bytes to write.
     *
     * @param address run-time address
     * @param before  what must stand there, or nothing of the site is to be written
     * @param after   what is to stand there; as many
     */
    public record Write(long address, byte[] before, byte[] after) {
    }

    /**
     * What to write for one site.
     *
     * @param site   which
     * @param writes in this order
     */
    public record Patch(Site site, List<Write> writes) {
    }

    /**
     * The trampolines of a block and the jumps to them.
     *
     * @param bytes   what belongs at the block's base address
     * @param patches the sites that the block serves
     * @param far     the sites that a 32-bit displacement cannot join to the block
     */
    public record Block(byte[] bytes, List<Patch> patches, List<Site> far) {
    }

    /** Trampolines that jump to the absolute address {@code entry}. */
    public Trampolines(long entry) {
        this.entry = entry;
    }

    /** Bytes of a block for so many sites. */
    public static int size(int sites) {
        return Math.multiplyExact(sites + 2, SIZE);
    }

    /**
     * Encodes a block. Whether a call may be patched at all is for the caller to ask of {@link PatchRule}.
     *
     * @param base  run-time address of the block's first byte, a multiple of {@link #SIZE}
     * @param bias  run-time address of the file's address 0: what relocation adds; 0 for a program at fixed addresses
     * @param sites all of one file
     */
    public Block encode(long base, long bias, List<Site> sites) {
        ByteBuffer out = ByteBuffer.allocate(size(sites.size())).order(ByteOrder.LITTLE_ENDIAN);
        out.put(filled(ENTRY_AT)).putLong(entry);
        List<Patch> patches = new ArrayList<>(sites.size());
        List<Site> far = new ArrayList<>();
        for (Site site : sites.stream().sorted(Comparator.comparing(site -> !site.hops())).toList()) {
            int at = (patches.size() + 1) * SIZE;
            byte[] trampoline = trampoline(site, base, base + at, bias);
            long jumpAt = bias + (site.hops() ? site.hole().vaddr() : site.vaddr());
            long there = base + at + LEA_AT - site.code().size() - (jumpAt + Site.JUMP_SIZE);
            if (trampoline.length == 0 || (int) there != there) {
                far.add(site);
                continue;
            }
            out.put(at, trampoline);
            patches.add(new Patch(site, writes(site, bias, (int) there)));
        }
        return new Block(Arrays.copyOf(out.array(), size(patches.size())), List.copyOf(patches), List.copyOf(far));
    }

    /** One trampoline; empty where a displacement does not fit. */
    private static byte[] trampoline(Site site, long base, long at, long bias) {
        ByteBuffer out = ByteBuffer.wrap(filled(SIZE)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] code = site.code().bytes();
        out.put(LEA_AT - code.length, code);
        boolean fits = true;
        int operand = Displacement.ripOperand(code, 0);
        if (operand != 0) {
            int displacement = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN).getInt(operand);
            long moved = bias + site.syscall() + displacement - (at + LEA_AT);
            out.putInt(LEA_AT - code.length + operand, (int) moved);
            fits = (int) moved == moved;
        }
        long back = bias + site.vaddr() + site.size() - (at + AFTER_LEA);
        out.put(LEA_AT, new byte[] {0x48, (byte) 0x8d, 0x0d}).putInt(AFTER_LEA - Integer.BYTES, (int) back);
        int entry = (int) (base + ENTRY_AT - (at + AFTER_JMP));
        out.put(AFTER_LEA, new byte[] {(byte) 0xff, 0x25}).putInt(AFTER_JMP - Integer.BYTES, entry);
        out.put(SIZE - 2, (byte) site.hop()).put(SIZE - 1, (byte) code.length);
        return fits && (int) back == back ? out.array() : new byte[0];
    }

    private static List<Write> writes(Site site, long bias, int there) {
        byte[] jump = ByteBuffer.allocate(Site.JUMP_SIZE).order(ByteOrder.LITTLE_ENDIAN).put(JMP_REL32).putInt(there).array();
        byte[] before = Arrays.copyOf(site.code().bytes(), site.size());
        before[site.size() - 2] = 0x0f;
        before[site.size() - 1] = 0x05;
        byte[] after = Arrays.copyOf(before, before.length);
        Arrays.fill(after, 0, site.code().size(), INT3);
        Write atSite = new Write(bias + site.vaddr(), before, after);
        if (!site.hops()) {
            System.arraycopy(jump, 0, after, 0, jump.length);
            return List.of(atSite);
        }
        after[0] = JMP_REL8;
        after[1] = (byte) site.hop();
        return List.of(new Write(bias + site.hole().vaddr(), site.hole().code().bytes(), jump), atSite);
    }

    private static byte[] filled(int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, INT3);
        return bytes;
    }
}
