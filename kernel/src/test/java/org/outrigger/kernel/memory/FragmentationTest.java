package org.outrigger.kernel.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Nr;

/**
 * is mapped is limited by what is used and how many pieces there are; and what is resident, by what was once used.
 * is mapped is limited by what is used and how many pieces there are; and what is resident by what was once used.
 */
class FragmentationTest {
    private static final long PAGE = SimulatedLinux.PAGE;
    private static final long MIB = 1L << 20;
    private static final long RW = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long ANON = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    /** What may be kept beyond what was once used. */
    private static final long SLACK = 64 * MIB;
    /** Nobody has looked at so much yet. */
    private static final long UNKNOWN = 64 * MIB;

    /** A program that touches what it allocates, and checks the bounds as it goes. */
    private static final class Program {
        final SimulatedKernel kernel = new SimulatedKernel(true);
        final SimulatedProcess process = new SimulatedProcess(kernel);
        final Arena arena = process.space.arena();
        final TreeMap<Long, Long> live = new TreeMap<>();
        long used;
        long peak;
        int frees;

        long allocate(long pages) {
            long bytes = pages * PAGE;
            int extents = process.space.extents();
            long largest = largestFree(bytes);
            long at = process.make(Nr.MMAP, 0, bytes, RW, ANON, -1, 0);
            assertTrue(at > 0, "errno");
            // Large pieces on small pages have a zone of their own.
            assertTrue(process.space.extents() == extents || largest < bytes || Arena.plain(at), "grown in vain");
            for (long page = at; page < at + bytes; page += PAGE) {
                assertEquals(0, process.linux.page(page).content);
                process.linux.page(page).content = page;
            }
            live.put(at, bytes);
            used += bytes;
            peak = Math.max(peak, used);
            checkMapped(bytes);
            return at;
        }

        void free(long at) {
            long bytes = live.remove(at);
            used -= bytes;
            assertEquals(0, process.make(Nr.MUNMAP, at, bytes));
            if (++frees % 256 != 0) {
                return;
            }
            long resident = process.linux.resident();
            assertTrue(resident <= peak + SLACK + UNKNOWN, () -> (resident - peak) / MIB + " MiB more than was ever used");
        }

        /** The longest stretch of free memory in the zone of a piece. */
        private long largestFree(long bytes) {
            Ranges ranges = arena.ranges();
            long largest = 0;
            long start = 0;
            long end = 0;
            for (int i = ranges.index(arena.zoneStart(bytes)); i < ranges.size() && ranges.from(i) < arena.zoneEnd(bytes); i++) {
                if ((Arena.FREE_SET & 1 << ranges.tag(i)) != 0) {
                    start = ranges.from(i) == end ? start : ranges.from(i);
                    end = ranges.to(i);
                    largest = Math.max(largest, end - start);
                }
            }
            return largest;
        }

        /** A free stretch is shorter than the largest piece when the zone grows, and it may grow to twice that. */
        private void checkMapped(long bytes) {
            if (bytes >= Arena.HUGE) {
                return;
            }
            long stretches = live.size() + process.space.extents();
            long bound = 2 * (peak + stretches * 511 * PAGE) + Arena.SMALL_EXTENT;
            assertTrue(arena.zoneBytes(bytes) <= bound, () -> arena.zoneBytes(bytes) / MIB + " MiB mapped");
        }

        /** How many times what was ever used is mapped for small pieces. */
        double factor() {
            return (double) arena.zoneBytes(PAGE) / peak;
        }
    }

    /** Programs, by what is known to be hard for allocators, and by what real ones do. The factor is what each may cost. */
    enum Trace {
        RANDOM(3) {
            @Override
            void run(Program program, Random random) {
                List<Long> live = new ArrayList<>();
                for (int i = 0; i < 2000; i++) {
                    if (program.used < 64 * MIB && random.nextInt(3) > 0) {
                        live.add(program.allocate(1 + random.nextInt(random.nextInt(4) == 0 ? 511 : 16)));
                    } else if (!live.isEmpty()) {
                        program.free(live.remove(random.nextInt(live.size())));
                    }
                }
            }
        },
        /** Sizes double; of each generation those stay that keep the next one from fitting between them. */
        ROBSON(9) {
            @Override
            void run(Program program, Random random) {
                long most = 64 * MIB;
                List<Long> live = new ArrayList<>();
                for (long pages = 1; pages < 512; pages *= 2) {
                    while (program.used + pages * PAGE <= most) {
                        live.add(program.allocate(pages));
                    }
                    long unit = 2 * pages * PAGE;
                    List<Long> kept = new ArrayList<>();
                    long last = -1;
                    for (long at : live.stream().sorted().toList()) {
                        if (at / unit != last) {
                            kept.add(at);
                            last = at / unit;
                        } else {
                            program.free(at);
                        }
                    }
                    live = kept;
                }
            }
        },
        /** Every other piece goes, and then larger ones come. */
        COMB(4) {
            @Override
            void run(Program program, Random random) {
                for (int pages = 4; pages <= 256; pages *= 4) {
                    List<Long> live = new ArrayList<>();
                    while (program.used < 64 * MIB) {
                        live.add(program.allocate(pages));
                    }
                    for (int i = 0; i < live.size(); i += 2) {
                        program.free(live.get(i));
                    }
                }
            }
        },
        /** A queue of messages of slowly changing size. */
        QUEUE(3) {
            @Override
            void run(Program program, Random random) {
                Deque<Long> queue = new ArrayDeque<>();
                for (int i = 0; i < 3000; i++) {
                    queue.add(program.allocate(1 + i / 50 + random.nextInt(8)));
                    if (queue.size() > 200) {
                        program.free(queue.remove());
                    }
                }
            }
        },
        /** Arrays that are copied into ones twice as large, several at a time, as vectors are. */
        VECTORS(3) {
            @Override
            void run(Program program, Random random) {
                for (int round = 0; round < 20; round++) {
                    long[] vectors = new long[8];
                    for (long pages = 1; pages <= 256; pages *= 2) {
                        for (int i = 0; i < vectors.length; i++) {
                            long next = program.allocate(pages + random.nextInt(2));
                            if (vectors[i] != 0) {
                                program.free(vectors[i]);
                            }
                            vectors[i] = next;
                        }
                    }
                    for (long vector : vectors) {
                        program.free(vector);
                    }
                }
            }
        },
        /** Time steps of a hydrodynamics code: fields that stay, temporaries of a few sizes that go in the order they came. */
        HYDRO(3) {
            @Override
            void run(Program program, Random random) {
                for (int i = 0; i < 40; i++) {
                    program.allocate(300);
                }
                for (int step = 0; step < 60; step++) {
                    List<Long> temporaries = new ArrayList<>();
                    for (int i = 0; i < 12; i++) {
                        temporaries.add(program.allocate(i % 3 == 0 ? 700 + step % 7 : 90 + 30 * (i % 4)));
                    }
                    temporaries.forEach(program::free);
                }
            }
        };

        final double most;

        Trace(double most) {
            this.most = most;
        }

        abstract void run(Program program, Random random);
    }

    @ParameterizedTest
    @EnumSource
    void staysWithinItsBounds(Trace trace) {
        for (long seed = 1; seed <= 2; seed++) {
            Program program = new Program();
            trace.run(program, new Random(seed));
            assertTrue(program.factor() <= trace.most || program.arena.zoneBytes(PAGE) <= Arena.SMALL_EXTENT,
                    () -> program.factor() + " times what was ever used");
        }
    }
}
