/*
 * Makes system calls that the LWK answers by itself: steady WARM_UP CALLS. Both numbers are rounded up to whole rounds of the mix.
 * The warm-up is done again until 2.5 seconds are over, and has pauses at its end, in which the kernel loop goes to sleep.
 * Prints, when all is over, the times between which the CALLS were made, by CLOCK_REALTIME in nanoseconds, and how many they were.
 * Each call is checked; a wrong answer ends the program with status 1.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PIECE 65536
#define MIX 7 /* calls in a round */
#define YOUTH_NS 2500000000
#define NAPS 300
#define NAP_NS 3000000 /* longer than the kernel loop spins */

/* A site of the form that can be patched, in a function that the compiler describes: `mov $nr,%eax; syscall`. */
#define CALL(nr, a, b, c, d, e, f)                                                                                              \
    __extension__({                                                                                                             \
        long result_;                                                                                                           \
        register long r10_ __asm__("r10") = (long)(d);                                                                          \
        register long r8_ __asm__("r8") = (long)(e);                                                                            \
        register long r9_ __asm__("r9") = (long)(f);                                                                            \
        __asm__ volatile("mov %1, %%eax\n\tsyscall"                                                                             \
                         : "=&a"(result_)                                                                                       \
                         : "i"(nr), "D"((long)(a)), "S"((long)(b)), "d"((long)(c)), "r"(r10_), "r"(r8_), "r"(r9_)               \
                         : "rcx", "r11", "memory");                                                                             \
        result_;                                                                                                                \
    })

static void must(int right, const char *what)
{
    if (!right) {
        fprintf(stderr, "steady: wrong answer of %s\n", what);
        exit(1);
    }
}

static long round_up(long calls)
{
    return (calls + MIX - 1) / MIX;
}

static __attribute__((noinline)) void rounds(long count, long pid, long heap)
{
    for (; count; count--) {
        must(CALL(SYS_getpid, 0, 0, 0, 0, 0, 0) == pid, "getpid");
        must(CALL(SYS_gettid, 0, 0, 0, 0, 0, 0) == pid, "gettid");
        must(CALL(SYS_sched_yield, 0, 0, 0, 0, 0, 0) == 0, "sched_yield");
        long piece = CALL(SYS_mmap, 0, PIECE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        must(piece > 0, "mmap");
        must(CALL(SYS_munmap, piece, PIECE, 0, 0, 0, 0) == 0, "munmap");
        must(CALL(SYS_brk, heap + PIECE, 0, 0, 0, 0, 0) == heap + PIECE, "brk up");
        must(CALL(SYS_brk, heap, 0, 0, 0, 0, 0) == heap, "brk down");
    }
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time); /* answered by the vDSO: no system call */
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    long warm_up = round_up(atol(argv[1])), measured = round_up(atol(argv[2]));
    long pid = getpid();
    long heap = (long)sbrk(0);
    /* A young LWK leaves small pieces of memory to Linux, and looks for real time after a second. */
    int64_t grown_up = now() + YOUTH_NS;
    do
        rounds(warm_up, pid, heap);
    while (now() < grown_up);
    /* The loop must have slept and been woken often enough for that to be compiled too. */
    for (int i = 0; i < NAPS; i++) {
        struct timespec nap = {0, NAP_NS};
        nanosleep(&nap, 0);
        rounds(1, pid, heap);
    }
    int64_t begin = now();
    rounds(measured, pid, heap);
    int64_t end = now();
    printf("%lld %lld %ld\n", (long long)begin, (long long)end, measured * MIX);
    return 0;
}
