package org.outrigger.host.share;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.host.LocalSocket;
import org.outrigger.host.SealedMemory;
import org.outrigger.host.SyscallException;
import org.outrigger.host.Syscalls;

/**
 * The shared memory of a job, for a Java program that runs in it or looks at it. Any thread may use an instance. Failures are
 * {@link SyscallException}s with the errno that {@code outrigger.h} tells, above all {@code ENOENT}: no such segment, or it
 * has gone; {@code EACCES}: not permitted; {@code ENXIO}: the job's LWK is gone. What is attached stays, whatever becomes
 * of the segment and the LWK.
 *
 * <pre>{@code
 * SharedSegments job = SharedSegments.ofThisJob();
 * try (Arena arena = Arena.ofShared()) {
 *     MemorySegment field = job.attach("field", Access.READ, arena);
 *     double first = field.get(ValueLayout.JAVA_DOUBLE, 0);
 * }
 * }</pre>
 */
public final class SharedSegments {
    /** A segment that was made, and where this process has it. */
    public record Made(Segment segment, MemorySegment memory) {
    }

    private static final int PERMISSIONS = 0666;
    private static final long PAGE = 4096;
    private static final long HUGE = 2L << 20;
    private static final int ATTEMPTS = 64;

    private final JobName job;
    private final Syscalls linux = new Syscalls();
    private final LocalSocket socket = new LocalSocket(linux, Wire.REPLY_SIZE);

    /** Those of a job, which need not run. */
    public SharedSegments(JobName job) {
        this.job = job;
    }

    /**
     * Those of the job that this process belongs to.
     *
     * @throws SyscallException with {@code ENOTCONN} when it belongs to none
     */
    public static SharedSegments ofThisJob() {
        JobName job = JobName.of(System.getenv(JobName.VARIABLE));
        if (job == null) {
            throw new SyscallException(JobName.VARIABLE, Errno.ENOTCONN);
        }
        return new SharedSegments(job);
    }

    /**
     * Makes a segment of new memory, zeroed, and maps it for reading and writing.
     *
     * @param size  bytes, rounded up to the page
     * @param mode  permission bits as of a file, such as 0600; the umask does not count
     * @param huge  whether to take it from the pool of huge pages, if that has enough
     * @param keep  whether it outlives this process, until it is removed or the job ends
     * @param arena whose end unmaps it; the name stays
     */
    public synchronized Made make(String name, long size, int mode, boolean huge, boolean keep, Arena arena) {
        if (!Wire.isName(name) || size <= 0 || size > Long.MAX_VALUE - HUGE || (mode & ~PERMISSIONS) != 0) {
            throw new SyscallException(name, Errno.EINVAL);
        }
        int descriptor = huge ? pooled(name, rounded(size, HUGE), mode) : -1;
        PageKind pages = descriptor < 0 ? PageKind.BASE : PageKind.POOL;
        if (descriptor < 0) {
            descriptor = SealedMemory.create(linux, name, rounded(size, PAGE), mode, false);
        }
        if (descriptor < 0) {
            throw new SyscallException(name, -descriptor);
        }
        try {
            Segment made = one(name, new Wire.Request(Wire.MAKE, mode, keep ? Wire.KEEP : 0, 0, pages.ordinal(), 0, name),
                    descriptor).segment();
            try {
                return new Made(made, SealedMemory.map(linux, descriptor, 0, made.size(), true, arena));
            } catch (SyscallException noRoom) {
                remove(name);
                throw noRoom;
            }
        } finally {
            close(descriptor);
        }
    }

    /** A file of the pool's pages, or a negative errno where it has too few. To map it once reserves them for good. */
    private int pooled(String name, long size, int mode) {
        int descriptor = SealedMemory.create(linux, name, size, mode, true);
        if (descriptor < 0) {
            return descriptor;
        }
        try (Arena window = Arena.ofConfined()) {
            SealedMemory.map(linux, descriptor, 0, size, true, window);
            return descriptor;
        } catch (SyscallException poolEmpty) {
            close(descriptor);
            return -poolEmpty.errno();
        }
    }

    private static long rounded(long size, long page) {
        return size + page - 1 & -page;
    }

    /** What the LWK knows of a segment that this process may have. */
    public synchronized Segment get(String name, Access access) {
        return one(name, new Wire.Request(Wire.GET, 0, 0, access.code(), 0, 0, checked(name)), -1).segment();
    }

    /**
     * Maps a whole segment.
     *
     * @param arena whose end unmaps it
     * @return read-only where {@code access} is to read
     */
    public synchronized MemorySegment attach(String name, Access access, Arena arena) {
        return attach(get(name, access), access, 0, 0, arena);
    }

    /**
     * Maps a part of a segment.
     *
     * @param offset a multiple of the segment's page
     * @param size   bytes, rounded up to the page; 0 for all from the offset to the end
     */
    public synchronized MemorySegment attach(Segment segment, Access access, long offset, long size, Arena arena) {
        Answer answer = one(segment.name(), new Wire.Request(Wire.ATTACH, 0, 0, access.code(), 0, segment.id(), ""), -1);
        try {
            Segment now = answer.segment();
            if (offset < 0 || offset % now.pageSize() != 0 || offset >= now.size() || size < 0 || size > now.size() - offset) {
                throw new SyscallException(segment.name(), Errno.EINVAL);
            }
            return SealedMemory.map(linux, answer.descriptor(), offset,
                    size == 0 ? now.size() - offset : rounded(size, now.pageSize()), access == Access.WRITE, arena);
        } finally {
            close(answer.descriptor());
        }
    }

    /** Takes a name away. Who has the segment attached keeps the memory. */
    public synchronized void remove(String name) {
        close(ask(name, new Wire.Request(Wire.REMOVE, 0, 0, 0, 0, 0, checked(name)), -1).descriptor());
    }

    /** All segments, in the order in which they were made. */
    public synchronized List<Segment> list() {
        List<Segment> all = new ArrayList<>();
        Wire.Reply reply;
        do {
            long last = all.isEmpty() ? 0 : all.get(all.size() - 1).id();
            Answer answer = ask("list", new Wire.Request(Wire.LIST, 0, 0, 0, 0, last, ""), -1);
            close(answer.descriptor());
            reply = answer.reply();
            all.addAll(reply.segments());
        } while (reply.more() && !reply.segments().isEmpty());
        return all;
    }

    private static String checked(String name) {
        if (!Wire.isName(name)) {
            throw new SyscallException(name, Errno.EINVAL);
        }
        return name;
    }

    private record Answer(Wire.Reply reply, int descriptor) {
        Segment segment() {
            return reply.segments().get(0);
        }
    }

    /** An answer about one segment. */
    private Answer one(String what, Wire.Request request, int descriptor) {
        Answer answer = ask(what, request, descriptor);
        if (answer.reply().segments().size() != 1 || request.op() == Wire.ATTACH == (answer.descriptor() < 0)) {
            close(answer.descriptor());
            throw new SyscallException(what, Errno.EPROTO);
        }
        return answer;
    }

    /** One conversation. One that ends without a reply was not served: the LWK makes room for others so. */
    private Answer ask(String what, Wire.Request request, int descriptor) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int connection = connect(what);
            try {
                long sent = socket.send(connection, request.bytes(), descriptor);
                if (sent < 0 && sent != -Errno.EPIPE && sent != -Errno.ECONNRESET) {
                    throw new SyscallException(what, (int) -sent);
                }
                LocalSocket.Packet packet = sent < 0 ? null : received(what, connection);
                if (packet != null && packet.bytes().length > 0) {
                    return answer(what, packet);
                }
            } finally {
                close(connection);
            }
        }
        throw new SyscallException(what, Errno.ENXIO);
    }

    private Answer answer(String what, LocalSocket.Packet packet) {
        Wire.Reply reply = Wire.Reply.of(packet.bytes());
        if (reply == null || reply.error() != 0) {
            close(packet.descriptor());
            throw new SyscallException(what, reply == null ? Errno.EPROTO : reply.error());
        }
        return new Answer(reply, packet.descriptor());
    }

    /** The reply, or null when the connection was closed without one. */
    private LocalSocket.Packet received(String what, int connection) {
        try {
            return socket.receive(connection, true);
        } catch (SyscallException reset) {
            if (reset.errno() == Errno.ECONNRESET) {
                return null;
            }
            throw new SyscallException(what, reset.errno());
        }
    }

    private int connect(String what) {
        int connection = socket.connect(job.socket());
        if (connection == -Errno.ECONNREFUSED) {
            throw new SyscallException(what, Errno.ENXIO);
        } else if (connection < 0) {
            throw new SyscallException(what, -connection);
        }
        int uid = socket.peer(connection).uid();
        // Somebody else may have taken the name of a job that has ended.
        if (uid != job.uid() && uid != (int) linux.call(Nr.GETEUID, 0, 0, 0)) {
            close(connection);
            throw new SyscallException(what, Errno.ENXIO);
        }
        return connection;
    }

    private void close(int descriptor) {
        if (descriptor >= 0) {
            linux.call(Nr.CLOSE, descriptor, 0, 0);
        }
    }
}
