package org.outrigger.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mempolicy;
import org.outrigger.abi.Nr;

/**
 * The policy by which the calling thread takes memory from NUMA nodes. A process inherits it, so that it is also what
 * {@code numactl(8)} has set around a command.
 *
 * @param mode  one of {@code Mempolicy.MPOL_*}, without flags
 * @param nodes numbers of its nodes, ascending
 */
public record NumaPolicy(int mode, List<Integer> nodes) {
    /** Room for as many nodes as any Linux is built for (NODES_SHIFT 10). */
    private static final int MOST_NODES = 1024;

    /** Asks Linux, {@code get_mempolicy(2)}; where it knows of no policies, or does not tell, it is the default. */
    public static NumaPolicy current(Syscalls linux) {
        List<Integer> nodes = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(8 + MOST_NODES / 8, 8);
            long result = linux.call(Nr.GET_MEMPOLICY, words.address(), words.address() + 8, MOST_NODES, 0, 0, 0);
            if (result < 0) {
                return new NumaPolicy(Mempolicy.MPOL_DEFAULT, nodes);
            }
            for (int node = 0; node < MOST_NODES; node++) {
                if ((words.get(ValueLayout.JAVA_BYTE, 8 + node / 8) >> node % 8 & 1) != 0) {
                    nodes.add(node);
                }
            }
            return new NumaPolicy(words.get(ValueLayout.JAVA_INT, 0) & ~Mempolicy.MPOL_MODE_FLAGS, nodes);
        }
    }

    /** Whether memory comes from where the thread runs that touches it, and from anywhere else if need be. */
    public boolean ordinary() {
        return mode == Mempolicy.MPOL_DEFAULT || mode == Mempolicy.MPOL_LOCAL;
    }

    /** Whether memory comes from its nodes and from no other. */
    public boolean binds() {
        return mode == Mempolicy.MPOL_BIND;
    }
}
