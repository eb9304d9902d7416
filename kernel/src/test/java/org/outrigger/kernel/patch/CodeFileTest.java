package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.abi.Nr;

class CodeFileTest {

    private static final Path LIBC = Path.of("/lib/x86_64-linux-gnu/libc.so.6");

    @TempDir
    private Path dir;
    private SiteCache cache;

    @BeforeEach
    void needsTheCLibrary() throws IOException {
        boolean present = Files.isReadable(LIBC);
        if (!present) {
            System.err.println("SKIPPED: there is no " + LIBC);
        }
        Assumptions.assumeTrue(present);
        cache = new SiteCache(dir.resolve("cache"), (Integer) Files.getAttribute(dir, "unix:uid"));
    }

    private CodeFile.Finding at(long offset) {
        return CodeFile.findings(LIBC.toString(), List.of(offset), cache).get(offset);
    }

    @Test
    void aSiteIsInItsFunctionAndNothingSpeaksAgainstIt() throws IOException {
        Site site = cache.sites(LIBC).sites().stream().filter(each -> each.nr() == Nr.GETPPID).findFirst().orElseThrow();
        CodeFile.Finding finding = at(site.offset() + Site.MOV_SIZE);
        assertEquals("getppid", finding.function());
        assertTrue(finding.functionOffset() >= Site.MOV_SIZE && finding.functionOffset() < 32, finding::toString);
        assertEquals(Optional.empty(), finding.why());
    }

    @Test
    void theFindersObjectionIsTheReason() throws IOException {
        SiteMap map = cache.sites(LIBC);
        LeftSite left = map.left().stream().filter(each -> each.reason() == LeftSite.Reason.OTHER_FORM).findFirst().orElseThrow();
        Image image = Image.of(Libraries.map(LIBC)).orElseThrow();
        assertEquals(Optional.of(left.reason().text()), at(image.offset(left.vaddr(), 1)).why());
        assertEquals(new CodeFile.Finding("", 0, Optional.of("not found by the search")), at(1));
    }

    @Test
    void nothingIsSearchedForTheReport() {
        assertEquals(Optional.of("the file was not searched"), at(1).why());
        assertTrue(Files.notExists(dir.resolve("cache")));
    }

    @Test
    void aFileThatIsNoProgramTellsNothing() throws IOException {
        Path text = Files.writeString(dir.resolve("text"), "no program");
        Path empty = Files.createFile(dir.resolve("empty"));
        for (String path : List.of(text.toString(), empty.toString(), dir.resolve("absent").toString(), "/\0", dir.toString())) {
            assertEquals(Map.of(7L, CodeFile.Finding.NONE), CodeFile.findings(path, List.of(7L), cache), path);
        }
    }
}
