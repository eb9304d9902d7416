package org.outrigger.kernel.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.abi.Nr;
import org.outrigger.host.CString;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Syscalls;

class ExecCheckTest {
    private final Syscalls linux = new Syscalls();
    private final ExecCheck check = new ExecCheck(new ProcFile(linux));
    private Path program;

    @TempDir
    private Path folder;

    @BeforeEach
    void copyOfAProgram() throws IOException {
        program = Files.copy(Path.of("/bin/true"), folder.resolve("program"));
    }

    private Optional<String> withMode(int mode) throws IOException {
        Files.setAttribute(program, "unix:mode", mode);
        assertEquals(mode, (int) Files.getAttribute(program, "unix:mode") & 07777);
        return check.plainLinux(program.toString());
    }

    @Test
    void ordinaryProgramsMayBeTraced() throws IOException {
        assertEquals(Optional.empty(), withMode(0755));
        assertEquals(Optional.empty(), withMode(01755));
        assertEquals(Optional.empty(), check.plainLinux(folder.resolve("nowhere").toString()));
    }

    @Test
    void privilegedProgramsRunOnPlainLinux() throws IOException {
        assertTrue(withMode(04755).orElseThrow().contains("set-user-id"));
        assertTrue(withMode(02755).orElseThrow().contains("set-group-id"));
        assertTrue(withMode(06755).isPresent());
        Path link = Files.createSymbolicLink(folder.resolve("link"), program);
        assertTrue(check.plainLinux(link.toString()).isPresent());
    }

    /** Without the right to execute for the group, the bit means mandatory locking. */
    @Test
    void aSetGroupIdBitAloneMeansNothing() throws IOException {
        assertEquals(Optional.empty(), withMode(02745));
    }

    @Test
    void programsWithCapabilitiesRunOnPlainLinux() {
        long result;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(20, 8); // struct vfs_cap_data, linux/capability.h
            value.set(ValueLayout.JAVA_INT, 0, 0x0200_0001);
            value.set(ValueLayout.JAVA_INT, 4, 1 << 10); // CAP_NET_BIND_SERVICE
            result = linux.call(Nr.SETXATTR, CString.of(program.toString()).address(),
                    CString.of("security.capability").address(), value.address(), 20, 0, 0);
        }
        if (result < 0) {
            System.out.println("skipped: this user may not give capabilities to a file in " + folder + ": errno " + -result);
        }
        assumeTrue(result == 0, "this user may not give capabilities to a file");
        assertEquals(Optional.of("program with file capabilities"), check.plainLinux(program.toString()));
    }
}
