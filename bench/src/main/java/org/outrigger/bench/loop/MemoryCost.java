package org.outrigger.bench.loop;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;
import org.outrigger.kernel.loop.Pending;
import org.outrigger.kernel.loop.Request;
import org.outrigger.host.PageMap;
import org.outrigger.host.ProcFile;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.MemoryCalls;
import org.outrigger.kernel.memory.MemoryPlan;
import org.outrigger.kernel.memory.PageMaps;

/**
 * The books of memory: a request decoded, the arena or the heap searched and changed, the answer written. No page is touched;
 * what the thread does with its answer, such as zeroing, is not in it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemoryCost {

    private static final int SLOT = 0;
    private static final long PIECE = 64 << 10;
    private static final long HEAP = 1L << 32;
    private static final long PROT = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long FLAGS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;

    private final LocalChannels channels = new LocalChannels();
    private final Request request = new Request(channels.memory(), channels.geometry());
    private final MemoryCalls calls = new MemoryCalls(channels.reply(), MemoryPlan.DEFAULT,
            new PageMaps(new PageMap(new Syscalls()), new ProcFile(new Syscalls())), true);
    private final AddressSpace space = new AddressSpace(HEAP, false);
    private final Pending pending = new Pending();

    /** Free gaps of one page between pieces in use, below the place where memory is found. */
    @Param({"0", "1000"})
    private int gaps;

    /** An arena and a heap that have grown already. */
    @Setup
    public void open() {
        long[] pages = new long[2 * gaps];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = ask(Nr.MMAP, 0, Mman.PAGE_SIZE, PROT, FLAGS, -1);
        }
        for (int i = 0; i < pages.length; i += 2) {
            ask(Nr.MUNMAP, pages[i], Mman.PAGE_SIZE, 0, 0, 0);
        }
        mapAndUnmap();
        heapUpAndDown();
    }

    private long ask(long nr, long a, long b, long c, long d, long e) {
        channels.call(SLOT, nr, a, b, c, d, e);
        request.load(SLOT);
        calls.serve(space, request, pending);
        channels.follow(SLOT, request, pending);
        return channels.value(SLOT);
    }

    /** One mmap of 64 KiB and its munmap: two calls. */
    @Benchmark
    public long mapAndUnmap() {
        long piece = ask(Nr.MMAP, 0, PIECE, PROT, FLAGS, -1);
        return ask(Nr.MUNMAP, piece, PIECE, 0, 0, 0);
    }

    /** One brk up by 64 KiB and one down: two calls. */
    @Benchmark
    public long heapUpAndDown() {
        ask(Nr.BRK, HEAP + PIECE, 0, 0, 0, 0);
        return ask(Nr.BRK, HEAP, 0, 0, 0, 0);
    }
}
