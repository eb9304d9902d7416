package org.outrigger.kernel.boot;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Receiver;
import org.outrigger.corert.Layout;
import org.outrigger.host.Affinity;
import org.outrigger.host.CString;
import org.outrigger.host.Futex;
import org.outrigger.host.ProcFile;
import org.outrigger.host.ProcessMemory;
import org.outrigger.host.RemoteMemory;
import org.outrigger.host.Syscalls;
import org.outrigger.host.share.JobName;
import org.outrigger.kernel.inject.Injector;
import org.outrigger.kernel.inject.Patcher;
import org.outrigger.kernel.inject.Surveyor;
import org.outrigger.kernel.loop.Reply;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.Account;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.Stacks;
import org.outrigger.kernel.memory.Budget;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.PoolLedger;
import org.outrigger.kernel.patch.SiteCache;
import org.outrigger.kernel.share.Allowance;
import org.outrigger.kernel.share.Sharing;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.CoreChange;
import org.outrigger.kernel.task.Lifecycle;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.Placement;
import org.outrigger.kernel.task.RankCores;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;
import org.outrigger.kernel.triage.TriageTable;

/** One job: puts the LWK together, has the launcher start the program, and runs the kernel loop until the job is done. */
final class Job {
    /** Turns that a thread waits for its answer before it sleeps; about 50 microseconds. */
    private static final int SENDER_SPIN = 2000;
    private static final int DECIMAL = 10;
    /** Trapped calls after which patching pays: it costs about as much as so many traps. */
    private static final int PATCH_AFTER = Integer.getInteger("outrigger.patch.after", 512);

    private final JobRequest request;
    private final Syscalls linux = new Syscalls();
    private final ProcFile files = new ProcFile(linux);
    private final JobMemory memory;
    private final KernelLoops loops;
    private final Receiver receiver;
    private final TaskTable tasks;
    private final Lwk lwk;
    private final Injector injector;
    private final Warden warden;
    private final ControlSocket control;
    private final SiteCache siteCache;
    private final Optional<Budget> budget;
    private final ImageCharge images;
    private final TrapSites sites;
    private final Surveyor surveyor;
    private final Patcher patcher;
    private final Futex surveyorsBell = new Futex(new Syscalls());
    private final Sharing sharing;
    private final Lifecycle lifecycles;
    private final LwkProcess[] ranks;
    private final RunningJob running;
    private final Optional<Link> link;
    private final long began;
    private final LongSupplier clock;
    private int exitStatus;
    private boolean launcherGone;
    private long minorFaults;
    private long majorFaults;
    private double ticksPerNanosecond = 1;

    Job(JobRequest request, TriageTable table, int controlDescriptor) {
        this.request = request;
        this.ranks = new LwkProcess[request.ranks()];
        this.began = System.nanoTime();
        this.clock = () -> System.nanoTime() - began;
        bindToLinuxCores();
        control = new ControlSocket(controlDescriptor);
        memory = JobMemory.create(linux);
        PoolLedger ledger = request.seat().map(seat -> PoolLedger.of(seat.pools()))
                .orElseGet(() -> PoolLedger.leaving(request.heldBack()));
        loops = new KernelLoops(request, memory, !files.text("/proc/sys/vm/overcommit_memory").startsWith("2"), ledger);
        receiver = loops.main().receiver;
        Reply reply = loops.main().reply;
        Placement placement = new Placement();
        tasks = new TaskTable(receiver, placement);
        LinuxThreads threads = new LinuxThreads(linux, request.realTime());
        placement.tell(threads);
        warden = new Warden(control, (event, own) -> loops.main().inbox.post(() -> hear(event), own));
        budget = Optional.of(request.memory()).filter(MemoryPlan::limited).map(plan -> new Budget(plan, request.ranks()));
        int spin = request.sharedCore() ? 0 : SENDER_SPIN;
        running = new RunningJob(new RunningJob.Parts(request, memory, loops, new CoreChange(tasks, placement), threads, budget,
                ledger, table.dispositions((int) Layout.NR_MAX)[Nr.SCHED_YIELD], spin, this));
        link = request.seat().map(seat -> new Link(seat, running));
        sharing = Sharing.of(linux, System.getenv(JobName.VARIABLE), budget.map(Job::allowance).orElse(Allowance.UNLIMITED));
        if (sharing.open()) {
            warden.expect(linux, sharing.descriptor(), sharing::begin);
        }
        Lifecycle lifecycle = new Lifecycle(memory.memory(), memory.geometry(), receiver, reply, tasks, placement,
                this::watch, loops, clock);
        Affinities affinities = new Affinities(memory.memory(), memory.geometry(), reply, tasks, placement);
        images = new ImageCharge(files);
        sites = new TrapSites(memory.memory(), files, request.measure());
        lwk = new Lwk(new Lwk.Parts(receiver, reply, tasks, lifecycle, affinities,
                loops.ownCalls(loops.main(), tasks, placement), loops, new Stacks(reply, request.memory())),
                new Request(memory.memory(), memory.geometry()), loops.main().inbox,
                pid -> request.measure() ? files.link("/proc/" + pid + "/exe") : "",
                new ProcSamples(files, sites, images), clock);
        String image = "/proc/" + ProcessHandle.current().pid() + "/fd/" + memory.file().descriptor();
        injector = new Injector(linux, files, new RemoteMemory(linux), image, lwk, lwk::slotOf);
        siteCache = new SiteCache(cacheDirectory(), (int) linux.call(Nr.GETEUID, 0, 0, 0));
        surveyor = new Surveyor(siteCache, new ProcessMemory(new Syscalls()),
                continuation -> loops.main().inbox.post(continuation, surveyorsBell));
        patcher = new Patcher(reply, files, new ProcessMemory(linux), surveyor, lwk::waits);
        lwk.connect(injector, patcher);
        loops.connect(tasks, placement, lwk, new Standstills(tasks, injector.freezer(), files, loops));
        lifecycles = lifecycle;
        boolean rehearse = !request.sharedCore() && Rehearsal.CALLS > 0;
        if (rehearse) {
            lwk.rehearse(new Rehearsal(), this::foresee, memory::warm);
            memory.cold();
        }
        memory.open(linux, files, table, spin, request.measure(),
                request.intercept() == Intercept.AUTO ? PATCH_AFTER : 0, request.memory().limited());
        if (rehearse && request.memory().equals(MemoryPlan.DEFAULT)) {
            memory.leaveSmallPieces();
        }
    }

    /** A process may be about to make threads, and would have to wait until its files have been searched. */
    private void foresee() {
        if (request.intercept() == Intercept.AUTO) {
            tasks.running().stream().findFirst().ifPresent(process -> patcher.ready(process.pid()));
        }
    }

    /** What processes share counts against the job's limit, once. */
    private static Allowance allowance(Budget budget) {
        return new Allowance() {
            @Override
            public boolean charge(long bytes) {
                return budget.charge(bytes);
            }

            @Override
            public void uncharge(long bytes) {
                budget.uncharge(bytes);
            }
        };
    }

    /** The JVM's threads stay off the LWK cores; those it makes later inherit that. */
    private void bindToLinuxCores() {
        String[] threads = new java.io.File("/proc/self/task").list();
        if (threads != null) {
            for (String thread : threads) {
                Affinity.bind(linux, Integer.parseInt(thread, DECIMAL), request.linuxCores());
            }
        }
    }

    /** Where what was learnt of files is kept from one job to the next. */
    private static Path cacheDirectory() {
        String cache = System.getenv("XDG_CACHE_HOME");
        String home = System.getenv("HOME");
        if (cache != null && cache.startsWith("/")) {
            return Path.of(cache, "outrigger");
        }
        return home != null && home.startsWith("/") ? Path.of(home, ".cache", "outrigger") : Path.of("/nonexistent");
    }

    private void watch(int pid) {
        if (!warden.watch(linux, pid)) {
            lifecycles.ended(pid);
        }
    }

    /** Runs the job; returns when it is done. */
    void run() {
        Thread listening = new Thread(null, warden, "warden", 256 << 10);
        listening.setDaemon(true);
        listening.start();
        if (request.intercept() == Intercept.AUTO) {
            Thread surveying = new Thread(null, surveyor, "surveyor", 512 << 10);
            surveying.setDaemon(true);
            surveying.start();
        }
        int[] cpus = new int[request.ranks()];
        for (int rank = 0; rank < cpus.length; rank++) {
            cpus[rank] = request.coresOfRank(rank)[0];
        }
        control.spawn(linux, request, cpus);
        letGoOfStandardOutput();
        try {
            loops.run();
            memory.leave();
            receiver.wakeAll();
            sharing.end(linux);
        } finally {
            running.end();
            link.ifPresent(Link::end);
        }
    }

    /** Whoever reads the program's output must see its end when the program closes it, not when the LWK ends. */
    private void letGoOfStandardOutput() {
        MemorySegment path = CString.of("/dev/null");
        long descriptor = linux.must("open", Nr.OPEN, path.address(), 2, 0);
        linux.must("dup2", Nr.DUP2, descriptor, 1, 0);
        linux.call(Nr.CLOSE, descriptor, 0, 0);
    }

    private void hear(Warden.Event event) {
        switch (event) {
            case Warden.Event.Ended ended -> {
                lifecycles.ended(ended.pid());
                sites.forget(ended.pid());
                finishIfDeserted();
            }
            case Warden.Event.Said said -> hear(said.message());
        }
    }

    private void hear(ControlSocket.Message message) {
        switch (message.op()) {
            case SPAWNED -> spawned(message.first(), message.second());
            case READY -> {
                control.go(linux);
                link.ifPresent(Link::begin);
            }
            case DONE -> {
                exitStatus = message.first();
                ticksPerNanosecond = (double) message.third() / message.fourth();
                lwk.finish();
            }
            case CLOSED -> {
                launcherGone = true;
                finishIfDeserted();
            }
            default -> rankEnded(message);
        }
    }

    /** Without its launcher, the LWK serves as long as there is somebody to serve. */
    private void finishIfDeserted() {
        if (launcherGone && tasks.running().isEmpty()) {
            lwk.finish();
        }
    }

    private void rankEnded(ControlSocket.Message message) {
        minorFaults += message.third();
        majorFaults += message.fourth();
        LwkProcess process = ranks[message.first()];
        if (process != null) {
            process.waitStatus(message.second());
            budget.ifPresent(its -> its.rank(message.first()).end());
            lifecycles.ended(process.pid());
        }
    }

    private void spawned(int rank, int pid) {
        RankCores cores = running.rank(rank);
        AddressSpace space = new AddressSpace(0, true, budget.map(its -> its.rank(rank)).orElse(Account.NONE));
        LwkProcess process = new LwkProcess(pid, (int) ProcessHandle.current().pid(), cores, space, clock.getAsLong());
        space.users(1);
        process.program(request.program());
        process.space().launchBytes(request.memory().launchBytes(rank, request.ranks()));
        ranks[rank] = process;
        tasks.add(process);
        loops.load(0, 1);
        watch(pid);
        var why = injector.plainLinux(request.program());
        long seized = why.isPresent() ? 0 : injector.announce(pid);
        if (seized < 0) {
            String reason = "ptrace is not permitted";
            lwk.leave(pid, request.program(), reason);
            System.err.println("outrigger: " + request.program() + ": runs on plain Linux: " + reason);
        } else if (why.isPresent()) {
            lwk.leave(pid, request.program(), why.get());
        } else {
            Task task = new Task(receiver.take(), pid, process, cores.mask().copy(), cores.cores()[0]);
            tasks.add(task, clock.getAsLong());
            if (cores.version() > 0) { // the launcher has put it on a core of before
                Affinity.bind(linux, pid, new int[] {task.core()});
            }
        }
    }

    JobRequest request() {
        return request;
    }

    /** What can be changed of it while it runs. */
    RunningJob running() {
        return running;
    }

    JobMemory memory() {
        return memory;
    }

    TaskTable tasks() {
        return tasks;
    }

    Lwk lwk() {
        return lwk;
    }

    /** What the job was given and who has it; empty where there is no limit. */
    Optional<Budget> budget() {
        return budget;
    }

    /** Programs whose images alone were more than there was room for. */
    ImageCharge images() {
        return images;
    }

    ProcFile files() {
        return files;
    }

    int exitStatus() {
        return exitStatus;
    }

    /** Where trapped calls were made, those of processes too that go on without the LWK. */
    TrapSites sites() {
        sites.lookAtAll();
        return sites;
    }

    SiteCache siteCache() {
        return siteCache;
    }

    KernelLoops loops() {
        return loops;
    }

    Sharing sharing() {
        return sharing;
    }

    /** Call sites patched, in all processes together. */
    long sitesPatched() {
        return patcher.patched();
    }

    /** Page faults of all ranks, as Linux accounts them, with those of the children that they waited for. */
    long minorFaults() {
        return minorFaults;
    }

    long majorFaults() {
        return majorFaults;
    }

    /** Rate of the time stamp counter. */
    double ticksPerNanosecond() {
        return ticksPerNanosecond;
    }

    /** Nanoseconds since the job began. */
    long elapsed() {
        return clock.getAsLong();
    }
}
