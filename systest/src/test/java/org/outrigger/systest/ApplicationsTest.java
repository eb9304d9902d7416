package org.outrigger.systest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** Applications of some size: a version control system, two databases, parallel compressors. */
class ApplicationsTest {

    @Test
    void gitCommitCloneCollectAndCheck() {
        Machine.needs("git");
        NativeAndLwk.script("git.sh").with("COMMITS", Integer.toString(Machine.quickOrLong(40, 300))).limit(300)
            .compareSuccess();
    }

    @Test
    void sqliteWithADatabaseOf200Megabytes() {
        Machine.needs("sqlite3");
        NativeAndLwk.script("sqlite.sh").with("MIB", Integer.getInteger("outrigger.sqlite.mib", 200).toString()).limit(400)
            .compareSuccess();
    }

    /** Who of server and client runs where; the last case has the whole script on the LWK. */
    @TestFactory
    Stream<DynamicTest> redis() {
        Machine.needs("redis-server", "redis-benchmark");
        return Stream.of("unix", "port").flatMap(listen -> Stream.of(
            dynamicTest("server on the LWK, " + listen, () -> redis(listen, true, false)),
            dynamicTest("client on the LWK, " + listen, () -> redis(listen, false, true)),
            dynamicTest("both in one job, " + listen,
                () -> NativeAndLwk.of(redisScript(listen))
                    .limit(300).compareSuccess())));
    }

    @Test
    void parallelCompressorsRoundTrip() {
        Machine.needs("xz", "zstd");
        NativeAndLwk.script("compress.sh").with("MIB", Integer.toString(Machine.quickOrLong(12, 100))).limit(600)
            .compareSuccess();
    }

    private static void redis(String listen, boolean server, boolean client) {
        NativeAndLwk compared = NativeAndLwk.of(redisScript(listen)).byPrefix();
        if (server) {
            compared.withOnLwk("SERVER", Outrigger.prefix());
        }
        if (client) {
            compared.withOnLwk("CLIENT", Outrigger.prefix());
        }
        compared.limit(300).compareSuccess();
    }

    private static String[] redisScript(String listen) {
        return new String[] {"bash", Material.source("redis.sh").toString(), listen.equals("unix") ? listen : freePort()};
    }

    private static String freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
