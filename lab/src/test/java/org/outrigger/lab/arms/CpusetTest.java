package org.outrigger.lab.arms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a group goes, by what the machine mounts; the machines are folders. */
class CpusetTest {
    private static final String FIRST = "30 24 0:26 / %s rw,relatime shared:9 - cgroup cgroup rw,cpuset";
    private static final String SECOND = "29 24 0:25 / %s rw - cgroup2 cgroup2 rw,nsdelegate";

    @TempDir
    private Path root;

    private Path self(String mounts, String groups) throws IOException {
        Path self = Files.createDirectories(root.resolve("self"));
        Files.writeString(self.resolve("mountinfo"), "22 1 0:21 / /proc rw - proc proc rw\n" + mounts + "\n");
        Files.writeString(self.resolve("cgroup"), groups);
        return self;
    }

    @Test
    void mounts() {
        List<String> hybrid = List.of(FIRST.formatted("/a"), "31 24 0:27 / /b rw - cgroup cgroup rw,cpu,cpuacct",
                SECOND.formatted("/u"));
        assertEquals(Optional.of(Path.of("/a")), Cpuset.mount(hybrid, "cgroup", "cpuset"));
        assertEquals(Optional.of(Path.of("/u")), Cpuset.mount(hybrid, "cgroup2", ""));
        assertEquals(Optional.empty(), Cpuset.mount(List.of(SECOND), "cgroup", "cpuset"));
        assertEquals(Optional.empty(),
                Cpuset.mount(List.of("22 1 0:21 / /sys/fs/cgroup rw - tmpfs cpuset rw"), "cgroup", "cpuset"));
    }

    /** A folder has not the files that a control group has by itself, so making one there fails where they would be written. */
    @Test
    void theFirstVersionIsPreferredAndBelowItsOwn() throws IOException {
        Path own = Files.createDirectories(root.resolve("v1/jobs/7"));
        Files.writeString(own.resolve("cpuset.mems"), "0\n");
        Path self = self(FIRST.formatted(root.resolve("v1")) + "\n" + SECOND.formatted(root.resolve("v2")),
                "4:cpuset:/jobs/7\n0::/\n");
        try (Journal journal = Journal.open(Workshop.ground())) {
            IOException missing = assertThrows(IOException.class, () -> Cpuset.make(self, journal, "1"));
            assertEquals(own, Path.of(missing.getMessage()).getParent().getParent());
        }
    }

    @Test
    void withoutTheController() throws IOException {
        Path own = Files.createDirectories(root.resolve("v2/user/session"));
        for (Path group : List.of(root.resolve("v2"), own.getParent(), own)) {
            Files.writeString(group.resolve("cgroup.controllers"), "cpu memory\n");
            Files.writeString(group.resolve("cgroup.subtree_control"), "cpu\n");
        }
        Path self = self(SECOND.formatted(root.resolve("v2")), "0::/user/session\n");
        try (Journal journal = Journal.open(Workshop.ground())) {
            assertEquals("no cpuset controller",
                    assertThrows(IOException.class, () -> Cpuset.make(self, journal, "1")).getMessage());
        }
        assertEquals("cpu\n", Files.readString(root.resolve("v2/cgroup.subtree_control")), "nothing was changed");
    }
}
