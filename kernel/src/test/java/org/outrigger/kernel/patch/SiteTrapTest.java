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
import java.util.Set;
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

    /** The one site of a function, by the code that it displaces, or why there is none. */
    private String form(String body) throws IOException, InterruptedException {
        SiteMap map = assemble(function("form", body));
        return map.left().isEmpty() ? map.sites().getFirst().code() + (map.sites().getFirst().hops() ? " hops" : "")
                : map.left().getFirst().reason().name();
    }

    @Test
    void immediatesThatLookLikeTheMovAreWholeInstructions() throws IOException, InterruptedException {
        assertEquals("c7 45 b8 27 00 00 00", form("movl $39,-0x48(%rbp)\nsyscall\nret"));
        assertEquals("41 b8 27 00 00 00", form("mov $39,%r8d\nsyscall\nret"));
    }

    @Test
    void numbersAreKnownOrNot() throws IOException, InterruptedException {
        assertEquals(Map.of(39, 2, 0, 1, Site.ANY, 2), counts(assemble(function("all",
                "mov $39,%rax\nsyscall\nmov $39,%eax\nsyscall\n"
                + "xor %eax,%eax\nsyscall\nmov 8(%rsp),%r9\nsyscall\nmov %edx,%eax\nsyscall\njmp 1f\n.p2align 4\n"
                + ".nops 32,8\n.p2align 4\n1: ret"))));
    }

    @Test
    void whatMayBeDisplaced() throws IOException, InterruptedException {
        for (String allowed : List.of("mov 0x8(%rsp),%r9", "movq $32,(%rsp)", "mov 0x12345(%rip),%rsi", "mov %fs:0x10,%rax",
                "and $0x80,%esi", "lea 0x110(%rsp),%rax", "movups %xmm0,0x40(%rsp)", "movl $7,0x10(%rip)",
                "and $0x12345678,%eax")) {
            assertEquals(1, assemble(function("form", allowed + "\nsyscall\nret")).sites().size(), allowed);
        }
        for (String refused : List.of("sub $0x1000,%rsp", "lea 0x100(%rsp),%rsp", "add $0x100,%esp", "push $0x12345",
                "call other",
                "jmp *0x12345(%rip)", "mov %gs:0x10,%rax", "lock incl 0x100(%rdi)", "rep movsb", "mov 0x12345(%edi),%eax",
                "endbr64", "cpuid", "rdtsc", "syscall", "xchg %eax,0x100(%rdi)", "vmovups %ymm0,0x40(%rsp)", "popq 0x100(%rdi)",
                "divl 0x100(%rdi)", "mov $0x1000,%esp", "nop\nnop\nnop\nnop\nnop")) {
            String reason = form(".globl other\n.hidden other\nother: nop\n" + refused + "\nsyscall\nret");
            assertTrue(Set.of("OTHER_FORM", "NO_ROOM").contains(reason), refused + ": " + reason);
        }
    }

    /** A function whose one site is a two-byte instruction, with something between a return and its other half. */
    private static String small(String before, String padding, String after) {
        return function("small", before + "xor %eax,%eax\nsyscall\ntest %eax,%eax\njs 1f\nret\n" + padding + "\n1: " + after
                + "\nneg %eax\nret");
    }

    private static final String LONG_NOPS = ".p2align 4\n.nops 16,8\n";

    @Test
    void shortJumpsLandInDeadPadding() throws IOException, InterruptedException {
        SiteMap map = assemble(small("", LONG_NOPS, ""));
        Site site = map.sites().getFirst();
        assertTrue(site.hops());
        assertEquals(0, site.nr());
        assertEquals(List.of(), map.left());
        // Between functions, before and behind.
        assertEquals(1, assemble(".p2align 4\n" + function("first", "ret") + ".p2align 4\n" + small("", "", "")).sites().size());
        assertEquals(1, assemble(small("", "", "") + ".p2align 5\n" + function("last", "ret")).sites().size());
        assertEquals(1, assemble(small("", "", "") + ".fill 7,1,0xcc\n" + function("last", "ret")).sites().size());
    }

    @Test
    void paddingThatMayBeExecutedIsNoHole() throws IOException, InterruptedException {
        String site = "xor %eax,%eax\nsyscall\n";
        for (String body : List.of(
                site + "jmp 2f\n1: " + LONG_NOPS + "2: dec %edi\njnz 1b\nret",
                site + "jnz 1f\n" + LONG_NOPS + "1: ret",
                site + "call *%rdx\n" + LONG_NOPS + "1: ret",
                // Nobody knows where these go.
                site + "jmp *%rdx\n" + LONG_NOPS + "1: ret",
                site + "jmp *8(%rsi,%rdx,8)\n" + LONG_NOPS + "1: ret",
                // Bytes that may as well be data: too short to be nothing but nops, or they align nothing.
                site + "ret\n.fill 11,1,0x90\nret",
                site + "ret\n.balign 16,0xcc\nret",
                site + "ret\n" + LONG_NOPS + ".byte 0x90\nret")) {
            SiteMap map = assemble(".p2align 4\n" + function("runs", body));
            assertEquals(List.of(Reason.NO_ROOM), map.left().stream().map(LeftSite::reason).toList(), body);
        }
        String entered = small("", LONG_NOPS.replace(".nops", "inside: .nops"), "");
        assertEquals(1, assemble(entered).sites().size());
        assertEquals(Reason.NO_ROOM, assemble(entered + function("other", "jmp inside+4")).left().getFirst().reason());
        assertEquals(Reason.NO_ROOM, assemble(entered + function("other", "jz inside\nret")).left().getFirst().reason());
    }

    @Test
    void paddingBetweenFunctionsThatRunOnOrAreNamedIsNoHole() throws IOException, InterruptedException {
        String gap = ".p2align 4\n.nops 16,8\n";
        assertEquals(1, assemble(small("", "", "") + gap + function("last", "ret")).sites().size());
        String runsOn = function("small", "xor %eax,%eax\nsyscall\nnop");
        assertEquals(Reason.NO_ROOM, assemble(runsOn + gap + function("last", "ret")).left().getFirst().reason());
        String calls = function("small", "xor %eax,%eax\nsyscall\ncall last");
        assertEquals(Reason.NO_ROOM, assemble(calls + gap + function("last", "ret")).left().getFirst().reason());
        assertEquals(Reason.NO_ROOM, assemble(small("", "", "") + ".globl named\nnamed:\n" + gap + function("last", "ret"))
                .left().getFirst().reason());
        assertEquals(Reason.NO_ROOM, assemble(small("", "", "") + gap + "unknown: mov %eax,%eax\nret\n" + function("last", "ret"))
                .left().getFirst().reason());
        assertEquals(Reason.NO_ROOM, assemble(small("", "", "") + ".skip 8,0\n" + function("last", "ret"))
                .left().getFirst().reason());
    }

    @Test
    void paddingWithLandingPadsIsNoHole() throws IOException, InterruptedException {
        String pads = "unwinds: ret\n" + small("", LONG_NOPS, "").replace(".cfi_startproc",
                ".cfi_startproc\n.cfi_personality 0x1b,unwinds\n.cfi_lsda 0x1b,unwinds");
        assertEquals(Reason.NO_ROOM, assemble(pads).left().getFirst().reason());
    }

    @Test
    void unwindInformationOfSignalFramesBeginsEarly() throws IOException, InterruptedException {
        // As the C library has it before what signal handlers return to: from there the bytes read as other instructions.
        SiteMap map = assemble("nopl 0(%rax)\n.cfi_startproc\n.cfi_signal_frame\n.cfi_endproc\n"
                + function("after", "mov $39,%eax\nsyscall\nret")
                + ".byte 0x0f,0x1f,0x40\n.cfi_startproc simple\n"
                + ".cfi_signal_frame\n.byte 0\nmov $15,%rax\nsyscall\n.cfi_endproc\n");
        assertEquals(Map.of(39, 1), counts(map));
        assertEquals(Reason.UNDECODABLE, map.left().getFirst().reason());
    }

    /** Two hundred sites in a row, with one hole of sixteen bytes in their middle: three jumps fit. */
    @Test
    void aHoleHasRoomForAsManyAsFit() throws IOException, InterruptedException {
        String half = "xor %eax,%eax\nsyscall\n".repeat(20);
        SiteMap map = assemble(function("many", half + "jmp 1f\n" + LONG_NOPS + "1:" + half + "ret"));
        long holes = map.sites().stream().map(site -> site.hole().vaddr()).distinct().count();
        assertEquals(map.sites().size(), holes);
        assertTrue(holes >= 3 && holes <= 6, () -> holes + " holes");
        for (Site site : map.sites()) {
            long hop = site.hole().vaddr() - site.vaddr() - 2;
            assertTrue(hop >= -128 && hop <= 127);
        }
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
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("mov $512,%eax\nsyscall\nret"));
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("mov $-1,%rax\nsyscall\nret"));
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("push $39\npop %rax\nsyscall\nret"));
        assertEquals(Optional.of(Reason.NO_ROOM), trap("mov $39,%eax\nnop\nsyscall\nret"));
        assertEquals(Optional.of(Reason.OTHER_FORM), trap("syscall\nret"));
    }

    @Test
    void lockPrefixThatIsJumpedOverIsNoContradiction() throws IOException, InterruptedException {
        SiteMap map = assemble(function("locked",
                "cmpl $0,%fs:24\nje 1f\nlock\n1: cmpxchg %ecx,(%rdi)\nmov $39,%eax\nsyscall\nret"));
        assertEquals(Map.of(39, 1), counts(map));
    }
}
