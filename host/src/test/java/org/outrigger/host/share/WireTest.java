package org.outrigger.host.share;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests, replies and names of jobs survive the way over the socket, and nonsense is known as such. */
class WireTest {
    @Test
    void requestsAndReplies() {
        Wire.Request request = new Wire.Request(Wire.MAKE, 0640, Wire.KEEP, 2, 1, 1L << 40, "n".repeat(63));
        assertEquals(Wire.REQUEST_SIZE, request.bytes().length);
        assertEquals(request, Wire.Request.of(request.bytes()));
        Wire.Reply reply = new Wire.Reply(0, true, List.of(
                new Segment(1L << 33, "a", 1L << 40, 2 << 20, PageKind.POOL, 0600, -2, 5, 6, 7, 8),
                new Segment(9, "b", 4096, 4096, PageKind.BASE, 0444, 0, 0, 0, 0, 0)));
        assertEquals(reply, Wire.Reply.of(reply.bytes()));
        assertEquals(Wire.Reply.failure(13), Wire.Reply.of(Wire.Reply.failure(13).bytes()));
    }

    @Test
    void nonsense() {
        byte[] good = new Wire.Request(Wire.GET, 0, 0, 1, 0, 0, "a").bytes();
        assertNull(Wire.Request.of(Arrays.copyOf(good, 95)));
        assertNull(Wire.Request.of(Arrays.copyOf(good, 97)));
        assertNull(Wire.Request.of(new byte[0]));
        byte[] endless = good.clone();
        Arrays.fill(endless, 32, 96, (byte) 'x');
        assertNull(Wire.Request.of(endless));
        byte[] elsewhere = good.clone();
        elsewhere[0]++;
        assertNull(Wire.Request.of(elsewhere));
        byte[] letters = good.clone();
        letters[32] = (byte) 0xe4;
        assertFalse(Wire.isName(Wire.Request.of(letters).name()));
        Random random = new Random(1);
        byte[] reply = new Wire.Reply(0, false, List.of(new Segment(1, "a", 1, 1, PageKind.BASE, 0, 0, 0, 0, 0, 0))).bytes();
        for (int i = 0; i < 10_000; i++) {
            byte[] damaged = Arrays.copyOf(reply, random.nextInt(reply.length + 2));
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Wire.Reply.of(damaged); // any answer will do, but no exception
        }
    }

    @Test
    void jobNames() {
        JobName job = JobName.of("1000-4711-0123456789abcdef");
        assertEquals(new JobName(1000, 4711, "1000-4711-0123456789abcdef"), job);
        assertEquals(-2, JobName.of("4294967294-1-0123456789abcdef").uid());
        for (String wrong : new String[] {null, "", "1", "1-2", "1-2-3", "a-2-0123456789abcdef", "4294967296-1-0123456789abcdef",
            "1-2147483648-0123456789abcdef", "1-2-0123456789abcdeg", "-1-2-0123456789abcdef", "1-2-0123456789abcdef "}) {
            assertNull(JobName.of(wrong), wrong);
        }
        String sockets = """
                Num       RefCount Protocol Flags    Type St Inode Path
                0000000000000000: 00000002 00000000 00010000 0005 01 1740597 @outrigger-0-20738-cd2f9e8a55d0bf45
                0000000000000000: 00000003 00000000 00000000 0005 03 1740598 @outrigger-0-20738-cd2f9e8a55d0bf45
                0000000000000000: 00000002 00000000 00010000 0005 01 1740599 @outrigger-7-99-cd2f9e8a55d0bf45
                0000000000000000: 00000002 00000000 00010000 0005 01 1740600 @outrigger-trap
                0000000000000000: 00000002 00000000 00010000 0001 01 9 /run/outrigger-0-1-cd2f9e8a55d0bf45
                0000000000000000: 00000003 00000000 00000000 0001 03 26548
                """;
        assertEquals(List.of(99, 20738), JobName.listening(sockets).stream().map(JobName::pid).toList());
        assertTrue(JobName.listening("").isEmpty());
    }
}
