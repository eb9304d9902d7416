package org.outrigger.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header of an ELF file, of either class and byte order. Source: {@code linux/elf.h}, {@code linux/elf-em.h}, elf(5).
 * Whatever the file says is taken as it stands: offsets and sizes may point outside it.
 *
 * @param elfClass     {@link #CLASS32} or {@link #CLASS64}
 * @param data         {@link #DATA_LSB} or {@link #DATA_MSB}
 * @param type         {@link #ET_EXEC}, {@link #ET_DYN} and so on, unsigned
 * @param machine      {@link #EM_X86_64} and so on, unsigned
 * @param entry        address of the first instruction; before relocation for {@link #ET_DYN}
 * @param headerOffset where the program headers begin, in bytes from the file's start
 * @param headerSize   bytes of one program header
 * @param headerCount  how many program headers there are
 */
public record Elf(int elfClass, int data, int type, int machine, long entry, long headerOffset, int headerSize, int headerCount) {

    public static final int CLASS32 = 1;
    public static final int CLASS64 = 2;
    public static final int DATA_LSB = 1;
    public static final int DATA_MSB = 2;

    public static final int ET_REL = 1;
    public static final int ET_EXEC = 2;
    public static final int ET_DYN = 3;
    public static final int ET_CORE = 4;

    public static final int EM_386 = 3;
    public static final int EM_ARM = 40;
    public static final int EM_X86_64 = 62;
    public static final int EM_AARCH64 = 183;
    public static final int EM_RISCV = 243;

    public static final int PT_LOAD = 1;
    public static final int PT_DYNAMIC = 2;
    public static final int PT_INTERP = 3;
    public static final int PT_TLS = 7;

    public static final int PF_X = 1;
    public static final int PF_W = 2;
    public static final int PF_R = 4;

    /** Bytes of the larger, 64-bit header: what a caller has to read of a file for {@link #parse} ({@code Elf64_Ehdr}). */
    public static final int HEADER_SIZE = 64;

    private static final int HEADER_SIZE_32 = 52;
    private static final int PROGRAM_HEADER_SIZE_64 = 56;
    private static final int MAGIC = 0x7f454c46;

    /**
     * One program header ({@code Elf64_Phdr}).
     *
     * @param type     {@link Elf#PT_LOAD} and so on
     * @param flags    {@link Elf#PF_R}, {@link Elf#PF_W}, {@link Elf#PF_X}
     * @param offset   where the segment begins in the file
     * @param address  where it goes; before relocation for {@link Elf#ET_DYN}
     * @param fileSize bytes in the file
     * @param size     bytes in memory
     */
    public record Segment(int type, int flags, long offset, long address, long fileSize, long size) {
    }

    /**
     * Reads the header at the buffer's start (its index 0).
     *
     * @return empty where the bytes are no ELF file, or end before its header does
     */
    public static Optional<Elf> parse(ByteBuffer file) {
        if (file.limit() < HEADER_SIZE_32 || file.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0) != MAGIC) {
            return Optional.empty();
        }
        int elfClass = file.get(4);
        int data = file.get(5);
        boolean wide = elfClass == CLASS64;
        if (wide ? file.limit() < HEADER_SIZE : elfClass != CLASS32) {
            return Optional.empty();
        }
        if (data != DATA_LSB && data != DATA_MSB) {
            return Optional.empty();
        }
        ByteBuffer in = file.duplicate().order(data == DATA_LSB ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int type = Short.toUnsignedInt(in.getShort(16));
        int machine = Short.toUnsignedInt(in.getShort(18));
        long entry = wide ? in.getLong(24) : Integer.toUnsignedLong(in.getInt(24));
        long headerOffset = wide ? in.getLong(32) : Integer.toUnsignedLong(in.getInt(28));
        int headerSize = Short.toUnsignedInt(in.getShort(wide ? 54 : 42));
        int headerCount = Short.toUnsignedInt(in.getShort(wide ? 56 : 44));
        return Optional.of(new Elf(elfClass, data, type, machine, entry, headerOffset, headerSize, headerCount));
    }

    /** Whether this is a 64-bit x86 program or shared object: what an LWK core can run. */
    public boolean isX8664() {
        return elfClass == CLASS64 && data == DATA_LSB && machine == EM_X86_64 && (type == ET_EXEC || type == ET_DYN);
    }

    /**
     * The segments of a 64-bit file.
     *
     * @param file the same bytes that {@link #parse} read, reaching to the end of the program headers at least
     * @return empty for a 32-bit file, and for one whose headers do not lie within the bytes
     */
    public List<Segment> segments(ByteBuffer file) {
        long end = headerOffset + (long) headerSize * headerCount;
        if (elfClass != CLASS64 || headerSize < PROGRAM_HEADER_SIZE_64 || headerOffset < 0 || end < 0 || end > file.limit()) {
            return List.of();
        }
        ByteBuffer in = file.duplicate().order(data == DATA_LSB ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        List<Segment> segments = new ArrayList<>(headerCount);
        for (int i = 0; i < headerCount; i++) {
            int at = (int) headerOffset + i * headerSize;
            segments.add(new Segment(in.getInt(at), in.getInt(at + 4), in.getLong(at + 8), in.getLong(at + 16),
                    in.getLong(at + 32), in.getLong(at + 40)));
        }
        return List.copyOf(segments);
    }

    /**
     * The path of the loader that the file asks for ({@code PT_INTERP}).
     *
     * @param file the same bytes that {@link #parse} read
     * @return empty for a static program, and where the path does not lie within the bytes
     */
    public Optional<String> interpreter(ByteBuffer file) {
        for (Segment segment : segments(file)) {
            if (segment.type() != PT_INTERP) {
                continue;
            }
            boolean inside = segment.offset() >= 0 && segment.fileSize() > 1 && segment.fileSize() <= file.limit()
                    && segment.offset() <= file.limit() - segment.fileSize();
            if (!inside) {
                return Optional.empty();
            }
            byte[] path = new byte[(int) segment.fileSize() - 1];
            file.get((int) segment.offset(), path);
            return Optional.of(new String(path, StandardCharsets.UTF_8));
        }
        return Optional.empty();
    }
}
