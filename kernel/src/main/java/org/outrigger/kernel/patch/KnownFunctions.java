package org.outrigger.kernel.patch;

import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;

/** The functions of a file that contain at least one of a list of addresses, from its unwind information and its symbols. */
final class KnownFunctions {

    private static final int SYMBOL_SIZE = 24;
    private static final int STT_FUNC = 2;
    private static final int STT_GNU_IFUNC = 10;
    private static final long MOST_SYMBOLS = 1 << 22;
    private static final int MOST_FUNCTIONS = 1 << 16;

    private KnownFunctions() {
    }

    /**
     * Looks for them.
     *
     * @param addresses ascending
     * @return by ascending start; ranges may overlap
     */
    static Collection<CodeRange> containing(Image image, long[] addresses) {
        TreeSet<CodeRange> found = new TreeSet<>();
        if (addresses.length == 0) {
            return found;
        }
        ExceptionFrames frames = new ExceptionFrames(image);
        for (long address : addresses) {
            frames.find(address).ifPresent(found::add);
        }
        for (int type : new int[] {Image.SHT_SYMTAB, Image.SHT_DYNSYM}) {
            image.section(type, "").ifPresent(section -> symbols(image.bytes(), section, addresses, found));
        }
        return found;
    }

    private static void symbols(FileBytes bytes, Image.Section section, long[] addresses, TreeSet<CodeRange> found) {
        long count = Math.min(section.size() / SYMBOL_SIZE, MOST_SYMBOLS);
        for (long i = 0; i < count && found.size() < MOST_FUNCTIONS; i++) {
            long at = section.offset() + i * SYMBOL_SIZE;
            int type = bytes.u8(at + 4) & 0xf;
            // Section index 0 is an undefined symbol.
            if (type != STT_FUNC && type != STT_GNU_IFUNC || bytes.u16(at + 6) == 0) {
                continue;
            }
            long start = bytes.i64(at + 8);
            long size = bytes.i64(at + 16);
            if (size <= 0 || start < 0 || start > Long.MAX_VALUE - size) {
                continue;
            }
            int first = Arrays.binarySearch(addresses, start);
            first = first < 0 ? -first - 1 : first;
            if (first < addresses.length && addresses[first] - start < size) {
                found.add(new CodeRange(start, size));
            }
        }
    }
}
