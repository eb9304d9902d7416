package org.outrigger.systest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.outrigger.host.share.JobName;
import org.outrigger.host.share.Wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * Processes of a job share memory by name: C programs with liboutrigger, Java programs, the operator's commands; whoever
 * dies, nobody else does, and nothing is left. What a program asserts it asserts first natively, beside a job.
 */
class SharingTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path POOL = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB");
    private static final Pattern ATTACHED = Pattern.compile(
        "shared segments: 1 made, at most 4096 bytes at a time, attached 1 times; none was left at the end");

    @TempDir
    private Path folder;
    private Leftovers before;

    @BeforeEach
    void look() {
        before = Leftovers.now();
    }

    @AfterEach
    void nothingIsLeft() {
        Set<String> fresh = before.newSince();
        assertTrue(fresh.isEmpty(), () -> "left behind: " + fresh);
    }

    /** A program of {@code systest/programs/sharing}, linked with the library of the build. */
    private static synchronized Path program(String name) throws IOException {
        Path root = Outrigger.root();
        Path library = root.resolve("corert/target/liboutrigger");
        Path source = root.resolve("systest/programs/sharing/" + name + ".c");
        Path built = Material.buildFolder("sharing").resolve(name);
        Path archive = library.resolve("lib/liboutrigger.a");
        if (!Files.exists(built) || newer(source, built) || newer(archive, built)) {
            Material.build(folderOf(built), Map.of(), "cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread",
                "-I", library.resolve("include").toString(), "-o", built.toString(), source.toString(), archive.toString());
        }
        return built;
    }

    private static Path folderOf(Path file) {
        return file.getParent();
    }

    private static boolean newer(Path file, Path than) throws IOException {
        return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) > 0;
    }

    /** A running job that does nothing by itself. */
    private final class IdleJob implements AutoCloseable {
        private final Job job;
        private final JobName name;

        IdleJob() throws IOException {
            job = Job.start(Outrigger.run(List.of(), List.of("sh", "-c", "echo $OUTRIGGER_JOB; exec sleep 300")), folder);
            assertTrue(job.awaitOutput("\n", LIMIT), "a job starts");
            name = JobName.of(new String(job.output(), StandardCharsets.UTF_8).strip());
            assertEquals(job.pid(), name.pid());
        }

        Run mem(String... arguments) {
            return mem(Path.of("/dev/null"), arguments);
        }

        Run mem(Path stdin, String... arguments) {
            List<String> line = new ArrayList<>(List.of(Outrigger.command(), "mem"));
            line.addAll(List.of(arguments));
            return Job.start(line, folder, Map.of(JobName.VARIABLE, name.text()), stdin, UUID.randomUUID().toString())
                .await(LIMIT);
        }

        @Override
        public void close() {
            job.signal("TERM");
            Run run = job.await(LIMIT);
            assertFalse(run.timedOut(), run::summary);
            job.assertNothingLeft("the job");
            assertNoSocket(name);
        }
    }

    private static void assertNoSocket(JobName job) {
        try {
            String sockets = Files.readString(Path.of("/proc/net/unix"), StandardCharsets.ISO_8859_1);
            assertFalse(JobName.listening(sockets).contains(job), job.text());
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @TestFactory
    Stream<DynamicTest> everySection() {
        return Stream.of(LwkWay.values()).map(way -> dynamicTest(way.toString(), () -> {
            Path program = program("share_all");
            Run run;
            if (way == LwkWay.NATIVE) {
                try (IdleJob beside = new IdleJob()) {
                    run = Job.start(way.command(program.toString()), folder, Map.of(JobName.VARIABLE, beside.name.text()),
                        Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
                }
            } else {
                run = Job.start(way.command(program.toString()), folder, way.environment(), Path.of("/dev/null"),
                    UUID.randomUUID().toString()).await(LIMIT);
            }
            assertEquals(0, run.status(), run::summary);
            assertEquals("", run.stderr(), run::summary);
            assertEquals(14, run.text().lines().filter(line -> line.startsWith("ok ")).count(), run::summary);
        }));
    }

    @Test
    void ranksExchangeData() throws IOException {
        Run run = Job.start(Outrigger.run(List.of("-n", "2", "--report"), List.of(program("share_two").toString())), folder)
            .await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        assertEquals(Set.of("rank 0 has 199", "rank 1 has 200"), Set.copyOf(run.text().lines().toList()), run::summary);
        assertTrue(ATTACHED.matcher(run.stderr()).find(), run::summary);
    }

    @Test
    void withoutAJobThereIsNothingToShare() throws IOException {
        Path source = folder.resolve("alone.c");
        Files.writeString(source, """
            #include "share.h"
            int main(int argc, char **argv) {
                CHECK_NULL(outrigger_make("x", NULL, 1, 0600, 0), argc == 1 ? ENOTCONN : ENXIO);
                CHECK_ERRNO(outrigger_get("x", OUTRIGGER_READ, NULL), argc == 1 ? ENOTCONN : ENXIO);
                puts(argv[0] ? "alone" : "");
                return 0;
            }
            """);
        Path library = Outrigger.root().resolve("corert/target/liboutrigger");
        // The shared library this time, as pkg-config would have it.
        Material.build(folder, Map.of(), "cc", "-D_GNU_SOURCE", "-I", library.resolve("include").toString(), "-I",
            Outrigger.root().resolve("systest/programs/sharing").toString(), "-o", "alone", "alone.c",
            "-L", library.resolve("lib").toString(), "-loutrigger", "-Wl,-rpath," + library.resolve("lib"));
        for (String name : List.of("", "nonsense", "12", "x-1-0", "-", "0".repeat(200))) {
            Run run = Job.start(List.of(folder.resolve("alone").toString()), folder, Map.of(JobName.VARIABLE, name),
                Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
            assertEquals("alone\n", run.text(), () -> name + run.summary());
        }
        Run gone = Job.start(List.of(folder.resolve("alone").toString(), "gone"), folder,
            Map.of(JobName.VARIABLE, "0-1-0123456789abcdef"), Path.of("/dev/null"), UUID.randomUUID().toString()).await(LIMIT);
        assertEquals("alone\n", gone.text(), gone::summary);
    }

    @Test
    void memoryOutlivesTheLwk() throws IOException {
        Job job = Job.start(Outrigger.run(List.of(), List.of(program("share_late").toString())), folder);
        assertTrue(job.awaitOutput("ready", LIMIT), "the program starts");
        Optional<Long> jvm = Processes.executing(job.processes(), "java");
        Job.signal(jvm.orElseThrow(), "KILL");
        Run run = job.await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        assertEquals("ready\ndone\n", run.text(), run::summary);
        job.assertNothingLeft("a job whose LWK was killed");
    }

    /** Pages of the pool are taken, and given back whoever is killed. */
    @Test
    void thePoolIsLeftAsItWas() throws IOException {
        Machine.skipUnless(Files.isWritable(POOL.resolve("nr_hugepages")), "giving pages to the pool needs root");
        long had = number("nr_hugepages");
        Files.writeString(POOL.resolve("nr_hugepages"), Long.toString(had + 2));
        try {
            Machine.skipUnless(number("free_hugepages") >= 2, "there is no memory for two huge pages");
            long free = number("free_hugepages");
            for (String victim : List.of("nobody", "LWK and program")) {
                Path go = folder.resolve("go");
                Job job = Job.start(Outrigger.run(List.of(), List.of(program("share_pool").toString(), go.toString())), folder);
                assertTrue(job.awaitOutput("ready", LIMIT), victim);
                List<Long> pids = job.processes();
                if (victim.startsWith("LWK")) {
                    Processes.executing(pids, "java").ifPresent(pid -> Job.signal(pid, "KILL"));
                }
                if (victim.endsWith("program")) {
                    Processes.executing(pids, "share_pool").ifPresent(pid -> Job.signal(pid, "KILL"));
                }
                Files.writeString(go, "");
                Run run = job.await(LIMIT);
                Files.delete(go);
                assertEquals(victim.equals("nobody") ? 0 : 137, run.status(), () -> victim + run.summary());
                assertEquals(free, number("free_hugepages"), victim);
            }
            try (IdleJob job = new IdleJob()) {
                succeeds(job.mem("make", "pooled", "3M", "--huge"));
                assertTrue(succeeds(job.mem("list")).text().contains(" 4194304 0600 2M "));
                assertEquals(free - 2, number("free_hugepages") - number("resv_hugepages"), "reserved");
                assertEquals(4 << 20, succeeds(job.mem("read", "pooled")).stdout().length);
            }
            assertEquals(free, number("free_hugepages"), "a job that kept a segment");
        } finally {
            Files.writeString(POOL.resolve("nr_hugepages"), Long.toString(had));
        }
    }

    private static long number(String file) throws IOException {
        return Long.parseLong(Files.readString(POOL.resolve(file)).strip());
    }

    @Test
    void javaPrograms() throws IOException {
        String java = System.getProperty("java.home") + "/bin/java";
        Run run = Job.start(Outrigger.run(List.of(), List.of(java, "--enable-native-access=ALL-UNNAMED", "-cp",
            Outrigger.root().resolve("cli/target/outrigger.jar").toString(), Material.source("Share.java").toString())), folder)
            .await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        assertEquals("shared\n", run.text(), run::summary);
    }

    @Test
    void commandsOfTheOperator() throws IOException {
        byte[] data = new byte[200_000];
        new Random(5).nextBytes(data);
        Path file = Files.write(folder.resolve("data"), data);
        try (IdleJob job = new IdleJob()) {
            succeeds(job.mem("make", "field", "200000", "--mode", "640"));
            succeeds(job.mem(file, "write", "field"));
            assertArrayEquals(data, succeeds(job.mem("read", "field", "--size", "200000")).stdout());
            assertEquals(200_704, succeeds(job.mem("read", "field")).stdout().length);
            succeeds(job.mem(Files.writeString(folder.resolve("word"), "word"), "write", "field", "--offset", "1K"));
            assertEquals("word", succeeds(job.mem("read", "field", "--offset", "1024", "--size", "4")).text());
            Matcher line = Pattern.compile("(?m)^" + job.name.pid() + " +the job +200704 +0640 +4K +\\d+ +\\d+ +field$")
                .matcher(succeeds(job.mem("list", "--job", Integer.toString(job.name.pid()))).text());
            assertTrue(line.find());
            assertTrue(succeeds(job.mem("list", "--json")).text().contains("\"name\":\"field\",\"size_bytes\":200704"));
            refused(1, "field: there is a segment of this name", job.mem("make", "field", "1"));
            refused(1, "missing: there is no such segment", job.mem("read", "missing"));
            refused(125, "field has 200704 bytes", job.mem("read", "field", "--offset", "1M"));
            refused(1, "longer than the 704 bytes", job.mem(file, "write", "field", "--offset", "200000"));
            refused(125, "--job: '1' is no running job", job.mem("list", "--job", "1"));
            succeeds(job.mem("remove", "field"));
            refused(1, "field: there is no such segment", job.mem("remove", "field"));
        }
    }

    private static Run succeeds(Run run) {
        assertEquals(0, run.status(), run::summary);
        assertEquals("", run.stderr(), run::summary);
        return run;
    }

    private static void refused(int status, String message, Run run) {
        assertEquals(status, run.status(), run::summary);
        assertTrue(run.stderr().startsWith("outrigger: ") && run.stderr().contains(message), run::summary);
        assertEquals("", run.text(), run::summary);
    }

    /** The program of docs/sharing.md is what it says, and prints what it says. */
    @Test
    void theGuidesExample() throws IOException {
        String guide = Files.readString(Outrigger.root().resolve("docs/sharing.md"));
        Path library = Outrigger.root().resolve("corert/target/liboutrigger");
        Files.writeString(folder.resolve("halo.c"), block(guide, "```c\n"));
        Material.build(folder, Map.of(), "cc", "-Wall", "-Wextra", "-Werror", "-I", library.resolve("include").toString(), "-o",
            "halo", "halo.c", library.resolve("lib/liboutrigger.a").toString());
        Run run = Job.start(Outrigger.run(List.of("-n", "2"), List.of("./halo")), folder).await(LIMIT);
        assertEquals(0, run.status(), run::summary);
        assertEquals(block(guide, "```output\n"), run.text(), run::summary);
    }

    private static String block(String text, String opening) {
        int from = text.indexOf(opening) + opening.length();
        return text.substring(from, text.indexOf("```", from));
    }

    /** Java and C say the same over the socket. */
    @Test
    void protocolConstants() throws IOException {
        String header = Files.readString(Outrigger.root().resolve("corert/src/main/c/liboutrigger/protocol.h"))
            + Files.readString(Outrigger.root().resolve("corert/src/main/c/liboutrigger/outrigger.h"));
        Map<String, String> defined = new HashMap<>();
        Matcher define = Pattern.compile("(?m)^#define (\\w+) (\\S+)").matcher(header);
        while (define.find()) {
            defined.put(define.group(1), define.group(2));
        }
        Map<String, Object> expected = Map.ofEntries(
            Map.entry("SHARE_PREFIX", '"' + Wire.PREFIX + '"'),
            Map.entry("SHARE_VARIABLE", '"' + JobName.VARIABLE + '"'),
            Map.entry("SHARE_MAGIC", "0x" + Integer.toHexString(Wire.MAGIC)),
            Map.entry("SHARE_MAKE", Wire.MAKE), Map.entry("SHARE_GET", Wire.GET),
            Map.entry("SHARE_ATTACH", Wire.ATTACH),
            Map.entry("SHARE_REMOVE", Wire.REMOVE),
            Map.entry("SHARE_LIST", Wire.LIST),
            Map.entry("SHARE_RECORDS", Wire.RECORDS),
            Map.entry("OUTRIGGER_KEEP", Wire.KEEP),
            Map.entry("OUTRIGGER_NAME_SIZE", Wire.NAME_SIZE));
        expected.forEach((name, value) -> assertEquals(value.toString(), defined.get(name), name));
    }
}
