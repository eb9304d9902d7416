package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes trampolines, through which patched call sites enter the runtime, and the jumps to them.
 *
 * <pre>
 *   offset  bytes                     instruction
 *   0       b8 imm32                  mov    $nr,%eax
 *   5       48 8d 0d rel32            lea    after(%rip),%rcx     the address behind the syscall, as the instruction leaves it
 *   12      49 bb imm64               movabs $entry,%r11
 *   22      41 ff e3                  jmp    *%r11
 *   25      cc x 7                    int3
 * </pre>
 *
 * <p>Nothing but rax, rcx and r11 is written, all of which the {@code syscall} instruction writes, and no flag and no stack.
 * Source: Intel SDM volume 2. Immutable; any thread.
 */
public final class Trampolines {

    /** Bytes of one trampoline. */
    public static final int SIZE = 32;

    /** Bytes of the jump that replaces a site's {@code mov}. */
    public static final int JUMP_SIZE = Site.MOV_SIZE;

    private static final int AFTER_LEA = 12;
    private static final byte INT3 = (byte) 0xcc;
    private static final byte JMP_REL32 = (byte) 0xe9;
    private static final byte MOV_EAX = (byte) 0xb8;

    private final long entry;

    /**
     * What to write over one site.
     *
     * @param site    which
     * @param address run-time address of the {@code mov} that the jump replaces
     * @param jump    {@link #JUMP_SIZE} bytes
     */
    public record Patch(Site site, long address, byte[] jump) {
    }

    /**
     * The trampolines of a block and the jumps to them.
     *
     * @param bytes   what belongs at the block's base address: {@link #SIZE} for each of {@code patches}, in their order
     * @param patches the sites that the block serves
     * @param far     the sites that a 32-bit displacement cannot join to the block
     */
    public record Block(byte[] bytes, List<Patch> patches, List<Site> far) {
    }

    /** Trampolines that jump to the absolute address {@code entry}. */
    public Trampolines(long entry) {
        this.entry = entry;
    }

    /**
     * Encodes a block. Whether a call may be patched at all is for the caller to ask of {@link PatchRule}.
     *
     * @param base  run-time address of the block's first byte
     * @param bias  run-time address of the file's address 0: what relocation adds; 0 for a program at fixed addresses
     * @param sites all of one file
     */
    public Block encode(long base, long bias, List<Site> sites) {
        byte[] bytes = new byte[Math.multiplyExact(sites.size(), SIZE)];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Patch> patches = new ArrayList<>(sites.size());
        List<Site> far = new ArrayList<>();
        for (Site site : sites) {
            int at = patches.size() * SIZE;
            long address = bias + site.vaddr();
            long there = base + at - (address + JUMP_SIZE);
            long back = address + Site.SIZE - (base + at + AFTER_LEA);
            if ((int) there != there || (int) back != back) {
                far.add(site);
                continue;
            }
            out.position(at);
            out.put(MOV_EAX).putInt(site.nr());
            out.put((byte) 0x48).put((byte) 0x8d).put((byte) 0x0d).putInt((int) back);
            out.put((byte) 0x49).put((byte) 0xbb).putLong(entry);
            out.put((byte) 0x41).put((byte) 0xff).put((byte) 0xe3);
            Arrays.fill(bytes, out.position(), at + SIZE, INT3);
            ByteBuffer jump = ByteBuffer.allocate(JUMP_SIZE).order(ByteOrder.LITTLE_ENDIAN).put(JMP_REL32).putInt((int) there);
            patches.add(new Patch(site, address, jump.array()));
        }
        return new Block(Arrays.copyOf(bytes, patches.size() * SIZE), List.copyOf(patches), List.copyOf(far));
    }
}
