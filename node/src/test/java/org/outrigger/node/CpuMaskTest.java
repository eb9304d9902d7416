package org.outrigger.node;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class CpuMaskTest {

    /** Linux on 8 CPUs reads back 0f where f was written: what we write must be what is read. */
    @Test
    void masksHaveTheDigitsOfTheKernels() {
        assertEquals("0f", CpuMask.text(CpuSet.of(0, 1, 2, 3), "ff"));
        assertEquals("1", CpuMask.text(CpuSet.of(0), "3"));
        assertEquals("00000001", CpuMask.text(CpuSet.of(0), "ffffffff\n"));
        assertEquals("0,00000001", CpuMask.text(CpuSet.of(0), "f,ffffffff"));
        assertEquals("000,00000000,00000003", CpuMask.text(CpuSet.of(0, 1), "fff,ffffffff,ffffffff"));
        assertEquals("1,00000000", CpuMask.text(CpuSet.of(32), "1"));
    }
}
