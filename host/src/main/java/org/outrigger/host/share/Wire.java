package org.outrigger.host.share;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What is said over a job's socket; the layout is that of {@code liboutrigger/protocol.h}. */
public final class Wire {
    /** What comes before the job's name in that of its socket. */
    public static final String PREFIX = "outrigger-";
    public static final int MAGIC = 0x3148534f;
    public static final int MAKE = 1;
    public static final int GET = 2;
    public static final int ATTACH = 3;
    public static final int REMOVE = 4;
    public static final int LIST = 5;
    /** The segment outlives the process that makes it. */
    public static final int KEEP = 2;
    /** The most segments that one reply tells of. */
    public static final int RECORDS = 64;
    public static final int NAME_SIZE = 64;
    public static final int REQUEST_SIZE = 96;
    public static final int HEAD_SIZE = 16;
    public static final int RECORD_SIZE = 128;
    /** Bytes of the longest reply. */
    public static final int REPLY_SIZE = HEAD_SIZE + RECORDS * RECORD_SIZE;

    private Wire() {
    }

    /**
     * A request; what an operation does not need is 0 or empty.
     *
     * @param op     the operation
     * @param mode   permission bits ({@code MAKE})
     * @param flags  {@link #KEEP} ({@code MAKE})
     * @param access {@link Access#code} ({@code GET}, {@code ATTACH})
     * @param pages  ordinal of {@link PageKind} ({@code MAKE})
     * @param id     of a segment ({@code ATTACH}); the last one that is known ({@code LIST})
     * @param name   of a segment ({@code MAKE}, {@code GET}, {@code REMOVE})
     */
    public record Request(int op, int mode, int flags, int access, int pages, long id, String name) {

        /** As it is sent. */
        public byte[] bytes() {
            ByteBuffer out = ByteBuffer.allocate(REQUEST_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            out.putInt(MAGIC).putInt(op).putInt(mode).putInt(flags).putInt(access).putInt(pages).putLong(id);
            out.put(name.getBytes(StandardCharsets.US_ASCII));
            return out.array();
        }

        /** What was received, or null when that is no request. */
        public static Request of(byte[] bytes) {
            if (bytes.length != REQUEST_SIZE) {
                return null;
            }
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            String name = text(in, 32);
            return in.getInt(0) != MAGIC || name == null ? null
                    : new Request(in.getInt(4), in.getInt(8), in.getInt(12), in.getInt(16), in.getInt(20), in.getLong(24), name);
        }
    }

    /**
     * A reply.
     *
     * @param error    0, or an errno
     * @param more     whether there are more segments than it tells of
     * @param segments what it tells of, at most {@link #RECORDS}
     */
    public record Reply(int error, boolean more, List<Segment> segments) {
        public Reply {
            segments = List.copyOf(segments);
        }

        /** That something failed. */
        public static Reply failure(int errno) {
            return new Reply(errno, false, List.of());
        }

        /** As it is sent. */
        public byte[] bytes() {
            ByteBuffer out = ByteBuffer.allocate(HEAD_SIZE + segments.size() * RECORD_SIZE).order(ByteOrder.LITTLE_ENDIAN);
            out.putInt(MAGIC).putInt(error).putInt(segments.size()).putInt(more ? 1 : 0);
            for (Segment segment : segments) {
                int start = out.position();
                out.putLong(segment.id()).putLong(segment.size()).putLong(segment.pageSize()).putLong(segment.gets());
                out.putLong(segment.attaches()).putInt(segment.mode()).putInt(segment.uid()).putInt(segment.gid());
                out.putInt(segment.pid()).putInt(segment.pages().ordinal()).putInt(0);
                out.put(segment.name().getBytes(StandardCharsets.US_ASCII));
                out.position(start + RECORD_SIZE);
            }
            return out.array();
        }

        /** What was received, or null when that is no reply. */
        public static Reply of(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.length < HEAD_SIZE || in.getInt(0) != MAGIC
                    || in.getInt(8) < 0 || bytes.length != HEAD_SIZE + (long) in.getInt(8) * RECORD_SIZE) {
                return null;
            }
            List<Segment> segments = new ArrayList<>();
            for (int at = HEAD_SIZE; at < bytes.length; at += RECORD_SIZE) {
                int pages = in.getInt(at + 56);
                String name = text(in, at + 64);
                if (pages < 0 || pages >= PageKind.values().length || name == null) {
                    return null;
                }
                segments.add(new Segment(in.getLong(at), name, in.getLong(at + 8), in.getLong(at + 16),
                        PageKind.values()[pages], in.getInt(at + 40), in.getInt(at + 44), in.getInt(at + 48), in.getInt(at + 52),
                        in.getLong(at + 24), in.getLong(at + 32)));
            }
            return new Reply(in.getInt(4), in.getInt(12) != 0, segments);
        }
    }

    /** Whether a segment may have this name. */
    public static boolean isName(String name) {
        return !name.isEmpty() && name.length() < NAME_SIZE && name.chars().allMatch(letter -> letter > ' ' && letter <= '~');
    }

    /** A name with its end, or null where there is none in its room. */
    private static String text(ByteBuffer in, int at) {
        for (int length = 0; length < NAME_SIZE; length++) {
            if (in.get(at + length) == 0) {
                byte[] bytes = new byte[length];
                in.get(at, bytes);
                return new String(bytes, StandardCharsets.US_ASCII);
            }
        }
        return null;
    }
}
