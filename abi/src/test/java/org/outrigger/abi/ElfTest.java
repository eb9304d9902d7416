package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ElfTest {

    @Test
    void readsAProgramOfThisMachine() throws Exception {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(Path.of("/bin/true")));
        Elf elf = Elf.parse(file).orElseThrow();
        assertTrue(elf.isX8664());
        assertEquals(Elf.CLASS64, elf.elfClass());
        assertEquals(Elf.DATA_LSB, elf.data());
        assertEquals(Elf.EM_X86_64, elf.machine());
        assertTrue(elf.interpreter(file).orElseThrow().startsWith("/lib"), elf.interpreter(file).toString());
        List<Elf.Segment> code = elf.segments(file).stream()
                .filter(segment -> segment.type() == Elf.PT_LOAD && (segment.flags() & Elf.PF_X) != 0).toList();
        assertTrue(code.stream().anyMatch(segment ->
                elf.entry() >= segment.address() && elf.entry() < segment.address() + segment.size()), code.toString());
    }

    @Test
    void readsAHeaderOfAnotherMachine() {
        ByteBuffer arm = header(Elf.CLASS32, Elf.DATA_MSB, 52, ByteOrder.BIG_ENDIAN);
        arm.putShort(16, (short) Elf.ET_EXEC).putShort(18, (short) Elf.EM_ARM).putInt(24, 0x8000_0000);
        Elf elf = Elf.parse(arm).orElseThrow();
        assertEquals(new Elf(Elf.CLASS32, Elf.DATA_MSB, Elf.ET_EXEC, Elf.EM_ARM, 0x8000_0000L, 0, 0, 0), elf);
        assertFalse(elf.isX8664());
        assertEquals(List.of(), elf.segments(arm));
    }

    @Test
    void tellsProgramsFromOtherX86Files() {
        for (int type = 0; type <= Elf.ET_CORE; type++) {
            ByteBuffer file = header(Elf.CLASS64, Elf.DATA_LSB, Elf.HEADER_SIZE, ByteOrder.LITTLE_ENDIAN);
            file.putShort(16, (short) type).putShort(18, (short) Elf.EM_X86_64);
            assertEquals(type == Elf.ET_EXEC || type == Elf.ET_DYN, Elf.parse(file).orElseThrow().isX8664());
        }
    }

    @Test
    void whatIsNoElfFileIsEmpty() {
        assertEquals(Optional.empty(), Elf.parse(ByteBuffer.allocate(0)));
        assertEquals(Optional.empty(), Elf.parse(ByteBuffer.wrap("#!/bin/sh\n".repeat(20).getBytes(StandardCharsets.US_ASCII))));
        ByteBuffer cutShort = header(Elf.CLASS64, Elf.DATA_LSB, Elf.HEADER_SIZE - 1, ByteOrder.LITTLE_ENDIAN);
        assertEquals(Optional.empty(), Elf.parse(cutShort));
        assertEquals(Optional.empty(), Elf.parse(header(3, Elf.DATA_LSB, Elf.HEADER_SIZE, ByteOrder.LITTLE_ENDIAN)));
        assertEquals(Optional.empty(), Elf.parse(header(Elf.CLASS64, 0, Elf.HEADER_SIZE, ByteOrder.LITTLE_ENDIAN)));
    }

    @Test
    void headersThatPointOutsideTheFileYieldNothing() {
        for (long offset : new long[] {64, 1L << 40, -1, Long.MAX_VALUE}) {
            ByteBuffer file = header(Elf.CLASS64, Elf.DATA_LSB, Elf.HEADER_SIZE, ByteOrder.LITTLE_ENDIAN);
            file.putLong(32, offset).putShort(54, (short) 56).putShort(56, (short) 2);
            Elf elf = Elf.parse(file).orElseThrow();
            assertEquals(List.of(), elf.segments(file));
            assertEquals(Optional.empty(), elf.interpreter(file));
        }
    }

    @Test
    void anInterpreterOutsideTheFileIsEmpty() {
        for (long[] place : new long[][] {{119, 2}, {-5, 2}, {0, Long.MAX_VALUE}, {0, 1}, {0, -3}}) {
            ByteBuffer file = header(Elf.CLASS64, Elf.DATA_LSB, 120, ByteOrder.LITTLE_ENDIAN);
            file.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
            file.putInt(64, Elf.PT_INTERP).putLong(72, place[0]).putLong(96, place[1]);
            assertEquals(Optional.empty(), Elf.parse(file).orElseThrow().interpreter(file));
        }
    }

    private static ByteBuffer header(int elfClass, int data, int bytes, ByteOrder order) {
        ByteBuffer file = ByteBuffer.allocate(bytes).order(order);
        file.put(0, new byte[] {0x7f, 'E', 'L', 'F', (byte) elfClass, (byte) data, 1});
        return file;
    }
}
