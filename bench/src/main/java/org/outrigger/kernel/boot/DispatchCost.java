package org.outrigger.kernel.boot;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.outrigger.abi.Nr;
import org.outrigger.bench.loop.LocalChannels;
import org.outrigger.channel.Receiver;
import org.outrigger.host.PageMap;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.loop.Inbox;
import org.outrigger.kernel.loop.Request;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.PageMaps;
import org.outrigger.kernel.task.Affinities;
import org.outrigger.kernel.task.CoreMask;
import org.outrigger.kernel.task.LwkProcess;
import org.outrigger.kernel.task.Placement;
import org.outrigger.kernel.task.Task;
import org.outrigger.kernel.task.TaskTable;

/** A call that needs nothing, taken through a kernel loop's work. In its own package, because it is nobody else's to make. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchCost {

    private static final int SLOT = 0;
    private static final int PID = 4711;

    private final LocalChannels channels = new LocalChannels();
    private Branch loop;

    /** A loop with one process of one thread, whose slot holds a getpid. */
    @Setup
    public void open() {
        Receiver receiver = channels.receiver();
        Placement placement = new Placement();
        TaskTable tasks = new TaskTable(receiver, placement);
        Affinities affinities = new Affinities(channels.memory(), channels.geometry(), channels.reply(), tasks, placement);
        loop = new Branch(receiver, channels.reply(), new Request(channels.memory(), channels.geometry()), tasks,
                new OwnCalls(channels.reply(), affinities,
                        new MemoryCalls(channels.reply(), MemoryPlan.DEFAULT,
                                new PageMaps(new PageMap(new Syscalls()), new ProcFile(new Syscalls())), true)),
                                new Inbox(receiver),
                (task, passed, space) -> { });
        int[] cores = {1};
        LwkProcess process = new LwkProcess(PID, 1, cores, new AddressSpace(0, false), 0);
        tasks.add(process);
        tasks.add(new Task(SLOT, PID, process, CoreMask.of(cores), 1), 0);
        channels.call(SLOT, Nr.GETPID, 0, 0, 0, 0, 0);
        whole();
    }

    /** From the request in the slot to the published answer. */
    @Benchmark
    public void dispatch() {
        loop.serve(SLOT);
    }

    /** The same with what comes before it: the sender posts, the receiver finds the request in a polled slot. */
    @Benchmark
    public void whole() {
        channels.post(SLOT);
        int found;
        do {
            found = channels.receiver().poll();
        } while (found < 0);
        loop.serve(found);
    }
}
