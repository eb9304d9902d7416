package org.outrigger.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void readsSysfs() throws IOException {
        write("devices/system/cpu/possible", "0-255\n");
        write("devices/system/cpu/online", "0-99,128-200\n");
        Inventory inventory = Inventory.read(root, CpuSet.range(90, 130));
        assertEquals("0-255", inventory.possible().toString());
        assertEquals("0-99,128-200", inventory.online().toString());
        assertEquals("90-99,128-130", inventory.allowed().toString(), "an offline CPU is not allowed, whoever says so");
    }

    @Test
    void doesWithoutSysfs() throws IOException {
        Inventory inventory = Inventory.read(root, CpuSet.of(1, 5));
        assertEquals(new Inventory(CpuSet.of(1, 5), CpuSet.of(1, 5), CpuSet.of(1, 5)), inventory);
    }

    @Test
    void refusesNonsense() throws IOException {
        write("devices/system/cpu/online", "0-\n");
        IOException refusal = assertThrows(IOException.class, () -> Inventory.read(root, CpuSet.of(0)));
        assertTrue(refusal.getMessage().contains("cpu/online: malformed CPU list '0-'"), refusal.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Inventory(CpuSet.of(0), CpuSet.of(0), CpuSet.of(1)));
    }

    @Test
    void readsTheAllowedCpus() throws IOException {
        write("status", "Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,7\nMems_allowed_list:\t0\n");
        assertEquals("0-3,7", Inventory.allowedCpus(root.resolve("status")).toString());
        write("status", "Name:\tx\nCpus_allowed_list:\t5");
        assertEquals("5", Inventory.allowedCpus(root.resolve("status")).toString());
        write("status", "Name:\tx\n");
        assertThrows(IOException.class, () -> Inventory.allowedCpus(root.resolve("status")));
    }

    @Test
    void seesThisMachine() throws IOException {
        Inventory here = Inventory.read(Path.of("/sys"), Inventory.allowedCpus(Path.of("/proc/self/status")));
        assertFalse(here.allowed().isEmpty());
        assertTrue(here.online().containsAll(here.allowed()));
        assertTrue(here.possible().containsAll(here.online()));
    }
}
