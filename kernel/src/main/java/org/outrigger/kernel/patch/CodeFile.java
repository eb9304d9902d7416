package org.outrigger.kernel.patch;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a file tells about places in its code: in which function they lie, and why a call there is not patched. */
public final class CodeFile {
    private static final int SHT_STRTAB = 3;
    private static final int SYMBOL_SIZE = 24;
    private static final int STT_FUNC = 2;
    private static final int STT_GNU_IFUNC = 10;
    private static final long MOST_SYMBOLS = 1 << 22;
    private static final int LONGEST_NAME = 256;

    /**
     * One place.
     *
     * @param function       name of the function that contains it, as the symbol has it; empty where no sized symbol does
     * @param functionOffset bytes from the function's start
     * @param why            why the finder leaves the call there to SIGSYS; empty where it may be patched
     */
    public record Finding(String function, long functionOffset, Optional<String> why) {
        /** Nothing is known of a place. */
        public static final Finding NONE = new Finding("", 0, Optional.of("the file cannot be read"));
    }

    private CodeFile() {
    }

    /**
     * Looks places up.
     *
     * @param path    the file
     * @param offsets of {@code syscall} instructions, in bytes from the file's start
     * @param cache   what is known of files; nothing is searched anew
     * @return a finding for each offset
     */
    public static Map<Long, Finding> findings(String path, Iterable<Long> offsets, SiteCache cache) {
        Map<Long, Finding> found = new HashMap<>();
        for (long offset : offsets) {
            found.put(offset, Finding.NONE);
        }
        try (FileChannel channel = FileChannel.open(Path.of(path), StandardOpenOption.READ); Arena arena = Arena.ofConfined()) {
            long size = channel.size();
            if (size == 0 || size > Integer.MAX_VALUE) {
                return found;
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena).asByteBuffer();
            Image.of(bytes).ifPresent(image -> look(image, cache.known(Path.of(path), image.buildId()), found));
        } catch (IOException | InvalidPathException | InternalError unreadable) {
            return found; // as much as was found before the file became shorter
        }
        return found;
    }

    private static void look(Image image, Optional<SiteMap> sites, Map<Long, Finding> found) {
        found.replaceAll((offset, none) -> new Finding("", 0, why(image, sites, offset)));
        for (String names : List.of(".strtab", ".dynstr")) {
            int type = names.equals(".strtab") ? Image.SHT_SYMTAB : Image.SHT_DYNSYM;
            Optional<Image.Section> text = image.section(SHT_STRTAB, names);
            Optional<Image.Section> symbols = image.section(type, "");
            if (text.isPresent() && symbols.isPresent()) {
                name(image, symbols.get(), text.get(), found);
            }
        }
    }

    private static void name(Image image, Image.Section symbols, Image.Section text, Map<Long, Finding> found) {
        FileBytes bytes = image.bytes();
        long count = Math.min(symbols.size() / SYMBOL_SIZE, MOST_SYMBOLS);
        for (long i = 0; i < count; i++) {
            long at = symbols.offset() + i * SYMBOL_SIZE;
            int type = bytes.u8(at + 4) & 0xf;
            long start = bytes.i64(at + 8);
            long size = bytes.i64(at + 16);
            long from = type == STT_FUNC || type == STT_GNU_IFUNC ? image.offset(start, 1) : -1;
            if (from < 0 || size <= 0) {
                continue;
            }
            found.replaceAll((offset, finding) -> offset < from || offset - from >= size || !finding.function.isEmpty() ? finding
                    : new Finding(name(bytes, text.offset() + bytes.u32(at)), offset - from, finding.why));
        }
    }

    private static String name(FileBytes bytes, long at) {
        byte[] name = new byte[LONGEST_NAME];
        int length = 0;
        for (int c; length < name.length && (c = bytes.u8(at + length)) != 0;) {
            name[length++] = (byte) c;
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    /** What the finder knows of a {@code syscall}. */
    private static Optional<String> why(Image image, Optional<SiteMap> map, long offset) {
        if (map.isEmpty()) {
            return Optional.of("the file was not searched");
        }
        for (Site site : map.get().sites()) {
            if (site.offset() + Site.MOV_SIZE == offset) {
                return Optional.empty();
            }
        }
        for (LeftSite left : map.get().left()) {
            long at = image.offset(left.vaddr(), 1);
            if (at == offset || at == offset - Site.MOV_SIZE) {
                return Optional.of(left.reason().text());
            }
        }
        return Optional.of("not found by the search");
    }
}
