package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.kernel.patch.LeftSite.Reason;

/** Code that looks like a call site, assembled here; the number of each call tells them apart. */
class SiteTrapTest {

    @TempDir
    private Path directory;

    /** A function with unwind information and a symbol. */
    private static String function(String name, String body) {
        return ".globl " + name + "\n.type " + name + ",@function\n" + name + ":\n.cfi_startproc\n" + body
                + "\n.cfi_endproc\n.size " + name + ",.-" + name + "\n";
    }

    private SiteMap assemble(String code, String... options) throws IOException, InterruptedException {
        Objdump.requireTool("cc");
        Path source = Files.writeString(directory.resolve("traps.S"),
                ".text\n" + code + "\n.section .note.GNU-stack,\"\",@progbits\n");
        Path library = directory.resolve("traps.so");
        List<String> command = new ArrayList<>(List.of("cc", "-shared", "-nostdlib", "-Wl,--build-id"));
        command.addAll(List.of(options));
        command.addAll(List.of("-o", library.toString(), source.toString()));
        Process compiler = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, compiler.waitFor());
        return new SiteFinder().find(Libraries.map(library));
    }

    private static Map<Integer, Integer> counts(SiteMap map) {
        Map<Integer, Integer> counts = new TreeMap<>();
        map.sites().forEach(site -> counts.merge(site.nr(), 1, Integer::sum));
        return counts;
    }

    private Optional<Reason> trap(String body) throws IOException, InterruptedException {
        SiteMap map = assemble(function("good", "mov $39,%eax\nsyscall\nret") + function("trap", body));
        assertEquals(Map.of(39, 1), counts(map));
        return map.left().stream().map(LeftSite::reason).findFirst();
    }

    @Test
    void plainSites() throws IOException, InterruptedException {
        SiteMap map = assemble(function("one",
                "endbr64\nmov $1,%eax\nsyscall\ncmp $-4095,%rax\njae 1f\nret\n1: mov $2,%eax\nsyscall\nret")
                + function("two", "1: mov $3,%eax\nsyscall\njmp 1b"));
        assertEquals(Map.of(1, 1, 2, 1, 3, 1), counts(map));
        assertTrue(map.left().isEmpty());
        assertTrue(map.buildId().matches("[0-9a-f]{40}"));
    }

    @Test
    void immediateOfAStoreThatLooksLikeTheMov() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.NO_BOUNDARY), trap("movl $39,-0x48(%rbp)\nsyscall\nret"));
    }

    @Test
    void movToR8d() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.NO_BOUNDARY), trap("mov $39,%r8d\nsyscall\nret"));
    }

    @Test
    void jumpIntoTheMov() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.CONTRADICTED), trap("test %edi,%edi\njz 1f+1\n1: mov $39,%eax\nsyscall\nret"));
    }

    @Test
    void jumpIntoTheMovFromCodeThatNothingReaches() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.ENTERED), trap("1: mov $39,%eax\nsyscall\nret\njmp 1b+2"));
    }

    @Test
    void jumpToTheSyscallItselfDoesNoHarm() throws IOException, InterruptedException {
        SiteMap map = assemble(function("shared", "mov $39,%eax\n1: syscall\nret\n2: mov $60,%edx\nmov %edx,%eax\njmp 1b"));
        assertEquals(Map.of(39, 1), counts(map));
    }

    @Test
    void dataInTheMiddleOfAFunction() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.NOT_REACHED), trap("jmp 1f\n.byte 0xb8,39,0,0,0,0x0f,5\n1: ret"));
    }

    @Test
    void dataBehindACallThatPopsItsAddress() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.NOT_REACHED), trap("call 1f\n.byte 0xb8,39,0,0,0,0x0f,5\n1: pop %rax\nret"));
    }

    @Test
    void dataBehindACallThatDoesNotReturn() throws IOException, InterruptedException {
        SiteMap map = assemble(function("leave", "mov $60,%eax\nsyscall\n.byte 0xb8,39,0,0,0,0x0f,5"));
        assertEquals(Map.of(60, 1), counts(map));
        assertEquals(Reason.NOT_REACHED, map.left().getFirst().reason());
    }

    @Test
    void dataThatLeadsDecodingAstray() throws IOException, InterruptedException {
        // The byte 05 would take the first four bytes of what follows for its own.
        assertEquals(Optional.of(Reason.CONTRADICTED), trap("jmp 1f\n.byte 0x05\n1: nop\nmov $39,%eax\nsyscall\nret"));
    }

    @Test
    void dataInNoFunction() throws IOException, InterruptedException {
        SiteMap map = assemble(function("good", "mov $39,%eax\nsyscall\nret") + "table: .byte 0xb8,39,0,0,0,0x0f,5,0xc3\n");
        assertEquals(Map.of(39, 1), counts(map));
        assertEquals(Reason.NO_FUNCTION, map.left().getFirst().reason());
    }

    @Test
    void functionWithNeitherFrameNorSymbol() throws IOException, InterruptedException {
        SiteMap map = assemble(function("good", "mov $39,%eax\nsyscall\nret") + "plain: mov $40,%eax\nsyscall\nret\n");
        assertEquals(Map.of(39, 1), counts(map));
        assertEquals(Reason.NO_FUNCTION, map.left().getFirst().reason());
    }

    @Test
    void functionWithoutFrameButWithSymbol() throws IOException, InterruptedException {
        SiteMap map = assemble(".globl f\n.type f,@function\nf: mov $40,%eax\nsyscall\nret\n.size f,.-f\n");
        assertEquals(Map.of(40, 1), counts(map));
    }

    @Test
    void functionWithFrameButWithoutSymbol() throws IOException, InterruptedException {
        String code = ".cfi_startproc\nmov $40,%eax\nsyscall\nret\n.cfi_endproc\n";
        assertEquals(Map.of(40, 1), counts(assemble(code, "-s")));
        assertEquals(Map.of(40, 1), counts(assemble(code, "-s", "-Wl,--no-eh-frame-hdr")));
    }

    @Test
    void symbolThatContradictsTheFrame() throws IOException, InterruptedException {
        // Seen from the symbol the mov is the immediate of another instruction.
        SiteMap map = assemble(function("whole", ".byte 0x90\n.globl inner\n.type inner,@function\n.set inner,1f-1\n"
                + ".byte 0x90\nmov $2,%ecx\n1: mov $39,%eax\nsyscall\nret\n.size inner,.-1b+1"));
        assertEquals(Map.of(), counts(map));
    }

    @Test
    void undecodableFunction() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.UNDECODABLE), trap(".byte 0x06\nmov $39,%eax\nsyscall\nret"));
        assertEquals(Optional.of(Reason.UNDECODABLE), trap("mov $39,%eax\nsyscall\nret\n.byte 0x06"));
    }

    @Test
    void otherFormsAreNamed() throws IOException, InterruptedException {
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("mov $39,%rax\nsyscall\nret"));
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("mov $512,%eax\nsyscall\nret"));
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("mov $39,%eax\nnop\nsyscall\nret"));
    }

    @Test
    void lockPrefixThatIsJumpedOverIsNoContradiction() throws IOException, InterruptedException {
        SiteMap map = assemble(function("locked",
                "cmpl $0,%fs:24\nje 1f\nlock\n1: cmpxchg %ecx,(%rdi)\nmov $39,%eax\nsyscall\nret"));
        assertEquals(Map.of(39, 1), counts(map));
    }
}
