package org.outrigger.kernel.memory;

import java.util.List;
import org.outrigger.abi.Mempolicy;
import org.outrigger.corert.Layout;
import org.outrigger.host.NumaPolicy;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;

/**
 * {@code set_mempolicy}: from which NUMA nodes a thread takes memory. Linux does it; but a page that the arena or the heap has
 * kept was taken under the policy of whoever touched it, and must not be handed out as if the next one had.
 *
 * <p>So what is kept goes back to Linux when a policy is set. If the address space has had one thread only, all later threads
 * inherit its policy, and pages may be kept again. Otherwise threads may differ, and nothing is kept any more. A policy that
 * takes memory from where a thread runs, over one that did so before, changes nothing. Pages from a pool stay: dropped, they
 * would lose their reservation. Source: {@code set_mempolicy(2)}.
 */
final class ThreadPolicies {
    private final Reply reply;
    private final Unmapping unmapping;
    private final NodeDraw draw;
    private final NodeChoice choice;
    private boolean ordinary;
    private final Pending.Step set = this::set;

    ThreadPolicies(Reply reply, Unmapping unmapping, NodeDraw draw, NodeChoice choice) {
        this.reply = reply;
        this.unmapping = unmapping;
        this.draw = draw;
        this.choice = choice;
        inherited(new NumaPolicy(Mempolicy.MPOL_DEFAULT, List.of()));
    }

    /** The policy of the job's processes where the plan chooses none. */
    void inherited(NumaPolicy policy) {
        ordinary = choice.ranks().isEmpty() ? policy.ordinary()
                : choice.ranks().stream().allMatch(rank -> rank.mode() == Mempolicy.MPOL_LOCAL);
    }

    void set(AddressSpace space, Request request, Pending pending) {
        int mode = (int) request.arg(0) & ~Mempolicy.MPOL_MODE_FLAGS;
        pending.first = mode == Mempolicy.MPOL_DEFAULT || mode == Mempolicy.MPOL_LOCAL ? 1 : 0;
        pending.subject = space;
        pending.then(set);
        reply.tell(request.slot());
    }

    private void set(int slot, Pending pending, long result) {
        AddressSpace space = (AddressSpace) pending.subject;
        boolean unchanged = pending.first != 0 && ordinary && !space.policies().isSet();
        if (result < 0 || unchanged) {
            reply.done(slot, result);
            return;
        }
        space.policies().set(MemoryCalls.roundUp(space.breakNow()), space.breakDirty());
        unmapping.drop(space, slot, Layout.ARENA_BASE, pending, (itsSlot, itsPending, dropped) -> {
            space.settle();
            draw.forget(space, itsSlot, Layout.ARENA_BASE, itsPending, (last, its, bound) -> reply.done(last, result));
        });
    }
}
