package org.outrigger.kernel.patch;

import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** The functions of a file, from its unwind information and its symbols. */
final class KnownFunctions {

    private static final int SYMBOL_SIZE = 24;
    private static final int STT_FUNC = 2;
    private static final int STT_FILE = 4;
    private static final int STT_TLS = 6;
    private static final int STT_GNU_IFUNC = 10;
    private static final long MOST_SYMBOLS = 1 << 22;
    private static final int MOST_FUNCTIONS = 1 << 16;
    private static final int MOST_FUNCTIONS_OF_ALL = 1 << 19;

    private final Image image;
    private final ExceptionFrames frames;

    /** Hears of one symbol that has an address; {@code size} is 0 or less for one that is no function. */
    private interface Symbol {
        void at(long start, long size);
    }

    /** All functions, by ascending start, and the addresses that symbols of any kind name, ascending. */
    record All(Collection<CodeRange> functions, long[] names) {
        /** Whether a symbol names an address of a range. */
        boolean isNamed(long from, long to) {
            int at = Arrays.binarySearch(names, from);
            at = at < 0 ? -at - 1 : at;
            return at < names.length && names[at] < to;
        }
    }

    KnownFunctions(Image image) {
        this.image = image;
        frames = new ExceptionFrames(image);
    }

    /**
     * Those that contain at least one of a list of addresses, or end just before one that unwind information puts nowhere: where
     * a new thread goes on, it can say nothing.
     *
     * @param addresses ascending
     * @return by ascending start; ranges may overlap
     */
    Collection<CodeRange> containing(long[] addresses) {
        TreeSet<CodeRange> found = new TreeSet<>();
        for (long address : addresses) {
            frames.find(address).or(() -> frames.find(address - 1)).ifPresent(found::add);
        }
        symbols((start, size) -> {
            int first = Arrays.binarySearch(addresses, start);
            first = first < 0 ? -first - 1 : first;
            if (first < addresses.length && addresses[first] - start < size && found.size() < MOST_FUNCTIONS) {
                found.add(new CodeRange(start, size, false, false));
            }
        });
        return found;
    }

    /** All that there are; none where they are too many to look at. */
    All all() {
        TreeSet<CodeRange> found = new TreeSet<>();
        LongStream.Builder names = LongStream.builder();
        frames.all(range -> {
            if (found.size() <= MOST_FUNCTIONS_OF_ALL) {
                found.add(range);
            }
        });
        symbols((start, size) -> {
            names.add(start);
            if (size > 0 && found.size() <= MOST_FUNCTIONS_OF_ALL) {
                found.add(new CodeRange(start, size, false, false));
            }
        });
        boolean tooMany = found.size() > MOST_FUNCTIONS_OF_ALL;
        return tooMany ? new All(new TreeSet<>(), new long[0]) : new All(found, names.build().sorted().toArray());
    }

    private void symbols(Symbol to) {
        FileBytes bytes = image.bytes();
        for (int type : new int[] {Image.SHT_SYMTAB, Image.SHT_DYNSYM}) {
            Image.Section section = image.section(type, "").orElse(null);
            long count = section == null ? 0 : Math.min(section.size() / SYMBOL_SIZE, MOST_SYMBOLS);
            for (long i = 0; i < count; i++) {
                long at = section.offset() + i * SYMBOL_SIZE;
                int kind = bytes.u8(at + 4) & 0xf;
                long start = bytes.i64(at + 8);
                // Section index 0 is an undefined symbol.
                if (bytes.u16(at + 6) == 0 || kind == STT_FILE || kind == STT_TLS || start < 0) {
                    continue;
                }
                long size = bytes.i64(at + 16);
                boolean function = (kind == STT_FUNC || kind == STT_GNU_IFUNC) && size > 0 && start <= Long.MAX_VALUE - size;
                to.at(start, function ? size : 0);
            }
        }
    }
}
