package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;

/**
 * Packets, and descriptors with them, over sockets of the abstract namespace, which no file system knows, so that nothing is
 * left behind when their owner is killed. Source: {@code unix(7)}, {@code sendmsg(2)}, {@code cmsg(3)}. An instance belongs
 * to one thread.
 */
public final class LocalSocket {
    /** A packet and the descriptor that came with it, which is the receiver's from then on; -1 for none. */
    public record Packet(byte[] bytes, int descriptor) {
    }

    /**
     * Who is at the other end, as Linux saw it at {@code connect} or {@code listen}.
     *
     * @param pid process id in this process's namespace; 0 where that has none for it
     * @param uid effective user id
     * @param gid effective group id
     */
    public record Peer(int pid, int uid, int gid) {
    }

    private static final int AF_UNIX = 1;
    private static final int SEQPACKET = 5;
    private static final int CLOEXEC = 0x80000;
    private static final int NONBLOCK = 0x800;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_PEERGROUPS = 59;
    private static final int SO_PEERPIDFD = 77;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MOST_NAME = 107;
    private static final int SHUT_RDWR = 2;
    /** {@code CMSG_LEN(sizeof(int))}: with {@code CMSG_SPACE} there would be room for a second descriptor. */
    private static final int CONTROL = 20;
    /** {@code struct msghdr} of x86-64. */
    private static final long NAME = 0;
    private static final long VECTOR = 16;
    private static final long VECTORS = 24;
    private static final long CONTROL_AT = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final int MOST_GROUPS = 65536;

    private final Syscalls linux;
    private final int room;
    private final MemorySegment buffer;
    private final MemorySegment header;
    private final MemorySegment vector;
    private final MemorySegment control;
    private final MemorySegment address;

    /** @param room bytes of the longest packet; what is longer is cut off */
    public LocalSocket(Syscalls linux, int room) {
        this.linux = linux;
        this.room = room;
        Arena arena = Arena.ofAuto();
        buffer = arena.allocate(Math.max(room, 64), 8);
        header = arena.allocate(56, 8);
        vector = arena.allocate(16, 8);
        control = arena.allocate(24, 8);
        address = arena.allocate(112, 8);
    }

    /**
     * Listens.
     *
     * @param name of the abstract namespace, ASCII, up to {@value #MOST_NAME} bytes
     * @return the descriptor, not blocking, or a negative errno
     */
    public int listen(String name, int backlog) {
        long socket = linux.call(Nr.SOCKET, AF_UNIX, SEQPACKET | CLOEXEC | NONBLOCK, 0);
        if (socket < 0) {
            return (int) socket;
        }
        long result = linux.call(Nr.BIND, socket, address.address(), name(name));
        if (result == 0) {
            result = linux.call(Nr.LISTEN, socket, backlog, 0);
        }
        if (result < 0) {
            linux.call(Nr.CLOSE, socket, 0, 0);
        }
        return (int) (result < 0 ? result : socket);
    }

    /** Connects, waiting for it. Returns the descriptor, blocking, or a negative errno. */
    public int connect(String name) {
        long socket = linux.call(Nr.SOCKET, AF_UNIX, SEQPACKET | CLOEXEC, 0);
        if (socket < 0) {
            return (int) socket;
        }
        long length = name(name);
        long result;
        do {
            result = linux.call(Nr.CONNECT, socket, address.address(), length);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            linux.call(Nr.CLOSE, socket, 0, 0);
        }
        return (int) (result < 0 ? result : socket);
    }

    private long name(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > MOST_NAME) {
            throw new IllegalArgumentException("a socket's name has at most " + MOST_NAME + " bytes");
        }
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        address.set(ValueLayout.JAVA_BYTE, 2, (byte) 0); // this is what makes it abstract
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, 3, bytes.length);
        return 3L + bytes.length;
    }

    /** The next connection, not blocking, or a negative errno: {@code EAGAIN} when there is none. */
    public int accept(int listening) {
        return (int) linux.call(Nr.ACCEPT4, listening, 0, 0, CLOEXEC | NONBLOCK, 0, 0);
    }

    /** Wakes whoever waits for connections; from now on there are none. */
    public static void stopListening(Syscalls caller, int listening) {
        caller.call(Nr.SHUTDOWN, listening, SHUT_RDWR, 0);
    }

    /**
     * Sends a packet; does not wait where the descriptor does not block.
     *
     * @param descriptor to send with it, or -1
     * @return bytes sent or a negative errno
     */
    public long send(int socket, byte[] bytes, int descriptor) {
        if (bytes.length > room) {
            throw new IllegalArgumentException("a packet of " + bytes.length + " bytes in a room of " + room);
        }
        MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
        message(bytes.length, descriptor >= 0);
        control.set(ValueLayout.JAVA_LONG, 0, CONTROL);
        control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
        control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
        control.set(ValueLayout.JAVA_INT, 16, descriptor);
        long result;
        do {
            result = linux.call(Nr.SENDMSG, socket, header.address(), MSG_NOSIGNAL);
        } while (result == -Errno.EINTR);
        return result;
    }

    /**
     * Receives a packet. Of several descriptors that come with it Linux closes all but the first.
     *
     * @param wait whether to wait for it
     * @return the packet, empty when the other side has closed
     * @throws SyscallException when there is none: {@code EAGAIN}, {@code ECONNRESET}
     */
    public Packet receive(int socket, boolean wait) {
        message(room, true);
        control.fill((byte) 0);
        long got;
        do {
            got = linux.call(Nr.RECVMSG, socket, header.address(), MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
        } while (got == -Errno.EINTR);
        if (got < 0) {
            throw new SyscallException("recvmsg", (int) -got);
        }
        boolean with = header.get(ValueLayout.JAVA_LONG, CONTROL_LENGTH) >= CONTROL
                && control.get(ValueLayout.JAVA_INT, 12) == SCM_RIGHTS;
        return new Packet(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE),
                with ? control.get(ValueLayout.JAVA_INT, 16) : -1);
    }

    private void message(long length, boolean withControl) {
        vector.set(ValueLayout.JAVA_LONG, 0, buffer.address());
        vector.set(ValueLayout.JAVA_LONG, 8, length);
        header.set(ValueLayout.JAVA_LONG, NAME, 0);
        header.set(ValueLayout.JAVA_INT, 8, 0);
        header.set(ValueLayout.JAVA_LONG, VECTOR, vector.address());
        header.set(ValueLayout.JAVA_LONG, VECTORS, 1);
        header.set(ValueLayout.JAVA_LONG, CONTROL_AT, withControl ? control.address() : 0);
        header.set(ValueLayout.JAVA_LONG, CONTROL_LENGTH, withControl ? CONTROL : 0);
    }

    /** Who is at the other end. */
    public Peer peer(int socket) {
        option(socket, SO_PEERCRED, 12);
        return new Peer(buffer.get(ValueLayout.JAVA_INT, 0), buffer.get(ValueLayout.JAVA_INT, 4),
                buffer.get(ValueLayout.JAVA_INT, 8));
    }

    /** Whether the process at the other end was in a supplementary group. */
    public boolean peerInGroup(int socket, int gid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment groups = arena.allocate(4L * MOST_GROUPS, 4);
            vector.set(ValueLayout.JAVA_INT, 0, (int) groups.byteSize());
            long result = linux.call(Nr.GETSOCKOPT, socket, SOL_SOCKET, SO_PEERGROUPS, groups.address(), vector.address(), 0);
            long bytes = result < 0 ? 0 : vector.get(ValueLayout.JAVA_INT, 0);
            for (long at = 0; at < bytes; at += 4) {
                if (groups.get(ValueLayout.JAVA_INT, at) == gid) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A descriptor of the process at the other end, which becomes readable when it ends; or a negative errno. */
    public int peerProcess(int socket) {
        long result = option(socket, SO_PEERPIDFD, 4); // Linux 6.5
        if (result == 0) {
            return buffer.get(ValueLayout.JAVA_INT, 0);
        }
        return result == -Errno.ENOPROTOOPT ? (int) Descriptors.processDescriptor(linux, peer(socket).pid()) : (int) result;
    }

    private long option(int socket, int option, int size) {
        vector.set(ValueLayout.JAVA_INT, 0, size);
        return linux.call(Nr.GETSOCKOPT, socket, SOL_SOCKET, option, buffer.address(), vector.address(), 0);
    }
}
