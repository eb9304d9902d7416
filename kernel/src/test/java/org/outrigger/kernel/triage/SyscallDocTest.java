package org.outrigger.kernel.triage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/syscalls.md} says what the table says; with {@code -Doutrigger.regenerate=true} this test writes it instead. */
class SyscallDocTest {

    private static final String REGENERATE = "mvn -pl kernel -am test -Dtest=SyscallDocTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Doutrigger.regenerate=true";

    @Test
    void theDocumentIsTheTable() throws Exception {
        Path document = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("../docs/syscalls.md").normalize();
        String generated = TriageMarkdown.render(TriageTable.standard(), REGENERATE);
        if (Boolean.getBoolean("outrigger.regenerate")) {
            Files.createDirectories(document.getParent());
            Files.writeString(document, generated);
        }
        String written = Files.exists(document) ? Files.readString(document) : "";
        assertTrue(generated.equals(written), "docs/syscalls.md differs from triage.table; write it anew with: " + REGENERATE);
    }
}
