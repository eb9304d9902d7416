package org.outrigger.node.check;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;

/**
 * What the node tells of itself. What cannot be read is absent.
 *
 * @param proc root of the process file system, {@code /proc} outside tests
 * @param sys  root of sysfs, {@code /sys} outside tests
 * @param lwk  the cores that are to be quiet
 * @param all  the cores that are on line
 */
public record Facts(Path proc, Path sys, CpuSet lwk, CpuSet all) {
    private static final int GZIP_MAGIC = 0x1f;

    /** A file below {@code /proc}, without the white space around. */
    Optional<String> proc(String file) {
        return text(proc.resolve(file));
    }

    /** A file below {@code /sys}, likewise. */
    Optional<String> sys(String file) {
        return text(sys.resolve(file));
    }

    private static Optional<String> text(Path file) {
        try {
            // Not readString: it asks for one byte first, and a file of /proc/sys gives the rest to nobody who asks again.
            return Optional.of(String.join("\n", Files.readAllLines(file, StandardCharsets.ISO_8859_1)).strip());
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** The choice in brackets of a file such as {@code always [madvise] never}. */
    Optional<String> choice(String file) {
        return sys(file).map(text -> {
            int open = text.indexOf('[');
            int close = text.indexOf(']');
            return open >= 0 && close > open ? text.substring(open + 1, close) : text;
        });
    }

    /** The value of a boot parameter, empty text where it has none; absent where the kernel was booted without it. */
    Optional<String> parameter(String name) {
        for (String word : proc("cmdline").orElse("").split("\\s+")) {
            if (word.equals(name)) {
                return Optional.of("");
            }
            if (word.startsWith(name + "=")) {
                return Optional.of(word.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** Whether an option is built into the kernel; absent where the kernel does not tell ({@code /proc/config.gz}). */
    Optional<Boolean> configured(String option) {
        try {
            byte[] file = Files.readAllBytes(proc.resolve("config.gz"));
            if (file.length > 1 && file[0] == GZIP_MAGIC) {
                try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
                    file = in.readAllBytes();
                }
            }
            String text = "\n" + new String(file, StandardCharsets.ISO_8859_1);
            return Optional.of(text.contains("\n" + option + "=y"));
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    /** The CPUs of a list as the kernel and its boot parameters write it, flags such as {@code domain,} left out. */
    Optional<CpuSet> cpus(String list) {
        StringBuilder plain = new StringBuilder();
        for (String word : list.split(",")) {
            if (!word.isEmpty() && Character.isDigit(word.charAt(0))) {
                plain.append(plain.isEmpty() ? "" : ",").append(word);
            }
        }
        try {
            return Optional.of(plain.isEmpty() ? CpuSet.EMPTY : CpuList.plain(plain.toString()));
        } catch (CpuListException otherGrammar) {
            return Optional.empty();
        }
    }

    /** Names in a folder below {@code /proc} or {@code /sys} that match a glob pattern, in no order. */
    static List<String> names(Path folder, String glob) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (IOException hidden) {
            // None that can be seen.
        }
        return names;
    }

    /** Names of the folders in a folder, in no order. */
    static List<String> folders(Path folder) {
        return names(folder, "*").stream().filter(name -> Files.isDirectory(folder.resolve(name))).toList();
    }

    /** The cores that are not to be quiet; all where there would be none. */
    public CpuSet others() {
        CpuSet others = all.minus(lwk);
        return others.isEmpty() ? all : others;
    }
}
