import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Garbage collection, compiled code, threads, stack overflow, null checks and a subprocess; deterministic output. */
public class Churn {
    static int deep(int n) { return deep(n + 1) + 1; }

    static long collatz(long n) { long steps = 0; while (n != 1) { n = (n & 1) == 0 ? n / 2 : 3 * n + 1; steps++; } return steps; }

    public static void main(String[] args) throws Exception {
        Map<Integer, List<byte[]>> live = new HashMap<>();
        long bytes = 0;
        for (int i = 0; i < 400_000; i++) {
            byte[] b = new byte[64 + i % 1000];
            bytes += b.length;
            if (i % 50 == 0) { live.computeIfAbsent(i % 97, k -> new ArrayList<>()).add(b); }
        }
        System.gc();
        System.out.println("allocated " + bytes + " live " + live.values().stream().mapToInt(List::size).sum());
        System.out.println("collatz " + LongStream.rangeClosed(1, 200_000).map(Churn::collatz).max().getAsLong());
        System.out.println("parallel " + IntStream.range(0, 2_000_000).parallel().mapToLong(i -> (i * 31L) ^ (i >> 3)).sum());
        ExecutorService pool = Executors.newFixedThreadPool(6);
        ConcurrentHashMap<Integer, AtomicLong> counts = new ConcurrentHashMap<>();
        CyclicBarrier barrier = new CyclicBarrier(6);
        List<Future<?>> futures = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            futures.add(pool.submit(() -> {
                for (int round = 0; round < 20; round++) {
                    for (int i = 0; i < 2000; i++) { counts.computeIfAbsent(i % 13, k -> new AtomicLong()).incrementAndGet(); }
                    barrier.await();
                }
                return null;
            }));
        }
        for (Future<?> f : futures) { f.get(); }
        pool.shutdown();
        System.out.println("counts " + counts.values().stream().mapToLong(AtomicLong::get).sum());
        int overflows = 0;
        for (int i = 0; i < 5; i++) { try { deep(0); } catch (StackOverflowError e) { overflows++; } }
        System.out.println("overflows " + overflows);
        int nulls = 0;
        String[] names = {"a", null};
        for (int i = 0; i < 100_000; i++) { try { nulls += names[i & 1].length() == 1 ? 0 : 1; } catch (NullPointerException e) { nulls++; } }
        System.out.println("nulls " + nulls);
        int outOfMemory = 0;
        try { long[][] hog = new long[64][]; for (int i = 0; i < 64; i++) { hog[i] = new long[64 << 20]; } }
        catch (OutOfMemoryError e) { outOfMemory++; }
        System.out.println("out of memory " + outOfMemory);
        Process child = new ProcessBuilder("sh", "-c", "echo from a child; exit 5").redirectErrorStream(true).start();
        System.out.print(new String(child.getInputStream().readAllBytes()));
        System.out.println("child " + child.waitFor());
        Object lock = new Object();
        boolean[] done = new boolean[1];
        Thread waiter = new Thread(() -> { synchronized (lock) { while (!done[0]) { try { lock.wait(); } catch (InterruptedException e) { return; } } } });
        waiter.start();
        synchronized (lock) { done[0] = true; lock.notifyAll(); }
        waiter.join();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        System.exit(3);
    }
}
