package org.outrigger.kernel.boot;

import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.loop.Inbox;
import org.outrigger.kernel.loop.KernelLoop;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/**
 * The work of a loop other than the main loop: answers what concerns the address spaces that belong to it, and passes everything
 * else on, the slot with it. Owned by its loop's thread.
 */
final class Branch implements KernelLoop.Work {
    /** Takes what is not for this loop, from its thread. */
    interface Main {
        /** @param space what {@link OwnCalls#prepare} said */
        void pass(Task task, Request request, AddressSpace space);
    }

    private final Receiver receiver;
    private final Reply reply;
    private final Request request;
    private final TaskTable tasks;
    private final OwnCalls own;
    private final Inbox inbox;
    private final Main main;
    private volatile boolean finished;

    Branch(Receiver receiver, Reply reply, Request request, TaskTable tasks, OwnCalls own, Inbox inbox, Main main) {
        this.receiver = receiver;
        this.reply = reply;
        this.request = request;
        this.tasks = tasks;
        this.own = own;
        this.inbox = inbox;
        this.main = main;
    }

    @Override
    public void serve(int slot) {
        request.load(slot);
        Task task = tasks.task(slot);
        if (task == null) {
            reply.here(slot);
        } else if (request.op() == Layout.OP_RESULT) {
            own.resume(slot, task, request);
        } else {
            task.pending().take(); // a conversation that a signal handler abandoned
            if (!own.serve(task, request) && !own.prepares(task, request, kept -> pass(task, kept))) {
                pass(task, request.copy());
            }
        }
    }

    private void pass(Task task, Request passed) {
        AddressSpace space = own.prepare(task, passed);
        receiver.give(task.slot(), 0);
        main.pass(task, passed, space);
    }

    /** Gives the slots of threads that it still has to the main loop. */
    void giveUp(Task[] threads) {
        for (Task task : threads) {
            if (receiver.owns(task.slot()) && tasks.task(task.slot()) == task) {
                receiver.give(task.slot(), 0);
            }
        }
    }

    @Override
    public boolean tend() {
        return inbox.serve();
    }

    @Override
    public boolean restless() {
        return false;
    }

    @Override
    public boolean finished() {
        return finished;
    }

    /** From any thread, which rings afterwards. */
    void finish() {
        finished = true;
    }
}
