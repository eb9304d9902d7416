package org.outrigger.kernel.boot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.outrigger.abi.Nr;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.memory.NodeChoice;

/** The LWK's end of the socket to the launcher; the messages are those of {@code launch.h}. */
final class ControlSocket {
    /** Names the descriptor in the LWK's environment. */
    static final String VARIABLE = "OUTRIGGER_CONTROL_FD";
    private static final int SPAWN = 1;
    private static final int GO = 2;
    private static final int HEAD = 32;
    private static final int LABEL = 1;
    private static final int RANK_ENVIRONMENT = 2;
    private static final int FIFO = 4;
    private static final int NO_THP = 8;
    private static final int TAKING_TURNS = 16;
    private static final int MEMBERS_SHIFT = 16;

    private final int descriptor;

    /** What the launcher says. */
    enum Op { SPAWNED, READY, ENDED, DONE, CLOSED }

    /** One message; the meaning of the operands is the operation's. */
    record Message(Op op, int first, int second, long third, long fourth) {
    }

    ControlSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    int descriptor() {
        return descriptor;
    }

    /** Asks the launcher to start the program, {@code cpus.length} times. */
    void spawn(Syscalls linux, JobRequest job, int[] cpus) {
        List<Path> members = job.seat().map(Seat::members).orElse(List.of());
        StringBuilder strings = new StringBuilder(job.program()).append('\0');
        members.forEach(member -> strings.append(member).append('\0'));
        byte[] path = strings.toString().getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            List<NodeChoice.Policy> policies = job.memory().choice().ranks();
            int words = policies.stream().flatMap(policy -> policy.nodes().stream()).mapToInt(Integer::intValue).max().orElse(0)
                    / Integer.SIZE + 1;
            long policiesAt = HEAD + cpus.length * 4L;
            long pathAt = policiesAt + policies.size() * (1L + words) * 4;
            MemorySegment packet = arena.allocate(pathAt + path.length, 8);
            packet.set(ValueLayout.JAVA_INT, 0, SPAWN);
            packet.set(ValueLayout.JAVA_INT, 4, job.argIndex());
            packet.set(ValueLayout.JAVA_INT, 8, cpus.length);
            packet.set(ValueLayout.JAVA_INT, 12, (job.label() ? LABEL : 0) | (job.ranksGiven() ? RANK_ENVIRONMENT : 0)
                    | (job.realTime() ? FIFO : 0) | (job.coresOversubscribed() ? TAKING_TURNS : 0)
                    | (job.seat().isPresent() && job.seat().get().thpDisabled() ? NO_THP : 0)
                    | members.size() << MEMBERS_SHIFT);
            MemorySegment.copy(cpus, 0, packet, ValueLayout.JAVA_INT, HEAD, cpus.length);
            packet.set(ValueLayout.JAVA_LONG, 16, job.memory().stackMost());
            packet.set(ValueLayout.JAVA_LONG, 24, policies.isEmpty() ? 0 : words);
            for (int rank = 0; rank < policies.size(); rank++) {
                policy(packet.asSlice(policiesAt + rank * (1L + words) * 4), policies.get(rank));
            }
            MemorySegment.copy(path, 0, packet, ValueLayout.JAVA_BYTE, pathAt, path.length);
            linux.must("write", Nr.WRITE, descriptor, packet.address(), packet.byteSize());
        }
    }

    private static void policy(MemorySegment words, NodeChoice.Policy policy) {
        words.set(ValueLayout.JAVA_INT, 0, policy.mode());
        for (int node : policy.nodes()) {
            long at = 4 + node / Integer.SIZE * 4L;
            words.set(ValueLayout.JAVA_INT, at, words.get(ValueLayout.JAVA_INT, at) | 1 << node % Integer.SIZE);
        }
    }

    /** Lets every rank exec. A launcher that is gone has let them already. */
    void go(Syscalls linux) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(HEAD, 8);
            packet.set(ValueLayout.JAVA_INT, 0, GO);
            linux.call(Nr.WRITE, descriptor, packet.address(), HEAD);
        }
    }

    /** Reads the message that is there. */
    Message receive(Syscalls linux, MemorySegment packet) {
        long length = linux.call(Nr.READ, descriptor, packet.address(), packet.byteSize());
        if (length < HEAD) {
            return new Message(Op.CLOSED, 0, 0, 0, 0);
        }
        Op op = switch (packet.get(ValueLayout.JAVA_INT, 0)) {
            case 3 -> Op.SPAWNED;
            case 4 -> Op.READY;
            case 5 -> Op.ENDED;
            case 6 -> Op.DONE;
            default -> throw new IllegalStateException("the launcher sent an unknown message");
        };
        return new Message(op, packet.get(ValueLayout.JAVA_INT, 4), packet.get(ValueLayout.JAVA_INT, 8),
                packet.get(ValueLayout.JAVA_LONG, 16), packet.get(ValueLayout.JAVA_LONG, 24));
    }
}
