package org.outrigger.kernel.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.inject.Injector;
import org.outrigger.kernel.inject.Patcher;
import org.outrigger.kernel.loop.Inbox;
import org.outrigger.kernel.loop.KernelLoop;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.memory.Stacks;
import org.outrigger.kernel.report.LeftToLinux;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.Lifecycle;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/**
 * The main loop's work: takes each request to the part that serves it, and keeps the one conversation that involves several
 * parts, the exec. Everything that concerns more than one address space is done here, whichever loop has found the request.
 * Owned by the main loop's thread.
 */
final class Lwk implements KernelLoop.Work, Injector.Outcome {
    private static final int MOST_LEFT = 1000;
    /** Without a call for so long, the program does not wait. */
    private static final long QUIET_NS = 300_000L;
    /** A program that runs for so long goes on, as a rule. */
    private static final long LIVES_NS = 30_000_000L;
    /** Who says after how many calls a process is to be patched wants it just then. */
    private static final boolean AT_ONCE = System.getProperty("outrigger.patch.after") != null;

    /** The parts that the requests go to. */
    record Parts(Receiver receiver, Reply reply, TaskTable tasks, Lifecycle lifecycle, Affinities affinities, OwnCalls own,
                 KernelLoops loops, Stacks stacks) {
    }

    private final Parts parts;
    private final Request request;
    private final Inbox inbox;
    private final Names names;
    private final Samples samples;
    private final LongSupplier clock;
    private final List<LeftToLinux> left = new ArrayList<>();
    private final Pending.Step execFailed = this::execFailed;
    private final Pending.Step plainExecFailed = this::plainExecFailed;
    private Injector injector;
    private Patcher patcher;
    private Rehearsal rehearsal;
    private Runnable foresight;
    private Runnable warm;
    /** Requests served, and as many as were heard of when {@link #rehearse} was called last and found some. */
    private int served;
    private int noticed;
    private long firstNoticed;
    private long lastNoticed;
    private boolean finished;

    /** What Linux calls the processes. */
    interface Names {
        /** Path of the file that the process executes. */
        String program(int pid);
    }

    /** What is asked of Linux about a process whose image is about to go, or has gone. */
    interface Samples {
        /** What Linux has counted for a process that is about to end. */
        LwkProcess.Sample take(int pid);

        /** Where the calls of the image were made that a process has: it execs, or ends. */
        default void look(int pid) {
        }

        /** A new image is there, whose program has not run yet. */
        default void image(LwkProcess process) {
        }

        /** Where the mapping of a process ends that an address is in, or 0. */
        default long mappingEnd(int pid, long address) {
            return 0;
        }

        /** The image is gone. */
        default void forget(int pid) {
        }
    }

    Lwk(Parts parts, Request request, Inbox inbox, Names names, Samples samples, LongSupplier clock) {
        this.parts = parts;
        this.request = request;
        this.inbox = inbox;
        this.names = names;
        this.samples = samples;
        this.clock = clock;
    }

    /** Completes the circle: the injector reports to this. */
    void connect(Injector itsInjector, Patcher itsPatcher) {
        injector = itsInjector;
        patcher = itsPatcher;
    }

    /**
     * While there is nothing else to do a rehearsal is played, to its end.
     *
     * @param early run when the program has shown that it does not end at once
     * @param then  run at the end
     */
    void rehearse(Rehearsal its, Runnable early, Runnable then) {
        rehearsal = its;
        foresight = early;
        warm = then;
    }

    void finish() {
        finished = true;
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public boolean restless() {
        return injector.busy();
    }

    @Override
    public boolean tend() {
        boolean traced = injector.busy() && injector.poll();
        return inbox.serve() || traced || parts.lifecycle.watchNext();
    }

    @Override
    public boolean rehearse() {
        if (rehearsal == null || restless() || busy()) {
            return false;
        }
        if (!rehearsal.step()) {
            rehearsal = null;
            warm.run();
        }
        return rehearsal != null;
    }

    @Override
    public boolean rehearses() {
        return rehearsal != null;
    }

    /** Whether the program calls now, and would wait for a step of the rehearsal. Its calls do as well as rehearsed ones. */
    private boolean busy() {
        long now = System.nanoTime();
        if (served != noticed) {
            rehearsal.spare(served - noticed);
            noticed = served;
            lastNoticed = now;
            firstNoticed = firstNoticed == 0 ? now : firstNoticed;
        }
        if (foresight != null && noticed > 0 && now - firstNoticed > LIVES_NS) {
            foresight.run();
            foresight = null;
        }
        return noticed > 0 && now - lastNoticed < QUIET_NS;
    }

    @Override
    public void serve(int slot) {
        served++;
        request.load(slot);
        Task task = parts.tasks.task(slot);
        switch (request.op()) {
            case (int) Layout.OP_RESULT -> parts.own.resume(slot, task, request);
            case (int) Layout.OP_EXECED ->
                parts.lifecycle.execed(request.copy(), process -> {
                        samples.forget(process.pid());
                        process.program(names.program(process.pid()));
                        samples.image(process);
                    });
            case (int) Layout.OP_STARTED -> {
                if (injector.holds((int) request.arg(0))) {
                    parts.lifecycle.started(request);
                } else {
                    parts.reply.plain(slot);
                }
            }
            default -> {
                if (task == null) {
                    unknown(slot);
                } else {
                    known(task);
                }
            }
        }
    }

    private void unknown(int slot) {
        if (request.op() == Layout.OP_SYSCALL) {
            parts.reply.here(slot);
        } else if (request.op() == Layout.OP_EXIT) {
            parts.receiver.release(slot); // nobody else does
        } else {
            parts.reply.done(slot, 0);
        }
    }

    private void known(Task task) {
        Pending.Step abandoned = task.pending().take();
        boolean again = request.op() == Layout.OP_SYSCALL && (request.nr() == Nr.EXECVE || request.nr() == Nr.EXECVEAT);
        if (abandoned != null && injector != null) {
            injector.thaw(task.tid()); // if others were held for it
        }
        if (abandoned == execFailed && !again) {
            injector.abandon(task.tid()); // a handler ran instead of the exec
        }
        AddressSpace space = task.process().space();
        if (space.loop() == 0) {
            if (!parts.own.serve(task, request) && !parts.own.prepares(task, request,
                    kept -> serve(task, kept, parts.own.prepare(task, kept)))) {
                serve(task, request, parts.own.prepare(task, request));
            }
        } else if (task.process().loop() == space.loop()) {
            parts.loops.divert(task);
        } else {
            unknown(task.slot()); // the last words of a process that has ended
        }
    }

    /** Another loop has given up a slot, and the request in it. */
    void passed(Task task, Request from, AddressSpace space) {
        AddressSpace parent = task.process().space();
        if (parts.tasks.task(from.slot()) == task) {
            serve(task, from, space);
        } else if (space != parent) { // its thread is gone, and the slot may be somebody else's
            parts.loops.at(parent.loop(), () -> parent.born(space), space.commitment()::release);
        }
    }

    /** What concerns more than the address space. */
    private void serve(Task task, Request asked, AddressSpace space) {
        int slot = task.slot();
        switch (asked.op()) {
            case (int) Layout.OP_SYSCALL -> syscall(task, asked, space);
            case (int) Layout.OP_CLONED -> parts.lifecycle.cloned(task, asked);
            case (int) Layout.OP_EXIT -> parts.lifecycle.exited(task);
            case (int) Layout.OP_PATCH -> patch(task, AT_ONCE || asked.arg(0) != 0);
            case (int) Layout.OP_LIMITS -> {
                LwkProcess named = parts.tasks.process((int) asked.arg(2));
                AddressSpace subject = named == null ? space : named.space();
                boolean limited = OwnCalls.limited(asked);
                parts.loops.at(subject.loop(), () -> MemoryCalls.limitsFromOutside(subject, limited), () -> {
                    if (parts.tasks.task(slot) == task) {
                        parts.reply.done(slot, 0);
                    }
                });
            }
            default -> parts.reply.done(slot, -Errno.EINVAL);
        }
    }

    private void syscall(Task task, Request asked, AddressSpace space) {
        switch ((int) asked.nr()) {
            case Nr.SCHED_GETAFFINITY -> parts.affinities.get(task, asked);
            case Nr.SCHED_SETAFFINITY -> parts.affinities.set(task, asked);
            case Nr.CLONE -> make(task, asked, space);
            case Nr.EXECVE, Nr.EXECVEAT -> exec(task, asked);
            case Nr.EXIT_GROUP -> {
                task.process().sample(samples.take(task.process().pid()));
                samples.look(task.process().pid());
                parts.reply.here(task.slot());
            }
            case Nr.PTRACE -> {
                leave(task.process().pid(), task.process().program(), "another tracer owns it");
                parts.reply.done(task.slot(), 0);
            }
            case Nr.MMAP -> patcher.map(task.process().pid(), task.slot(), space, asked.arg(1), (int) asked.arg(4), asked.arg(5),
                    task.pending());
            default -> parts.reply.here(task.slot());
        }
    }

    /** A child is announced; a thread's stack gets its pages before. */
    private void make(Task task, Request asked, AddressSpace space) {
        if (parts.stacks.concerns(asked.arg(0), asked.arg(2))) {
            Request kept = asked.copy();
            parts.stacks.populateThread(task.slot(), asked.arg(2), task.pending(),
                    () -> parts.lifecycle.announce(task, kept, space));
        } else {
            parts.lifecycle.announce(task, asked, space);
        }
    }

    /**
     * Only where no other thread can be executing what is written. A process that asks because it lives is not kept waiting for
     * what takes long: it will ask again. One that is about to have threads can never be patched later.
     */
    private void patch(Task task, boolean certainly) {
        LwkProcess process = task.process();
        boolean alone = process.tasks().size() == 1 && !parts.lifecycle.expectsChildOf(process);
        for (LwkProcess other : parts.tasks.running()) {
            alone &= other == process || other.space() != process.space();
        }
        if (alone && (certainly || patcher.ready(process.pid()))) {
            patcher.patch(process.pid(), task.slot(), process.space(), task.pending());
        } else {
            parts.reply.done(task.slot(), 0);
        }
    }

    private void exec(Task task, Request asked) {
        int pid = task.process().pid();
        samples.look(pid);
        String path = asked.nr() == Nr.EXECVE
                ? injector.programPath(task.tid(), asked.arg(0))
                : injector.programPathAt(task.tid(), (int) asked.arg(0), asked.arg(1));
        Optional<String> why = path != null
                ? injector.plainLinux(path)
                : Optional.of("its number is not the LWK's: another PID namespace, or its memory cannot be read");
        if (why.isEmpty()) {
            long seized = injector.announce(task.tid());
            if (seized < 0) {
                why = Optional.of("another tracer owns it, or ptrace is not permitted");
            }
        }
        if (why.isPresent()) {
            leave(pid, path == null ? task.process().program() : path, why.get());
            task.pending().subject = left.isEmpty() ? null : left.getLast();
            task.pending().then(plainExecFailed);
        } else {
            task.pending().then(execFailed);
        }
        parts.receiver.home(task.slot(), 0); // what comes of it is heard here
        task.process().space().leaving(pid);
        parts.reply.here(task.slot());
    }

    private void plainExecFailed(int slot, Pending pending, long result) {
        left.remove(pending.subject);
        pending.subject = null;
        goHome(parts.tasks.task(slot));
        parts.reply.done(slot, result);
    }

    private void execFailed(int slot, Pending pending, long result) {
        Task task = parts.tasks.task(slot);
        pending.first = result;
        pending.subject = this; // the thread waits until it is traced no longer
        if (!injector.abandon(task.tid())) {
            answerFailed(task);
        }
    }

    private void answerFailed(Task task) {
        if (task != null && task.pending().subject == this) {
            task.pending().subject = null;
            goHome(task);
            parts.reply.done(task.slot(), task.pending().first);
        }
    }

    private void goHome(Task task) {
        parts.receiver.home(task.slot(), task.process().loop());
    }

    /** Whether the thread of a slot is the one with these notes. */
    boolean waits(int slot, Pending pending) {
        Task task = parts.tasks.task(slot);
        return task != null && task.pending() == pending;
    }

    /** The slot through which the new image of a thread that execs will report. */
    int slotOf(int tid) {
        Task task = parts.tasks.byTid(tid);
        return task == null ? -1 : task.slot();
    }

    @Override
    public void injected(int pid, long stack) {
        LwkProcess process = parts.tasks.process(pid);
        if (parts.stacks.wanted() && process != null) {
            process.stack(stack, samples.mappingEnd(pid, stack));
        }
        // It reports itself over its slot.
    }

    @Override
    public void left(int pid, String why) {
        leave(pid, names.program(pid), why);
        parts.lifecycle.ended(pid);
    }

    @Override
    public void released(int tid) {
        answerFailed(parts.tasks.byTid(tid));
    }

    @Override
    public void ended(int tid) {
        answerFailed(parts.tasks.byTid(tid));
    }

    /** Notes that a process runs on plain Linux. */
    void leave(int pid, String what, String why) {
        if (left.size() < MOST_LEFT) {
            left.add(new LeftToLinux(pid, what, why));
        }
    }

    List<LeftToLinux> left() {
        return left;
    }

    /** Nanoseconds since the job began. */
    long now() {
        return clock.getAsLong();
    }
}
