package org.outrigger.kernel.patch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The real files that tests read, as far as a machine has them; and those that {@code OUTRIGGER_TEST_BINARIES} lists, separated
 * by colons.
 */
final class Libraries {

    private Libraries() {
    }

    static List<Path> present() {
        String more = System.getenv().getOrDefault("OUTRIGGER_TEST_BINARIES", "");
        return Stream.concat(Stream.of(more.split(":")).filter(name -> !name.isEmpty()),
                Stream.of("/lib/x86_64-linux-gnu/libc.so.6", "/lib64/libc.so.6", "/lib64/ld-linux-x86-64.so.2",
                        "/lib/x86_64-linux-gnu/libstdc++.so.6", "/lib/x86_64-linux-gnu/libcrypto.so.3", "/bin/busybox",
                        "/usr/bin/python3", System.getProperty("java.home") + "/lib/server/libjvm.so"))
                .map(Path::of).filter(Files::isReadable).toList();
    }

    static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }
}
