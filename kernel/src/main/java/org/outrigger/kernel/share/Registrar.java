package org.outrigger.kernel.share;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.host.Descriptors;
import org.outrigger.host.LocalSocket;
import org.outrigger.host.SealedMemory;
import org.outrigger.host.SyscallException;
import org.outrigger.host.Syscalls;
import org.outrigger.host.share.Access;
import org.outrigger.host.share.Segment;
import org.outrigger.host.share.Wire;

/**
 * The thread that keeps the registry: it takes connections, answers one request on each, and hears of processes that end. It
 * never waits for a client. When there are too many connections, those that have been silent longest are closed, and an honest
 * client tries again. Users other than the job's have a few connections for all of them together.
 */
final class Registrar implements Runnable {
    private static final int MOST_CONNECTIONS = 64;
    private static final int MOST_STRANGERS = 8;
    private static final int MOST_SEGMENTS = 1024;
    /** Descriptors that are left for everything else, where the limit is low. */
    private static final int RESERVE = 256;
    private static final int RLIMIT_NOFILE = 7;
    private static final long PAUSE_MS = 10;
    private static final long LISTENING = -2;
    private static final long OWNER = 1L << 32;

    private final int listening;
    private final Syscalls linux = new Syscalls();
    private final Descriptors descriptors = new Descriptors(linux);
    private final LocalSocket socket = new LocalSocket(linux, Wire.REPLY_SIZE);
    private final int uid = (int) linux.call(Nr.GETEUID, 0, 0, 0);
    private final Registry registry;
    /** Those that have not asked yet, the oldest first, and whether they are another user's. */
    private final Map<Integer, Boolean> silent = new LinkedHashMap<>();
    private volatile boolean stopped;

    /** @param listening the socket, which this thread closes in the end */
    Registrar(int listening, Allowance budget) {
        this.listening = listening;
        this.registry = new Registry(uid, segments(linux), budget, process -> Descriptors.ready(linux, process), this::close);
        descriptors.watch(linux, listening, LISTENING);
    }

    /** How many segments the limit on descriptors leaves room for: each holds two. */
    private static int segments(Syscalls linux) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(16, 8);
            linux.call(Nr.PRLIMIT64, 0, RLIMIT_NOFILE, 0, limit.address(), 0, 0);
            long soft = limit.get(ValueLayout.JAVA_LONG, 0);
            return soft < 0 ? MOST_SEGMENTS : Math.clamp((soft - RESERVE) / 2, 1, MOST_SEGMENTS);
        }
    }

    /** Has the thread end; for any other. */
    void stop(Syscalls caller) {
        stopped = true;
        LocalSocket.stopListening(caller, listening); // which wakes it
    }

    @Override
    public void run() {
        while (!stopped) {
            long key = descriptors.await();
            if (key == LISTENING) {
                accept();
            } else if (key >= OWNER) {
                registry.ended((int) key);
            } else if (key >= 0) {
                hear((int) key);
            }
        }
        registry.sweep();
        close(listening);
        for (int connection : List.copyOf(silent.keySet())) {
            forget(connection);
        }
        descriptors.close();
    }

    /** Takes the next connection. */
    private void accept() {
        int connection = socket.accept(listening);
        if (connection < 0) {
            if (connection == -Errno.EMFILE || connection == -Errno.ENFILE || connection == -Errno.ENOMEM) {
                makeRoom(silent.size(), false);
                pause();
            }
            return;
        }
        int who = socket.peer(connection).uid();
        boolean stranger = who != uid && who != 0;
        silent.put(connection, stranger);
        if (stranger) {
            makeRoom((int) silent.values().stream().filter(other -> other).count() - MOST_STRANGERS, true);
        }
        makeRoom(silent.size() - MOST_CONNECTIONS, false);
        descriptors.watch(linux, connection, connection);
    }

    /** Closes so many of the connections that have been silent longest. */
    private void makeRoom(int count, boolean ofStrangers) {
        int left = count;
        for (Iterator<Map.Entry<Integer, Boolean>> oldest = silent.entrySet().iterator(); left > 0 && oldest.hasNext();) {
            Map.Entry<Integer, Boolean> connection = oldest.next();
            if (!ofStrangers || connection.getValue()) {
                oldest.remove();
                close(connection.getKey());
                left--;
            }
        }
    }

    /** The machine has no descriptor for another connection: nothing is gained by asking again at once. */
    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(int connection) {
        LocalSocket.Packet packet;
        try {
            packet = socket.receive(connection, false);
        } catch (SyscallException gone) {
            if (gone.errno() != Errno.EAGAIN) {
                forget(connection);
            }
            return;
        }
        if (packet.bytes().length > 0) {
            serve(connection, packet);
        } else {
            close(packet.descriptor());
        }
        forget(connection);
    }

    /** Answers; what the packet brought is closed unless it was made a segment. */
    private void serve(int connection, LocalSocket.Packet packet) {
        LocalSocket.Peer peer = socket.peer(connection);
        Registry.Caller caller = new Registry.Caller(peer.pid(), peer.uid(), peer.gid(),
                group -> socket.peerInGroup(connection, group));
        Wire.Request request = Wire.Request.of(packet.bytes());
        if (request != null && request.op() == Wire.MAKE) {
            reply(connection, make(connection, caller, request, packet.descriptor()), -1);
            return;
        }
        close(packet.descriptor());
        if (request != null && request.op() == Wire.ATTACH) {
            attach(connection, caller, request);
            return;
        }
        reply(connection, request == null ? Wire.Reply.failure(Errno.EINVAL) : switch (request.op()) {
            case Wire.GET -> registry.get(caller, request);
            case Wire.REMOVE -> registry.remove(caller, request);
            case Wire.LIST -> registry.list(caller, request);
            default -> Wire.Reply.failure(Errno.EINVAL);
        }, -1);
    }

    private Wire.Reply make(int connection, Registry.Caller caller, Wire.Request request, int memory) {
        int process = socket.peerProcess(connection);
        if (process < 0) { // one that has ended meanwhile, or there are no descriptors: then its end would go unseen
            close(memory);
            return Wire.Reply.failure(process == -Errno.EMFILE ? Errno.ENOSPC : -process);
        }
        Wire.Reply reply = registry.make(caller, request, memory < 0 ? null : SealedMemory.inspect(linux, memory), memory,
                process);
        if (reply.error() != 0) {
            close(memory);
            close(process);
        } else if ((request.flags() & Wire.KEEP) == 0) {
            descriptors.watch(linux, process, OWNER | process);
        }
        return reply;
    }

    private void attach(int connection, Registry.Caller caller, Wire.Request request) {
        Wire.Reply reply = registry.attach(caller, request);
        if (reply.error() != 0) {
            reply(connection, reply, -1);
            return;
        }
        int memory = registry.descriptor(request.id());
        if (request.access() == Access.WRITE.code()) {
            reply(connection, reply, memory);
            return;
        }
        int readOnly = SealedMemory.readOnly(linux, memory);
        reply(connection, readOnly < 0 ? Wire.Reply.failure(-readOnly) : reply, readOnly);
        close(readOnly);
    }

    /** A reply that cannot be sent is for nobody. */
    private void reply(int connection, Wire.Reply reply, int descriptor) {
        socket.send(connection, reply.bytes(), descriptor);
    }

    private void forget(int connection) {
        silent.remove(connection);
        close(connection);
    }

    private void close(int descriptor) {
        if (descriptor >= 0) {
            linux.call(Nr.CLOSE, descriptor, 0, 0); // which takes it out of the epoll set too
        }
    }

    /** What has been; for any thread when this one has ended. */
    Registry.Totals totals() {
        return registry.totals();
    }

    /** The segments that there are; for any thread when this one has ended. */
    List<Segment> segments() {
        return registry.segments();
    }
}
