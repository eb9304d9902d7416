package org.outrigger.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.abi.Errno;

/** What the LWK sees of files and of other processes; this process plays the other one. */
class ProcessViewTest {
    private static final int PAGE = 4096;
    private static final int SELF = (int) ProcessHandle.current().pid();

    private final Syscalls linux = new Syscalls();
    private final ProcFile files = new ProcFile(linux);
    private final RemoteMemory remote = new RemoteMemory(linux);
    private final MemorySegment pages = Arena.ofAuto().allocate(4 * PAGE, PAGE);

    @TempDir
    private Path folder;

    @Test
    void filesAreReadWhole() throws IOException {
        Path file = folder.resolve("größe");
        Files.writeString(file, "grün\n");
        assertEquals("grün\n", files.text(file.toString()));
        Files.write(file, new byte[100_000]);
        assertEquals(65_536, files.bytes(file.toString()).length);
        Files.write(file, new byte[0]);
        assertEquals(0, files.bytes(file.toString()).length);
        assertTrue(files.text("/proc/self/status").contains("Pid:\t" + SELF));
    }

    @Test
    void whatIsNotThereIsTold() {
        String nowhere = folder.resolve("nowhere").toString();
        assertNull(files.bytes(nowhere));
        assertEquals("", files.text(nowhere));
        assertEquals("", files.link(nowhere));
        assertEquals(-Errno.ENOENT, files.mode(nowhere));
        assertFalse(files.hasAttribute(nowhere, CString.of("user.outrigger")));
    }

    @Test
    void linksModesAndAttributes() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertEquals(file.toString(), files.link(link.toString()));
        assertEquals(0100751, files.mode(link.toString()));
        MemorySegment name = CString.of("user.outrigger");
        assertFalse(files.hasAttribute(file.toString(), name));
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        boolean supported = Files.getFileStore(file).supportsFileAttributeView(UserDefinedFileAttributeView.class);
        if (!supported) {
            System.out.println("skipped: the file system of " + folder + " has no extended attributes");
        }
        assumeTrue(supported, "no extended attributes");
        view.write("outrigger", ByteBuffer.wrap(new byte[] {1}));
        assertTrue(files.hasAttribute(file.toString(), name));
    }

    @Test
    void stringsOfAnotherProcess() {
        for (String text : List.of("", "/bin/true", "/grün/ä", "x".repeat(PAGE - 1))) {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            for (int before : new int[] {0, 1, length / 2, Math.max(0, length - 1), length, length + 1}) {
                long at = 2L * PAGE - before; // over the boundary of two pages, at each of its bytes
                pages.setString(at, text);
                assertEquals(text, remote.string(SELF, pages.address() + at));
            }
        }
        pages.setString(PAGE - 2, "aä€");
        assertEquals("aä€", remote.string(SELF, pages.address() + PAGE - 2), "a character on both sides of the boundary");
    }

    @Test
    void badPointersAreNoStrings() {
        assertNull(remote.string(SELF, 0));
        assertNull(remote.string(SELF, 8));
        assertNull(remote.string(SELF, -1));
        assertNull(remote.string(SELF, 0xffff_8000_0000_0000L));
        assertEquals(-Errno.EFAULT, remote.read(SELF, 16, 8));
        assertEquals(-Errno.ESRCH, remote.read(Integer.MAX_VALUE, pages.address(), 8));
        pages.fill((byte) 'x');
        assertNull(remote.string(SELF, pages.address()), "longer than any path");
    }

    @Test
    void aThreadIsBoundToTheCoresItIsTold() throws InterruptedException {
        String[] seen = new String[2];
        long[] result = new long[2];
        Thread thread = new Thread(() -> {
            Syscalls own = new Syscalls();
            ProcFile status = new ProcFile(own);
            String allowed = cpus(status);
            int cpu = Integer.parseInt(allowed.split("[-,]")[0]);
            result[0] = Affinity.bind(own, 0, new int[] {cpu});
            seen[0] = cpus(status);
            seen[1] = Integer.toString(cpu);
            result[1] = Affinity.bind(own, 0, new int[] {1023});
        });
        thread.start();
        thread.join();
        assertEquals(0, result[0]);
        assertEquals(seen[1], seen[0]);
        assertEquals(-Errno.EINVAL, result[1]);
        assertEquals(-Errno.ESRCH, Affinity.bind(linux, Integer.MAX_VALUE, new int[] {0}));
    }

    private static String cpus(ProcFile files) {
        return files.text("/proc/thread-self/status").lines().filter(line -> line.startsWith("Cpus_allowed_list:"))
                .findFirst().orElseThrow().split("\\s+")[1];
    }
}
