package org.outrigger.kernel.boot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.outrigger.channel.Owners;
import org.outrigger.channel.Receiver;
import org.outrigger.host.Affinity;
import org.outrigger.host.Compilers;
import org.outrigger.host.Futex;
import org.outrigger.host.NumaPolicy;
import org.outrigger.host.PageMap;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Scheduling;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.loop.Inbox;
import org.outrigger.kernel.loop.KernelLoop;
import org.outrigger.kernel.loop.Pace;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.Ahead;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.memory.PageMaps;
import org.outrigger.kernel.memory.PoolLedger;
import org.outrigger.kernel.memory.Populator;
import org.outrigger.kernel.memory.Standstill;
import org.outrigger.kernel.memory.SystemPools;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.Loops;
import org.outrigger.kernel.task.Placement;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/**
 * The kernel loops of a job. The main loop, number 0, is run by the thread that calls {@link #run}; each other loop gets a thread
 * when the first process is assigned to it. All methods belong to the main loop's thread.
 */
final class KernelLoops implements Loops {
    private static final int LOOP_SPIN = 20_000;
    private static final int STACK_BYTES = 512 << 10;
    /** Whether memory gets pages ahead of use. */
    private static final boolean AHEAD = !"false".equals(System.getProperty("outrigger.ahead"));
    private static final String SHARED = "the LWK and the program share the core";
    private static final String CROWDED = "there are more loops than Linux cores";

    /** A kernel loop with what belongs to it. */
    final class Loop {
        final int number;
        final Syscalls linux = new Syscalls();
        final Futex futex = new Futex(linux);
        final Receiver receiver;
        final Reply reply;
        final Inbox inbox;
        final int[] cores;
        private final boolean crowded;
        private final Pace pace;
        private volatile KernelLoop turns;
        private Branch branch;
        private Thread thread;

        Loop(int number) {
            this.number = number;
            receiver = new Receiver(memory.memory(), JobMemory.geometryOf(number), futex::wake, owners, number);
            reply = new Reply(memory.memory(), memory.geometry(), receiver);
            inbox = new Inbox(receiver);
            cores = request.kernelLoops() == 1 ? request.linuxCores()
                    : new int[] {request.linuxCores()[number % request.linuxCores().length]};
            crowded = request.sharedCore() || request.kernelLoops() > request.linuxCores().length;
            pace = new Pace(new Scheduling(linux), new Compilers(linux)::nanoseconds,
                    crowded ? Pace.Priority.NONE : request.loopPriority(),
                    request.sharedCore() ? SHARED : crowded ? CROWDED : "");
        }

        private void run(KernelLoop.Work work) {
            if (request.kernelLoops() > 1) {
                Affinity.bind(linux, 0, cores);
            }
            KernelLoop loop = new KernelLoop(receiver, futex, work, crowded || sharing ? 0 : LOOP_SPIN, pace);
            turns = loop;
            loop.run();
        }

        Pace pace() {
            return pace;
        }

        /** Requests served. */
        long requests() {
            return turns == null ? 0 : turns.requests();
        }
    }

    /** The standstill is put together when the loops are there already. */
    private final class LaterStandstill implements Standstill {
        private final Loop loop;

        LaterStandstill(Loop loop) {
            this.loop = loop;
        }

        private void inMainLoop(Runnable action) {
            if (elsewhere(loop.number)) {
                main().inbox.post(action, loop.futex);
            } else {
                action.run();
            }
        }

        @Override
        public void begin(AddressSpace space, int slot, Ready ready) {
            inMainLoop(() -> standstill.begin(space, slot, ready));
        }

        @Override
        public void end(AddressSpace space, int slot) {
            inMainLoop(() -> standstill.end(space, slot));
        }
    }

    private final JobRequest request;
    private final JobMemory memory;
    private final boolean arenas;
    private final Owners owners;
    private final List<Loop> loops = new ArrayList<>();
    private final int[] load;
    private TaskTable tasks;
    private Placement placement;
    private Lwk lwk;
    private Standstill standstill;
    private final Ahead ahead;
    private final PoolLedger ledger;
    private volatile boolean sharing;
    private boolean stopped;

    /** @param arenas as {@link MemoryCalls} has it */
    KernelLoops(JobRequest request, JobMemory memory, boolean arenas, PoolLedger ledger) {
        this.request = request;
        this.memory = memory;
        this.arenas = arenas;
        this.ledger = ledger;
        owners = new Owners(memory.geometry().slots());
        load = new int[request.kernelLoops()];
        ahead = populator();
        loops.add(new Loop(0));
    }

    /** On one NUMA node only: pages come from the node of who brings them in. Not where the LWK has no core of its own. */
    private Ahead populator() {
        String nodes = new ProcFile(new Syscalls()).text("/sys/devices/system/node/online").strip();
        if (!AHEAD || request.sharedCore() || nodes.contains("-") || nodes.contains(",")) {
            return Ahead.NEVER;
        }
        Populator populator = new Populator();
        Thread thread = new Thread(null, populator, "populator", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return populator;
    }

    /** Completes the circle: what the other loops look into, and pass to. */
    void connect(TaskTable itsTasks, Placement itsPlacement, Lwk itsLwk, Standstill itsStandstill) {
        standstill = itsStandstill;
        tasks = itsTasks;
        placement = itsPlacement;
        lwk = itsLwk;
    }

    Loop main() {
        return loops.get(0);
    }

    /** Those that were started. */
    List<Loop> all() {
        return loops;
    }

    /** What a loop answers by itself. */
    OwnCalls ownCalls(Loop loop, TaskTable itsTasks, Placement itsPlacement) {
        MemoryCalls calls = new MemoryCalls(loop.reply, request.memory(),
                new PageMaps(new PageMap(loop.linux), new ProcFile(loop.linux)), arenas,
                pools(loop.linux), new LaterStandstill(loop), ahead);
        calls.inherited(NumaPolicy.current(loop.linux));
        return new OwnCalls(loop.reply,
                new Affinities(memory.memory(), memory.geometry(), loop.reply, itsTasks, itsPlacement), calls);
    }

    private SystemPools pools(Syscalls linux) {
        List<Path> groups = new ArrayList<>();
        request.seat().ifPresent(seat -> seat.members().forEach(member -> groups.add(member.toAbsolutePath().getParent())));
        return new SystemPools(new ProcFile(linux), ledger, groups,
                request.seat().isPresent() && request.seat().get().thpDisabled());
    }

    /** LWK cores are Linux cores too from now on, or no longer: then loops do not spin beside the program. */
    void shareCores(boolean shared) {
        sharing = shared;
        for (Loop loop : loops) {
            if (loop.turns != null) {
                loop.turns.spins(loop.crowded || shared ? 0 : LOOP_SPIN);
            }
        }
    }

    @Override
    public int choose() {
        int best = 0;
        for (int i = 1; i < load.length; i++) {
            best = load[i] < load[best] ? i : best;
        }
        while (loops.size() <= best) {
            start();
        }
        return best;
    }

    private void start() {
        Loop loop = new Loop(loops.size());
        loops.add(loop);
        Inbox toMain = main().inbox;
        loop.branch = new Branch(loop.receiver, loop.reply, new Request(memory.memory(), memory.geometry()), tasks,
                ownCalls(loop, tasks, placement), loop.inbox,
                (task, passed, space) -> toMain.post(() -> lwk.passed(task, passed, space), loop.futex));
        loop.thread = new Thread(null, () -> {
            try {
                loop.run(loop.branch);
            } catch (Throwable failed) { // the whole LWK ends as if it had been the main loop
                toMain.post(() -> {
                    throw new IllegalStateException("kernel loop " + loop.number, failed);
                }, loop.futex);
            }
        }, "loop " + loop.number, STACK_BYTES);
        loop.thread.setDaemon(true);
        loop.thread.start();
    }

    @Override
    public void load(int loop, int processes) {
        load[loop] += processes;
    }

    private boolean elsewhere(int loop) {
        return loop != 0 && !stopped;
    }

    @Override
    public void at(int loop, Runnable action, Runnable then) {
        if (elsewhere(loop)) {
            Loop other = loops.get(loop);
            Inbox toMain = main().inbox;
            other.inbox.post(() -> {
                action.run();
                toMain.post(then, other.futex);
            }, main().futex);
        } else {
            action.run();
            then.run();
        }
    }

    @Override
    public void recall(int loop, Task[] threads, Runnable then) {
        at(loop, () -> loops.get(loop).branch.giveUp(threads), then);
    }

    /** A request that came to the main loop is for the loop that the thread's process belongs to. */
    void divert(Task task) {
        int loop = task.process().loop();
        main().receiver.home(task.slot(), loop);
        main().receiver.give(task.slot(), loop);
        Branch branch = loops.get(loop).branch;
        loops.get(loop).inbox.post(() -> branch.serve(task.slot()), main().futex);
    }

    /** Runs the main loop until its work is finished, then ends the others; what they had still to say is heard. */
    void run() {
        try {
            main().run(lwk);
        } finally {
            for (Loop loop : others()) {
                loop.branch.finish();
                loop.inbox.post(() -> { }, main().futex);
            }
            for (Loop loop : others()) { // also when this one fails: nobody answers after the LWK is gone
                join(loop.thread);
            }
        }
        stopped = true;
        for (Loop loop : others()) {
            loop.inbox.serveAll();
        }
        main().inbox.serveAll();
    }

    private List<Loop> others() {
        return loops.subList(1, loops.size());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
