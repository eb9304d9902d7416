package org.outrigger.node.partition;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.abi.ErrnoNames;
import org.outrigger.host.Affinity;
import org.outrigger.host.Syscalls;
import org.outrigger.node.CpuSet;

/** The node that this process runs on. */
public final class SystemFiles implements NodeFiles {
    private final Syscalls linux = new Syscalls();

    @Override
    public Optional<String> read(String path) {
        try {
            // By lines, since files of /proc/sys give their text to one read only.
            return Optional.of(String.join("\n", Files.readAllLines(Path.of(path), StandardCharsets.ISO_8859_1)).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    @Override
    public void write(String path, String value) throws IOException {
        try {
            Files.write(Path.of(path), value.getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.WRITE);
        } catch (FileSystemException refused) {
            throw new IOException(path + ": " + (refused.getReason() == null ? "cannot be written" : refused.getReason()),
                    refused);
        } catch (IOException refused) {
            throw new IOException(path + ": " + refused.getMessage(), refused);
        }
    }

    @Override
    public void makeFolder(String path) throws IOException {
        try {
            Files.createDirectory(Path.of(path));
        } catch (FileSystemException refused) {
            throw new IOException(path + ": cannot be made: " + reason(refused), refused);
        }
    }

    @Override
    public void removeFolder(String path) throws IOException {
        try {
            Files.delete(Path.of(path));
        } catch (FileSystemException refused) {
            throw new IOException(path + ": cannot be removed: " + reason(refused), refused);
        }
    }

    private static String reason(FileSystemException refused) {
        return refused.getReason() == null ? refused.getClass().getSimpleName().replace("Exception", "") : refused.getReason();
    }

    @Override
    public boolean writable(String path) {
        return Files.isWritable(Path.of(path));
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(Path.of(path));
    }

    @Override
    public List<String> names(String folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (IOException hidden) {
            return List.of();
        }
        names.sort(null);
        return names;
    }

    @Override
    public Optional<CpuSet> affinity(int tid) {
        return Affinity.of(linux, tid).map(CpuSet::of);
    }

    @Override
    public void bind(int tid, CpuSet cpus) throws IOException {
        long answer = Affinity.bind(linux, tid, cpus.toArray());
        if (answer < 0) {
            throw new IOException("thread " + tid + " cannot be bound to CPU " + cpus + ": " + ErrnoNames.message((int) -answer));
        }
    }
}
