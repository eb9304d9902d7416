package org.outrigger.kernel.boot;

import java.util.Map;
import java.util.TreeMap;

/** What a process has mapped where. Source: {@code /proc/PID/maps}, {@code proc(5)}. */
final class MappedFiles {
    /** The map of a process that cannot be asked any more. */
    static final MappedFiles UNKNOWN = new MappedFiles();

    private static final int HEX = 16;
    private static final int FIELDS = 6;

    private record Mapping(long end, long offset, String name) {
    }

    private final TreeMap<Long, Mapping> byStart = new TreeMap<>();

    private MappedFiles() {
    }

    /** Reads the text of the file; lines of another form are passed over. */
    static MappedFiles of(String text) {
        MappedFiles map = new MappedFiles();
        for (String line : text.split("\n")) {
            String[] words = line.split(" +", FIELDS);
            int dash = words[0].indexOf('-');
            if (words.length >= FIELDS - 1 && dash > 0) {
                map.byStart.put(Long.parseUnsignedLong(words[0], 0, dash, HEX),
                        new Mapping(Long.parseUnsignedLong(words[0], dash + 1, words[0].length(), HEX),
                                Long.parseUnsignedLong(words[2], HEX), words.length < FIELDS ? "" : words[FIELDS - 1]));
            }
        }
        return map;
    }

    /** Where the mapping ends that an address is in; 0 for an address in none. */
    long end(long address) {
        Map.Entry<Long, Mapping> below = byStart.floorEntry(address);
        return below == null || address >= below.getValue().end ? 0 : below.getValue().end;
    }

    /** The place of a call that was made at an address. */
    TrapSites.Place place(long address, int nr) {
        Map.Entry<Long, Mapping> below = byStart.floorEntry(address);
        if (below == null || address >= below.getValue().end) {
            return new TrapSites.Place(TrapSites.Place.GONE, address, nr);
        }
        Mapping mapping = below.getValue();
        if (mapping.name.isEmpty()) {
            return new TrapSites.Place(TrapSites.Place.ANONYMOUS, address, nr);
        }
        boolean file = mapping.name.startsWith("/");
        return new TrapSites.Place(mapping.name, file ? address - below.getKey() + mapping.offset : address, nr);
    }
}
