package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.outrigger.abi.Elf;

/**
 * The parts of an ELF64 x86-64 file in which sites are looked for. Source: elf(5), {@code linux/elf.h}.
 *
 * @param bytes    the file
 * @param segments its program headers
 * @param loads    those that are mapped, as far as they lie in the file
 * @param sections its section headers; empty where it has none
 */
record Image(FileBytes bytes, List<Elf.Segment> segments, List<Elf.Segment> loads, List<Section> sections) {

    static final int SHT_PROGBITS = 1;
    static final int SHT_SYMTAB = 2;
    static final int SHT_DYNSYM = 11;
    static final int SHT_X86_64_UNWIND = 0x70000001;
    static final int PT_GNU_EH_FRAME = 0x6474e550;

    private static final int PT_NOTE = 4;
    private static final int NT_GNU_BUILD_ID = 3;
    private static final int GNU_NAME = 0x00554e47;
    private static final int LONGEST_BUILD_ID = 64;
    private static final int SECTION_HEADER_SIZE = 64;
    private static final int LONGEST_NOTES = 1 << 16;
    private static final int MOST_NOTES = 16;
    private static final int MOST_LOADS = 256;

    /** One section header; {@code type} is {@link #SHT_SYMTAB} and so on, {@code address} 0 where it is not mapped. */
    record Section(String name, int type, long address, long offset, long size) {
    }

    /** Reads the headers; empty where the file is not a 64-bit x86 program or shared object. */
    static Optional<Image> of(ByteBuffer file) {
        return Elf.parse(file).filter(Elf::isX8664).map(elf -> {
            FileBytes bytes = new FileBytes(file);
            List<Elf.Segment> segments = elf.segments(file);
            List<Elf.Segment> loads = segments.stream()
                    .filter(segment -> segment.type() == Elf.PT_LOAD && bytes.holds(segment.offset(), segment.fileSize())
                            && segment.address() >= 0 && segment.address() <= Long.MAX_VALUE - segment.fileSize())
                    .limit(MOST_LOADS)
                    .toList();
            return new Image(bytes, segments, loads, sections(bytes));
        });
    }

    /** The file offset of a mapped address with so many bytes behind it in the same segment; -1 if there is none. */
    long offset(long address, long length) {
        for (Elf.Segment load : loads) {
            if (address >= load.address() && length <= load.fileSize() && address - load.address() <= load.fileSize() - length) {
                return load.offset() + (address - load.address());
            }
        }
        return -1;
    }

    /** The first section of a type and, unless it is empty, a name, if it lies in the file. */
    Optional<Section> section(int type, String name) {
        return sections.stream()
                .filter(section -> section.type() == type && (name.isEmpty() || section.name().equals(name)))
                .findFirst()
                .filter(section -> bytes.holds(section.offset(), section.size()));
    }

    /** The GNU build id in lower-case hexadecimal; empty where the file has none. */
    String buildId() {
        for (Elf.Segment segment : segments.stream().filter(s -> s.type() == PT_NOTE).limit(MOST_NOTES).toList()) {
            if (segment.fileSize() <= LONGEST_NOTES && bytes.holds(segment.offset(), segment.fileSize())) {
                String id = buildId(segment.offset(), segment.offset() + segment.fileSize());
                if (!id.isEmpty()) {
                    return id;
                }
            }
        }
        return "";
    }

    private String buildId(long from, long to) {
        long at = from;
        while (at + 12 <= to) {
            long nameSize = bytes.u32(at);
            long size = bytes.u32(at + 4);
            long description = at + 12 + aligned(nameSize);
            boolean found = nameSize == 4 && bytes.i32(at + 8) == NT_GNU_BUILD_ID && bytes.i32(at + 12) == GNU_NAME;
            if (found && size <= LONGEST_BUILD_ID && description + size <= to) {
                byte[] id = new byte[(int) size];
                bytes.copy(description, id, id.length);
                return HexFormat.of().formatHex(id);
            }
            at = description + aligned(size);
        }
        return "";
    }

    private static long aligned(long size) {
        return size + 3 & ~3L;
    }

    private static List<Section> sections(FileBytes bytes) {
        long at = bytes.i64(40);
        int size = bytes.u16(58);
        int count = bytes.u16(60);
        int names = bytes.u16(62);
        if (size < SECTION_HEADER_SIZE || !bytes.holds(at, (long) size * count) || names >= count) {
            return List.of();
        }
        long namesAt = bytes.i64(at + (long) size * names + 24);
        List<Section> sections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long header = at + (long) size * i;
            sections.add(new Section(name(bytes, namesAt, bytes.u32(header)), bytes.i32(header + 4), bytes.i64(header + 16),
                    bytes.i64(header + 24), bytes.i64(header + 32)));
        }
        return List.copyOf(sections);
    }

    /** A name of at most 15 characters: longer ones are not asked for. */
    private static String name(FileBytes bytes, long namesAt, long index) {
        byte[] name = new byte[15];
        int length = 0;
        while (namesAt >= 0 && length < name.length) {
            int c = bytes.u8(namesAt + index + length);
            if (c == 0) {
                break;
            }
            name[length++] = (byte) c;
        }
        return new String(name, 0, length, StandardCharsets.ISO_8859_1);
    }
}
