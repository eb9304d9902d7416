package org.outrigger.corert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C and Java agree on what they share, whatever the compiler of this machine thinks of it. */
class LayoutTest {
    private static final Pattern STRUCT = Pattern.compile("(?s)struct (\\w+) \\{(.*?)\\n\\};");
    private static final Pattern FIELD = Pattern.compile("(?m)^\\s+(struct \\w+|\\w+) (\\w+)(?:\\[[^;]*)?;");
    private static final int CACHE_LINE = 64;

    /** What the constants of Java's class are called that have not the name of their field. */
    private static final Map<String, String> RENAMED = Map.of("shared.slots", "SLOT_BASE", "statistic.count", "STAT_COUNT",
            "statistic.max", "STAT_MAX", "statistic.bucket", "STAT_BUCKET", "shared.sites", "SITE_TABLE",
            "site.owner", "SITE_OWNER", "site.address", "SITE_ADDRESS", "site.count", "SITE_COUNT");

    /** Where a field lies. */
    private record Place(long offset, long size) {
        boolean inLines(int first, int last) {
            return offset >= (long) first * CACHE_LINE && offset + size <= (last + 1L) * CACHE_LINE;
        }
    }

    @TempDir
    private Path workplace;

    private static Map<String, Long> java() throws IllegalAccessException {
        Map<String, Long> constants = new TreeMap<>();
        for (Field field : Layout.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                constants.put(field.getName(), field.getLong(null));
            }
        }
        return constants;
    }

    @Test
    void javaHasWhatTheHeaderSaysAndNothingElse() throws Exception {
        Map<String, Long> c = new TreeMap<>();
        for (String line : SourceFolder.run(SourceFolder.PATH.resolve("layout-gen.c"), workplace, "check")) {
            String[] words = line.split(" ");
            assertEquals(null, c.put(words[0], Long.parseUnsignedLong(words[1])), () -> words[0] + " is there twice");
        }
        assertTrue(c.size() > 60, () -> "only " + c.size() + " facts");
        assertEquals(c, java());
    }

    /** Not over layout-gen.c: the test finds the fields in the header by itself. */
    private Map<String, Place> places() throws IOException, InterruptedException {
        String header = Files.readString(SourceFolder.PATH.resolve("layout.h")).replaceAll("(?s)/\\*.*?\\*/", "");
        StringBuilder program = new StringBuilder("""
                #include <stddef.h>
                #include <stdio.h>
                #include "layout.h"
                #define SIZE(type) printf("%s 0 %zu\\n", #type, sizeof(struct type));
                #define PLACE(type, field) printf("%s.%s %zu %zu\\n", #type, #field, offsetof(struct type, field), \\
                                                  sizeof(((struct type *)0)->field));
                int main(void) {
                """);
        Matcher struct = STRUCT.matcher(header);
        while (struct.find()) {
            String type = struct.group(1);
            program.append("SIZE(" + type + ")\n");
            Matcher field = FIELD.matcher(struct.group(2));
            while (field.find()) {
                program.append("PLACE(" + type + ", " + field.group(2) + ")\n");
            }
        }
        Path source = workplace.resolve("fields.c");
        Files.writeString(source, program.append("}\n"));
        Map<String, Place> places = new LinkedHashMap<>();
        for (String line : SourceFolder.run(source, workplace)) {
            String[] words = line.split(" ");
            places.put(words[0], new Place(Long.parseLong(words[1]), Long.parseLong(words[2])));
        }
        return places;
    }

    @Test
    void everyOffsetIsThatOfAField() throws Exception {
        Map<String, Place> places = places();
        Map<String, Long> expected = new HashMap<>();
        places.forEach((name, place) -> {
            if (name.contains(".")) {
                String plain = name.substring(name.indexOf('.') + 1).toUpperCase(Locale.ROOT);
                expected.put(RENAMED.getOrDefault(name, plain), place.offset);
            }
        });
        expected.put("SHARED_SIZE", places.get("shared").size);
        expected.put("BELLS_SIZE", places.get("bells").size);
        expected.put("STAT_SIZE", places.get("statistic").size);
        expected.put("SITE_SIZE", places.get("site").size);
        String header = Files.readString(SourceFolder.PATH.resolve("layout.h"));
        java().forEach((name, value) -> {
            if (!Pattern.compile("#define " + name + "\\b").matcher(header).find()) {
                assertEquals(expected.get(name), value, name);
            }
        });
    }

    @Test
    void noFieldOfSharedMemoryIsSplitOrOverlapsItsNeighbour() throws Exception {
        String previous = "";
        Map<String, Place> places = places();
        for (Map.Entry<String, Place> entry : places.entrySet()) {
            String name = entry.getKey();
            Place place = entry.getValue();
            if (name.contains(".")) {
                Place before = places.get(previous);
                boolean first = !previous.contains(".");
                assertTrue(first ? place.offset == 0 : place.offset == before.offset + before.size, () -> name + " after a gap");
                assertEquals(0, place.offset % Math.min(place.size & -place.size, 8), () -> name + " is not aligned");
            }
            previous = name;
        }
        assertEquals(Layout.SLOT_SIZE, places.get("slot").size);
    }

    @Test
    void cacheLinesHaveOneWriterEach() throws Exception {
        Map<String, Place> places = places();
        for (String field : List.of("req_seq", "op", "nr", "arg")) {
            assertTrue(places.get("slot." + field).inLines(0, 0), field);
        }
        for (String field : List.of("rep_seq", "kind", "value", "reply")) {
            assertTrue(places.get("slot." + field).inLines(1, 1), field);
        }
        assertTrue(places.get("slot.siginfo").inLines(4, 5));
        assertTrue(places.get("slot.mask").inLines(6, 7));
        assertEquals(0, Layout.SLOT_BASE % CACHE_LINE);
        assertEquals(0, Layout.SLOT_SIZE % CACHE_LINE);
    }

    @Test
    void rangesOfTheProcessDoNotOverlap() {
        assertTrue(Layout.ARENA_BASE < Layout.ARENA_END);
        assertTrue(Layout.ARENA_END <= Layout.RT_TEXT);
        assertTrue(Layout.RT_TEXT + Layout.RT_TEXT_SIZE <= Layout.RT_DATA);
        assertTrue(Layout.RT_DATA < Layout.RT_SHM);
        assertTrue(Layout.RT_SHM + Layout.SHARED_SIZE <= Layout.RT_END, "the shared memory outgrows its place");
        assertEquals(Layout.SLOTS, Layout.SLOT_WORDS * Long.SIZE);
        assertEquals(Layout.SLOT_BASE + Layout.SLOTS * Layout.SLOT_SIZE, Layout.STATS);
    }
}
