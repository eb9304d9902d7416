package org.outrigger.kernel.triage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TriageRenderingTest {

    private static final TriageTable SMALL = TriageTable.parse("""
            0 read HERE descriptors belong to Linux
            39 getpid LWK fixed when the process begins
            101 ptrace REFUSE EPERM either this | or that
            """);

    @Test
    void textIsAligned() {
        assertEquals("""
                NUMBER  NAME    DISPOSITION   REASON
                     0  read    HERE          descriptors belong to Linux
                    39  getpid  LWK           fixed when the process begins
                   101  ptrace  REFUSE EPERM  either this | or that
                """, TriageText.render(SMALL));
    }

    @Test
    void textHasALineForEveryCall() {
        TriageTable standard = TriageTable.standard();
        assertEquals(standard.lines().size() + 1, TriageText.render(standard).lines().count());
    }

    @Test
    void jsonSaysTheSame() {
        JsonNode root = JsonMapper.shared().readTree(TriageJson.render(SMALL));
        assertEquals(JsonMapper.shared().readTree("""
                {"schema": 1, "calls": [
                  {"number": 0, "name": "read", "disposition": "HERE", "reason": "descriptors belong to Linux"},
                  {"number": 39, "name": "getpid", "disposition": "LWK", "reason": "fixed when the process begins"},
                  {"number": 101, "name": "ptrace", "disposition": "REFUSE", "errno": "EPERM", "reason": "either this | or that"}
                ]}
                """), root);
        assertTrue(TriageJson.render(SMALL).endsWith("}\n"));
    }

    @Test
    void markdownHasASectionForEachDispositionInUse() {
        String text = TriageMarkdown.render(SMALL, "make it");
        assertTrue(text.startsWith("<!-- Generated from triage.table by:  make it -->\n"), text);
        assertTrue(text.contains("| `LWK` | the lightweight kernel, over the channel | 1 |\n"), text);
        assertTrue(text.contains("## LWK: the lightweight kernel, over the channel\n\n"
                + "| number | name | reason |\n|---:|---|---|\n| 39 | `getpid` | fixed when the process begins |\n"), text);
        assertTrue(text.contains("| 101 | `ptrace` | `EPERM` | either this \\| or that |\n"), text);
        assertFalse(text.contains("## SHIP"), text);
    }
}
