package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Huge pages of 2 MiB in Linux's pool for as long as a test lasts; afterwards as many as before it, come what may. */
final class PoolOfPages implements AutoCloseable {
    private static final Path POOL = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");
    private static final long PAGE_MIB = 2;
    /** What the machine must have beyond the pool. */
    private static final long SPARE_MIB = 1024;

    private final long before;
    private final Thread atExit = new Thread(this::restore);

    /** Takes so many pages more, or skips the test and says why. */
    PoolOfPages(int pages) {
        Machine.skipUnless(Files.isWritable(POOL.resolve("nr_hugepages")) && "root".equals(System.getProperty("user.name")),
            "huge pages can be put into the pool by root only");
        Machine.skipUnless(available() > pages * PAGE_MIB + SPARE_MIB, "there is too little memory for " + pages + " huge pages");
        before = number("nr_hugepages");
        Runtime.getRuntime().addShutdownHook(atExit);
        set(before + pages);
        if (number("nr_hugepages") < before + pages || free() < pages) {
            String got = number("nr_hugepages") - before + " of " + pages;
            close();
            Machine.skipUnless(false, "memory is too fragmented: Linux made " + got + " huge pages");
        }
    }

    private static long available() {
        try {
            String line = Files.readAllLines(Path.of("/proc/meminfo")).stream().filter(text -> text.startsWith("MemAvailable:"))
                .findFirst().orElse("MemAvailable: 0 kB");
            return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String name) {
        try {
            return Long.parseLong(Files.readString(POOL.resolve(name)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void set(long pages) {
        try {
            Files.writeString(POOL.resolve("nr_hugepages"), pages + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Pages that nobody has and nobody was promised. */
    long free() {
        return number("free_hugepages") - number("resv_hugepages");
    }

    private void restore() {
        set(before);
    }

    @Override
    public void close() {
        restore();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
