package org.outrigger.kernel.boot;

import java.util.function.Consumer;
import org.outrigger.abi.CloneFlags;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.Task;

/** What a loop answers by itself: requests that concern nothing but the address space, which belongs to the same loop. */
final class OwnCalls {
    private final Reply reply;
    private final Affinities affinities;
    private final MemoryCalls memory;

    /** All of them with the replies of one loop. */
    OwnCalls(Reply reply, Affinities affinities, MemoryCalls memory) {
        this.reply = reply;
        this.affinities = affinities;
        this.memory = memory;
    }

    /**
     * A fork may need its memory prepared.
     *
     * @param again delivers the request once more when that is done
     * @return whether the request waits for it
     */
    boolean prepares(Task task, Request request, Consumer<Request> again) {
        if (!forks(request)) {
            return false;
        }
        Request kept = request.copy();
        return memory.beforeFork(task.process().space(), task.slot(), task.pending(), () -> again.accept(kept));
    }

    /** Goes on with a conversation. */
    void resume(int slot, Task task, Request request) {
        Pending.Step step = task == null ? null : task.pending().take();
        if (step == null) {
            reply.done(slot, -Errno.EINVAL);
        } else {
            step.resume(slot, task.pending(), request.arg(0));
            MemoryCalls.answered(task.process().space(), task.pending());
        }
    }

    /** Answers a request; false where it is one for the main loop. */
    boolean serve(Task task, Request request) {
        if (request.op() == Layout.OP_SYSCALL) {
            return syscall(task, request);
        }
        boolean own = request.op() == Layout.OP_LIMITS && (int) request.arg(2) == task.process().pid();
        if (own) {
            memory.limits(task.process().space(), task.slot(), limited(request), task.pending());
        }
        return own;
    }

    private boolean syscall(Task task, Request request) {
        long nr = request.nr();
        AddressSpace space = task.process().space();
        if (nr == Nr.GETPID) {
            reply.done(task.slot(), task.process().pid());
        } else if (nr == Nr.GETTID) {
            reply.done(task.slot(), task.tid());
        } else if (nr == Nr.SCHED_YIELD) {
            affinities.relinquish(task);
        } else if (MemoryCalls.concerns(nr) && !(nr == Nr.MMAP && mapsCode(request) && patches(space, request))) {
            memory.serve(space, request, task.pending());
        } else if (forks(request)) {
            return !memory.mayFork(space, task.slot());
        } else {
            return false;
        }
        return true;
    }

    /** Whether code that is being mapped is the patcher's concern: with a limit all mappings come here, whoever makes them. */
    private static boolean patches(AddressSpace space, Request request) {
        if (MemoryCalls.touches(space, request)) {
            return false;
        }
        if (space.accounted()) {
            if (space.islands() == 0 || (request.arg(2) & Mman.PROT_WRITE) != 0) {
                return false;
            }
            if ((request.arg(3) & Mman.MAP_FIXED) != 0) {
                space.unmapped(request.arg(0), request.arg(0) + request.arg(1));
            }
        }
        return true;
    }

    private static boolean forks(Request request) {
        return request.op() == Layout.OP_SYSCALL && request.nr() == Nr.CLONE && (request.arg(0) & CloneFlags.CLONE_VM) == 0;
    }

    private static boolean mapsCode(Request request) {
        return (request.arg(2) & Mman.PROT_EXEC) != 0 && (request.arg(3) & Mman.MAP_ANONYMOUS) == 0
                && (request.arg(3) & Mman.MAP_TYPE) == Mman.MAP_PRIVATE;
    }

    /** Whether a limit is set, by the operands of {@code OP_LIMITS}. */
    static boolean limited(Request request) {
        return request.arg(0) != -1 || request.arg(1) != -1;
    }

    /**
     * What is to be done to the address space before the main loop gets a request: it does not touch other loops' spaces.
     *
     * @return the space that the request is about: for a fork, the child's
     */
    AddressSpace prepare(Task task, Request request) {
        AddressSpace space = task.process().space();
        if (request.op() == Layout.OP_EXIT && request.arg(1) != 0) {
            space.unmapped(request.arg(0), request.arg(0) + request.arg(1));
        }
        if (request.op() == Layout.OP_SYSCALL && request.nr() == Nr.CLONE
                && (request.arg(0) & (CloneFlags.CLONE_VM | CloneFlags.CLONE_VFORK)) == CloneFlags.CLONE_VM) {
            space.policies().share();
        }
        return forks(request) ? space.fork() : space;
    }
}
