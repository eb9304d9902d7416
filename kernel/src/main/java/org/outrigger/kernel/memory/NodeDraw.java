package org.outrigger.kernel.memory;

import java.util.List;
import java.util.SplittableRandom;
import org.outrigger.abi.Mempolicy;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;

/**
 * {@code --mempolicy random}: each extent of an arena gets its pages from a node that is drawn. Linux has no such policy, so the
 * thread that has mapped an extent gives it one of its own ({@code mbind(2)}), whose set of nodes travels in its slot. Where
 * nothing may come from elsewhere the policy binds to all allowed nodes and begins with the drawn one
 * ({@code set_mempolicy_home_node(2)}, Linux 5.17). A job draws the same numbers each time.
 */
final class NodeDraw {
    /** Nodes that fit the set in a slot. */
    private static final int MOST_NODES = 256;
    private static final long SEED = 0x6f75_7472_6967L;

    private final Reply reply;
    private final int[] nodes;
    private final long[] bound;
    private final SplittableRandom random;
    private final Pending.Step bind = this::bound;

    NodeDraw(Reply reply, NodeChoice choice) {
        this.reply = reply;
        nodes = choice.drawn().stream().mapToInt(Integer::intValue).filter(node -> node < MOST_NODES).toArray();
        bound = choice.bound().isEmpty() ? null : words(choice.bound());
        random = nodes.length == 0 ? null : new SplittableRandom(SEED);
    }

    private static long[] words(List<Integer> nodes) {
        long[] words = new long[MOST_NODES / Long.SIZE];
        for (int node : nodes) {
            if (node < MOST_NODES) {
                words[node / Long.SIZE] |= 1L << node;
            }
        }
        return words;
    }

    /** Whether extents of an address space are drawn for: until its program sets a policy of its own. */
    boolean draws(AddressSpace space) {
        return random != null && !space.policies().isSet();
    }

    /** Bytes of an extent for pieces of {@code length}: large ones come one at a time where nodes are drawn for them. */
    long extent(AddressSpace space, long length) {
        long usual = space.arena().extentFor(length);
        return draws(space) ? Math.min(usual, length + Arena.LARGE_UNIT - 1 & -Arena.LARGE_UNIT) : usual;
    }

    /**
     * Gives an extent, which the fourth and fifth notes tell of too, its node, then goes on; what Linux refuses stays as it is.
     */
    void place(int slot, long start, long length, Pending pending, Pending.Step then) {
        int node = nodes[random.nextInt(nodes.length)];
        if (bound == null) {
            long at = reply.scratch(slot, word(node, 0), word(node, 1), word(node, 2), word(node, 3));
            pending.then(then);
            reply.make(slot, Nr.MBIND, start, length, Mempolicy.MPOL_PREFERRED, at, MOST_NODES + 1, 0);
        } else {
            long at = reply.scratch(slot, bound[0], bound[1], bound[2], bound[3]);
            pending.third = node;
            pending.after = then;
            pending.then(bind);
            reply.make(slot, Nr.MBIND, start, length, Mempolicy.MPOL_BIND, at, MOST_NODES + 1, 0);
        }
    }

    private static long word(int node, int index) {
        return node / Long.SIZE == index ? 1L << node : 0;
    }

    private void bound(int slot, Pending pending, long result) {
        long node = pending.third;
        pending.third = 1; // the allocation may be tried once more
        pending.then((Pending.Step) pending.after);
        reply.make(slot, Nr.SET_MEMPOLICY_HOME_NODE, pending.fourth, pending.fifth, node, 0, 0, 0);
    }

    /** The program has a policy of its own: from {@code from} on, what was drawn counts no more; then goes on. */
    void forget(AddressSpace space, int slot, long from, Pending pending, Pending.Step then) {
        Ranges ranges = space.arena().ranges();
        int its = 1 << Ranges.NONE | 1 << Arena.TAINTED; // nobody's, or with a policy that the program gave it, perhaps
        long start = random == null ? Layout.ARENA_END : ranges.firstOf(from, Layout.ARENA_END, ~its);
        if (start == Layout.ARENA_END) {
            then.resume(slot, pending, 0);
            return;
        }
        long end = ranges.firstOf(start, Layout.ARENA_END, its);
        pending.then((itsSlot, itsPending, result) -> forget(space, itsSlot, end, itsPending, then));
        reply.make(slot, Nr.MBIND, start, end - start, Mempolicy.MPOL_DEFAULT, 0, 0, 0);
    }
}
