package org.outrigger.kernel.patch;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.outrigger.abi.Elf;

/**
 * The functions that a file's unwind information (.eh_frame) names. Source: System V ABI AMD64 supplement, section 3.7; LSB core,
 * sections "Exception Frames" and ".eh_frame_hdr".
 *
 * <p>With an .eh_frame_hdr of the usual encoding a look-up is a binary search in the file; else the section is read once.
 */
final class ExceptionFrames {

    private static final int HEADER_VERSION = 1;
    private static final int PCREL_SDATA4 = 0x1b;
    private static final int UDATA4 = 0x03;
    private static final int DATAREL_SDATA4 = 0x3b;
    private static final int PCREL = 0x10;
    private static final int UNKNOWN = 0xff;
    private static final int LONGEST_AUGMENTATION = 8;
    private static final int MOST_FRAMES = 1 << 20;

    private final Image image;
    private final FileBytes bytes;
    private long tableOffset = -1;
    private long tableAddress;
    private int tableCount;
    private CodeRange[] frames = new CodeRange[0];
    private long lastCie = -1;
    private int lastEncoding = UNKNOWN;
    private boolean lastHasPads;
    private boolean lastIsSignal;

    ExceptionFrames(Image image) {
        this.image = image;
        bytes = image.bytes();
        if (!readHeader()) {
            image.section(Image.SHT_PROGBITS, ".eh_frame").or(() -> image.section(Image.SHT_X86_64_UNWIND, ".eh_frame"))
                    .ifPresent(this::readSection);
        }
    }

    /** The function that contains an address, if the unwind information has one. */
    Optional<CodeRange> find(long address) {
        Optional<CodeRange> found = tableOffset >= 0 ? fromTable(address) : fromSection(address);
        return found.filter(range -> range.contains(address));
    }

    /** Hands over every function that the unwind information has, in no order, some perhaps twice. */
    void all(Consumer<CodeRange> to) {
        if (tableOffset < 0) {
            Arrays.stream(frames).forEach(to);
            return;
        }
        for (int i = 0; i < tableCount; i++) {
            long frameAddress = tableAddress + bytes.i32(tableOffset + 8L * i + 4);
            long frame = image.offset(frameAddress, 4);
            if (frame >= 0) {
                range(frame, frameAddress - frame).ifPresent(to);
            }
        }
    }

    private boolean readHeader() {
        for (Elf.Segment segment : image.segments()) {
            long at = segment.offset();
            if (segment.type() == Image.PT_GNU_EH_FRAME && bytes.holds(at, 12) && bytes.u8(at) == HEADER_VERSION
                    && bytes.u8(at + 1) == PCREL_SDATA4 && bytes.u8(at + 2) == UDATA4 && bytes.u8(at + 3) == DATAREL_SDATA4) {
                long count = bytes.u32(at + 8);
                if (count > 0 && bytes.holds(at + 12, count * 8)) {
                    tableOffset = at + 12;
                    tableAddress = segment.address();
                    tableCount = (int) count;
                    return true;
                }
            }
        }
        return false;
    }

    private Optional<CodeRange> fromTable(long address) {
        int low = 0;
        int high = tableCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (tableAddress + bytes.i32(tableOffset + 8L * middle) <= address) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (high < 0) {
            return Optional.empty();
        }
        long frameAddress = tableAddress + bytes.i32(tableOffset + 8L * high + 4);
        long frame = image.offset(frameAddress, 4);
        return frame < 0 ? Optional.empty() : range(frame, frameAddress - frame);
    }

    private Optional<CodeRange> fromSection(long address) {
        int low = 0;
        int high = frames.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (frames[middle].start() <= address) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high < 0 ? Optional.empty() : Optional.of(frames[high]);
    }

    private void readSection(Image.Section section) {
        CodeRange[] read = new CodeRange[256];
        int count = 0;
        long end = section.offset() + section.size();
        long at = section.offset();
        for (int entries = 0; at + 8 <= end && entries < MOST_FRAMES; entries++) {
            long length = bytes.u32(at);
            if (length == 0 || length == 0xffffffffL) {
                break;
            }
            if (bytes.i32(at + 4) != 0) {
                Optional<CodeRange> range = range(at, section.address() - section.offset());
                if (range.isPresent()) {
                    read = count == read.length ? Arrays.copyOf(read, count * 2) : read;
                    read[count++] = range.get();
                }
            }
            at += 4 + length;
        }
        frames = Arrays.copyOf(read, count);
        Arrays.sort(frames);
    }

    /** What a frame description covers; {@code bias} is to be added to a file offset to have the address there. */
    private Optional<CodeRange> range(long frame, long bias) {
        long length = bytes.u32(frame);
        long back = bytes.u32(frame + 4);
        if (length == 0xffffffffL || length < 8 || back == 0 || !bytes.holds(frame, length + 4)) {
            return Optional.empty();
        }
        long cie = frame + 4 - back;
        if (cie != lastCie) {
            lastEncoding = encoding(cie);
            lastCie = cie;
        }
        int width = width(lastEncoding);
        boolean usable = width != 0 && (lastEncoding & 0xf0 & ~PCREL) == 0;
        if (!usable) {
            return Optional.empty();
        }
        long at = frame + 8;
        long start = value(at, lastEncoding) + ((lastEncoding & PCREL) != 0 ? at + bias : 0);
        long size = value(at + width, lastEncoding & 7);
        boolean valid = size > 0 && start >= 0 && start <= Long.MAX_VALUE - size;
        return valid ? Optional.of(new CodeRange(start, size, lastHasPads, lastIsSignal)) : Optional.empty();
    }

    /** How the frames of a common information entry encode addresses; notes what else it says of them. */
    private int encoding(long cie) {
        lastHasPads = true;
        lastIsSignal = false;
        int version = bytes.u8(cie + 8);
        if (cie < 0 || bytes.i32(cie + 4) != 0 || version != 1 && version != 3) {
            return UNKNOWN;
        }
        long augmentation = cie + 9;
        int letters = 0;
        while (letters < LONGEST_AUGMENTATION && bytes.u8(augmentation + letters) != 0) {
            letters++;
        }
        if (letters == 0) {
            lastHasPads = false;
            return 0;
        }
        if (letters == LONGEST_AUGMENTATION || bytes.u8(augmentation) != 'z') {
            return UNKNOWN;
        }
        lastHasPads = false;
        for (int i = 1; i < letters; i++) {
            lastHasPads |= bytes.u8(augmentation + i) == 'L';
            lastIsSignal |= bytes.u8(augmentation + i) == 'S';
        }
        long at = afterLeb(afterLeb(augmentation + letters + 1));
        at = afterLeb(version == 1 ? at + 1 : afterLeb(at));
        for (int i = 1; i < letters; i++) {
            switch (bytes.u8(augmentation + i)) {
                case 'R' -> {
                    return bytes.u8(at);
                }
                case 'L' -> at++;
                case 'P' -> {
                    int width = width(bytes.u8(at));
                    if (width == 0) {
                        return UNKNOWN;
                    }
                    at += 1 + width;
                }
                case 'S', 'B' -> { }
                default -> {
                    return UNKNOWN;
                }
            }
        }
        return 0;
    }

    private long afterLeb(long at) {
        long next = at;
        while (next < at + 10 && (bytes.u8(next) & 0x80) != 0) {
            next++;
        }
        return next + 1;
    }

    private static int width(int encoding) {
        return switch (encoding & 0x0f) {
            case 0x0, 0x4, 0xc -> 8;
            case 0x2, 0xa -> 2;
            case 0x3, 0xb -> 4;
            default -> 0;
        };
    }

    private long value(long at, int encoding) {
        return switch (encoding & 0x0f) {
            case 0x2 -> bytes.u16(at);
            case 0xa -> (short) bytes.u16(at);
            case 0x3 -> bytes.u32(at);
            case 0xb -> bytes.i32(at);
            default -> bytes.i64(at);
        };
    }
}
