package org.outrigger.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;

/** Packets and descriptors between two sockets of this process. */
class LocalSocketTest {
    private static final byte[] WORD = {1, 2, 3};

    private final Syscalls linux = new Syscalls();
    private final LocalSocket socket = new LocalSocket(linux, 100);
    private final String name = "outrigger-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

    @Test
    void aDescriptorTravelsWithAPacket() {
        int listening = socket.listen(name, 4);
        assertTrue(listening >= 0);
        assertEquals(-Errno.EADDRINUSE, socket.listen(name, 4));
        assertEquals(-Errno.EAGAIN, socket.accept(listening));
        assertFalse(Descriptors.ready(linux, listening));
        int client = socket.connect(name);
        assertTrue(Descriptors.ready(linux, listening));
        int server = socket.accept(listening);
        assertEquals(ProcessHandle.current().pid(), socket.peer(server).pid());
        int process = socket.peerProcess(server);
        assertTrue(process >= 0 && !Descriptors.ready(linux, process), "this process has not ended");
        assertEquals(Errno.EAGAIN, assertThrows(SyscallException.class, () -> socket.receive(server, false)).errno());

        int memory = SealedMemory.create(linux, "test", 8192, 0640, false);
        assertEquals(3, socket.send(client, WORD, memory));
        LocalSocket.Packet packet = socket.receive(server, false);
        assertArrayEquals(WORD, packet.bytes());
        assertTrue(packet.descriptor() >= 0 && packet.descriptor() != memory);
        SealedMemory.Facts facts = SealedMemory.inspect(linux, packet.descriptor());
        assertEquals(8192, facts.size());
        assertEquals(0640, facts.mode());
        int readOnly = SealedMemory.readOnly(linux, packet.descriptor());
        assertNull(SealedMemory.inspect(linux, readOnly), "not open for writing");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = SealedMemory.map(linux, memory, 0, 8192, true, arena);
            MemorySegment other = SealedMemory.map(linux, readOnly, 4096, 4096, false, arena);
            one.set(ValueLayout.JAVA_INT, 4100, 5);
            assertEquals(5, other.get(ValueLayout.JAVA_INT, 4));
            assertTrue(other.isReadOnly());
            assertThrows(SyscallException.class, () -> SealedMemory.map(linux, readOnly, 0, 4096, true, arena));
        }
        assertEquals(3, socket.send(server, WORD, -1));
        assertEquals(-1, socket.receive(client, true).descriptor());
        linux.call(Nr.CLOSE, server, 0, 0);
        assertEquals(0, socket.receive(client, true).bytes().length);
        LocalSocket.stopListening(linux, listening);
        assertEquals(-Errno.ECONNREFUSED, socket.connect(name));
        for (int descriptor : new int[] {listening, client, process, memory, packet.descriptor(), readOnly}) {
            linux.call(Nr.CLOSE, descriptor, 0, 0);
        }
    }

    @Test
    void onlySealedMemoryPassesInspection() {
        assertNull(SealedMemory.inspect(linux, -1));
        int unsealed = SharedMemory.create(linux, "test", 4096).descriptor();
        assertNull(SealedMemory.inspect(linux, unsealed));
        int sealed = SealedMemory.create(linux, "test", 4096, 0600, false);
        assertNotNull(SealedMemory.inspect(linux, sealed));
        assertEquals(-Errno.EPERM, linux.call(Nr.FTRUNCATE, sealed, 0, 0));
        assertEquals(-Errno.EPERM, linux.call(Nr.FTRUNCATE, sealed, 8192, 0));
        linux.call(Nr.CLOSE, sealed, 0, 0);
        linux.call(Nr.CLOSE, unsealed, 0, 0);
    }

    @Test
    void namesAndPacketsHaveAnEnd() {
        assertThrows(IllegalArgumentException.class, () -> socket.connect("n".repeat(108)));
        assertThrows(IllegalArgumentException.class, () -> socket.send(-1, new byte[101], -1));
        assertEquals(-Errno.ECONNREFUSED, socket.connect(name));
    }
}
