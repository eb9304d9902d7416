package org.outrigger.systest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The script that starts everything, in a tree of its own whose JVM and launcher only tell how they were called. */
class FrontDoorTest {

    private static final Instant BUILT = Instant.parse("2026-01-02T03:04:05Z");

    @TempDir
    private Path root;
    private Path cache;

    @BeforeEach
    void aTree() throws IOException {
        Path script = Path.of(Outrigger.command());
        runnable("outrigger", Files.readString(script));
        runnable("corert/target/outrigger-launch", "#!/bin/sh\nexec \"$@\"\n");
        runnable("jdk/bin/java", "#!/bin/sh\nfor word; do echo \"$word\"; done\n");
        Files.writeString(root.resolve("jdk/release"), "JAVA_VERSION=\"25.0.3\"\n");
        Path jar = Files.createDirectories(root.resolve("cli/target")).resolve("outrigger.jar");
        Files.setLastModifiedTime(Files.writeString(jar, ""), FileTime.from(BUILT));
        cache = Files.writeString(root.resolve("cli/target/outrigger.aot"), "");
    }

    private void runnable(String name, String text) throws IOException {
        Files.createDirectories(root.resolve(name).getParent());
        Files.writeString(root.resolve(name), text);
        Files.setPosixFilePermissions(root.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String called(String command, String... exported) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(root.resolve("outrigger").toString(), command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
        builder.environment().put("OUTRIGGER_NO_CACHE", "1");
        for (String name : exported) {
            builder.environment().put(name, "the user's");
        }
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    /** After a new build an ordinary user cannot train a new cache: the old one has classes that do not fit the new ones. */
    @ParameterizedTest
    @ValueSource(strings = {"run", "noise", "compare", "partition", "mem"})
    void theCacheOfAnotherBuildIsNotUsed(String command) throws IOException, InterruptedException {
        String option = "\n-XX:AOTCache=" + cache.toRealPath() + "\n";
        Files.setLastModifiedTime(cache, FileTime.from(BUILT.plusSeconds(1)));
        assertTrue(called(command).contains(option), "that of this build is");
        Files.setLastModifiedTime(cache, FileTime.from(BUILT.minusSeconds(1)));
        String said = called(command);
        assertFalse(said.contains("AOTCache"), said);
        assertTrue(said.endsWith("\n" + command + "\n"), said);
    }

    /** A shell hands on what it assigns to a variable that it was given. */
    @Test
    void whatTheUserExportsIsNotTouched() throws IOException, InterruptedException {
        runnable("jdk/bin/java", "#!/bin/sh\nexec env\n");
        String[] own = Pattern.compile("\\bo_([a-z_]+)=").matcher(Files.readString(root.resolve("outrigger"))).results()
                .map(found -> found.group(1)).distinct().toArray(String[]::new);
        assertTrue(own.length > 8, "the script's own");
        String said = called("run", own);
        for (String name : own) {
            assertTrue(said.contains("\n" + name + "=the user's\n"), name + " in " + said);
        }
    }

    @Test
    void withoutACache() throws IOException, InterruptedException {
        Files.delete(cache);
        assertFalse(called("run").contains("AOTCache"));
    }
}
