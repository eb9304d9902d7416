package org.outrigger.kernel.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.corert.Layout;
import org.outrigger.kernel.inject.Injector;
import org.outrigger.kernel.inject.Patcher;
import org.outrigger.kernel.loop.KernelLoop;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.report.LeftToLinux;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.Lifecycle;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/**
 * The lightweight kernel's work: takes each request to the part that serves it, and keeps the one conversation that involves
 * several parts, the exec. Owned by the kernel loop's thread.
 */
final class Lwk implements KernelLoop.Work, Injector.Outcome {
    private static final int MOST_LEFT = 1000;

    /** The parts that the requests go to. */
    record Parts(Reply reply, TaskTable tasks, Lifecycle lifecycle, Affinities affinities, MemoryCalls memory) {
    }

    /** Handles what the warden hears. */
    interface Listener {
        void hear(Warden.Event event);
    }

    private final Parts parts;
    private final Request request;
    private final Queue<Warden.Event> events;
    private final Names names;
    private final Samples samples;
    private final LongSupplier clock;
    private final List<LeftToLinux> left = new ArrayList<>();
    private final Pending.Step execFailed = this::execFailed;
    private final Pending.Step plainExecFailed = this::plainExecFailed;
    private Injector injector;
    private Patcher patcher;
    private Listener listener;
    private boolean finished;

    /** What Linux calls the processes. */
    interface Names {
        /** Path of the file that the process executes. */
        String program(int pid);
    }

    /** What Linux has counted for a process that is about to end. */
    interface Samples {
        LwkProcess.Sample take(int pid);
    }

    Lwk(Parts parts, Request request, Queue<Warden.Event> events, Names names, Samples samples, LongSupplier clock) {
        this.parts = parts;
        this.request = request;
        this.events = events;
        this.names = names;
        this.samples = samples;
        this.clock = clock;
    }

    /** Completes the circle: the injector reports to this, the listener acts on it. */
    void connect(Injector itsInjector, Patcher itsPatcher, Listener itsListener) {
        injector = itsInjector;
        patcher = itsPatcher;
        listener = itsListener;
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
        boolean worked = injector.busy() && injector.poll() || parts.lifecycle.watchNext();
        Warden.Event event = events.poll();
        if (event != null) {
            listener.hear(event);
            worked = true;
        }
        return worked;
    }

    @Override
    public void serve(int slot) {
        request.load(slot);
        Task task = parts.tasks.task(slot);
        switch (request.op()) {
            case (int) Layout.OP_SYSCALL -> {
                if (task == null) {
                    parts.reply.here(slot);
                } else {
                    syscall(task);
                }
            }
            case (int) Layout.OP_RESULT -> {
                Pending.Step step = task == null ? null : task.pending().take();
                if (step == null) {
                    parts.reply.done(slot, -Errno.EINVAL);
                } else {
                    step.resume(slot, task.pending(), request.arg(0));
                }
            }
            case (int) Layout.OP_EXECED -> {
                LwkProcess process = parts.lifecycle.execed(request);
                if (process != null) {
                    process.program(names.program(process.pid()));
                }
            }
            case (int) Layout.OP_STARTED -> {
                if (injector.holds((int) request.arg(0))) {
                    parts.lifecycle.started(request);
                } else {
                    parts.reply.plain(slot);
                }
            }
            default -> other(slot, task);
        }
    }

    private void other(int slot, Task task) {
        if (request.op() == (int) Layout.OP_EXIT) {
            parts.lifecycle.exited(task, request);
            return;
        }
        if (task == null) {
            parts.reply.done(slot, 0);
            return;
        }
        switch (request.op()) {
            case (int) Layout.OP_CLONED -> parts.lifecycle.cloned(task, request);
            case (int) Layout.OP_PATCH -> patch(task);
            case (int) Layout.OP_LIMITS -> {
                boolean limited = request.arg(0) != -1 || request.arg(1) != -1;
                LwkProcess subject = parts.tasks.process((int) request.arg(2));
                if (subject == null || subject == task.process()) {
                    parts.memory.limits(task.process().space(), slot, limited, task.pending());
                } else {
                    parts.memory.limitsFromOutside(subject.space(), limited);
                    parts.reply.done(slot, 0);
                }
            }
            default -> parts.reply.done(slot, -Errno.EINVAL);
        }
    }

    private void syscall(Task task) {
        Pending.Step abandoned = task.pending().take();
        long nr = request.nr();
        if (abandoned == execFailed && nr != Nr.EXECVE && nr != Nr.EXECVEAT) {
            injector.abandon(task.tid()); // a handler ran instead of the exec
        }
        switch ((int) nr) {
            case Nr.GETPID -> parts.reply.done(task.slot(), task.process().pid());
            case Nr.GETTID -> parts.reply.done(task.slot(), task.tid());
            case Nr.SCHED_YIELD -> parts.affinities.relinquish(task);
            case Nr.SCHED_GETAFFINITY -> parts.affinities.get(task, request);
            case Nr.SCHED_SETAFFINITY -> parts.affinities.set(task, request);
            case Nr.CLONE -> parts.lifecycle.announce(task, request);
            case Nr.EXECVE, Nr.EXECVEAT -> exec(task);
            case Nr.EXIT_GROUP -> {
                task.process().sample(samples.take(task.process().pid()));
                parts.reply.here(task.slot());
            }
            case Nr.PTRACE -> {
                leave(task.process().pid(), task.process().program(), "another tracer owns it");
                parts.reply.done(task.slot(), 0);
            }
            default -> {
                if (nr == Nr.MMAP && mapsCode() && !MemoryCalls.touches(task.process().space(), request)) {
                    patcher.map(task.process().pid(), task.slot(), task.process().space(), request.arg(1), (int) request.arg(4),
                            request.arg(5), task.pending());
                } else if (MemoryCalls.concerns(nr)) {
                    parts.memory.serve(task.process().space(), request, task.pending());
                } else {
                    parts.reply.here(task.slot());
                }
            }
        }
    }

    private boolean mapsCode() {
        return (request.arg(2) & Mman.PROT_EXEC) != 0 && (request.arg(3) & Mman.MAP_ANONYMOUS) == 0
                && (request.arg(3) & Mman.MAP_TYPE) == Mman.MAP_PRIVATE;
    }

    /** Only where no other thread can be executing what is written. */
    private void patch(Task task) {
        LwkProcess process = task.process();
        boolean alone = process.tasks().size() == 1 && !parts.lifecycle.expectsChildOf(process);
        for (LwkProcess other : parts.tasks.running()) {
            alone &= other == process || other.space() != process.space();
        }
        if (alone) {
            patcher.patch(process.pid(), task.slot(), process.space(), task.pending());
        } else {
            parts.reply.done(task.slot(), 0);
        }
    }

    private void exec(Task task) {
        int pid = task.process().pid();
        String path = request.nr() == Nr.EXECVE
                ? injector.programPath(task.tid(), request.arg(0))
                : injector.programPathAt(task.tid(), (int) request.arg(0), request.arg(1));
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
        parts.reply.here(task.slot());
    }

    private void plainExecFailed(int slot, Pending pending, long result) {
        left.remove(pending.subject);
        pending.subject = null;
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
            parts.reply.done(task.slot(), task.pending().first);
        }
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
    public void injected(int pid) {
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
