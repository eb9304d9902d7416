/*
 * calls [MMAP-THRESHOLD]: the program whose calls are timed by `outrigger bench calls`. It is a plain program and knows nothing
 * of where it runs. It says "ready PID TICKS-PER-NS TIMER-TICKS", and then for each line "ROW CALLS TIMED" of its standard input
 * makes some null calls that do not count, then that many calls, and answers with one line:
 *
 *   done TICKS TICKS-PER-NS MAX-TICKS VALUE:COUNT...   the whole batch; with TIMED each call, as middles of buckets in ticks
 *   failed TEXT                                        a call failed, and what it said
 *
 * With MMAP-THRESHOLD, in bytes, malloc takes whatever is at least so large by mmap, however often that was so before.
 *
 * calls first: times each of its first 100 null calls and answers with one line as above.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "timing.h"

#define FIRST_CALLS 100
#define LEAD_IN 1000
#define PAGE 4096
#define KIB 1024L
#define MIB (1024L * KIB)
#define MANY_THREADS 10000
#define SILENCE_NS 5000000
#define SMALL_STACK (64 * KIB)
/* Together more than the 132 KiB that a heap begins with. */
#define HEAP_FILLER (16 * KIB)
#define HEAP_FILLERS 10

static const char *null_program = "/bin/true";

#define OPERATION static inline __attribute__((always_inline)) int

#include "round_trip.h" /* it needs OPERATION and timing.h */

OPERATION op_getpid(long unused)
{
    (void)unused;
    getpid();
    return 0;
}

OPERATION op_getppid(long unused)
{
    (void)unused;
    getppid();
    return 0;
}

OPERATION op_sched_yield(long unused)
{
    (void)unused;
    return sched_yield() ? errno : 0;
}

OPERATION op_clock(long unused)
{
    (void)unused;
    struct timespec now;
    return clock_gettime(CLOCK_MONOTONIC, &now) ? errno : 0;
}

static int zero = -1;

OPERATION op_read(long unused)
{
    (void)unused;
    char byte;
    return read(zero, &byte, 1) == 1 ? 0 : errno;
}

static inline void touch(volatile char *memory, long size)
{
    for (long at = 0; at < size; at += PAGE)
        memory[at] = 1;
}

OPERATION op_mmap(long size)
{
    void *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return errno;
    return munmap(memory, (size_t)size) ? errno : 0;
}

OPERATION op_mmap_touch(long size)
{
    void *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return errno;
    touch(memory, size);
    return munmap(memory, (size_t)size) ? errno : 0;
}

static char *heap_end;

OPERATION op_brk(long size)
{
    return brk(heap_end + size) || brk(heap_end) ? errno : 0;
}

OPERATION op_brk_touch(long size)
{
    if (brk(heap_end + size))
        return errno;
    touch(heap_end, size);
    return brk(heap_end) ? errno : 0;
}

OPERATION op_malloc_touch(long size)
{
    char *memory = malloc((size_t)size);
    if (!memory)
        return ENOMEM;
    touch(memory, size);
    free(memory);
    return 0;
}

static void *idle(void *argument)
{
    return argument;
}

OPERATION op_thread(long unused)
{
    (void)unused;
    pthread_t thread;
    int error = pthread_create(&thread, NULL, idle, NULL);
    return error ? error : pthread_join(thread, NULL);
}

static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;
static sem_t all_there;
static int there, wanted;

static void *wait_at_gate(void *argument)
{
    if (__atomic_add_fetch(&there, 1, __ATOMIC_SEQ_CST) == wanted)
        sem_post(&all_there);
    pthread_rwlock_rdlock(&gate);
    pthread_rwlock_unlock(&gate);
    return argument;
}

/* All of the threads are alive at once: the gate opens when the last one has come to it. */
OPERATION op_many_threads(long threads)
{
    static pthread_t thread[MANY_THREADS];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, SMALL_STACK);
    sem_init(&all_there, 0, 0);
    there = 0;
    wanted = (int)threads;
    pthread_rwlock_wrlock(&gate);
    int error = 0;
    long made = 0;
    while (made < threads && !(error = pthread_create(&thread[made], &attributes, wait_at_gate, NULL)))
        made++;
    if (!error)
        while (sem_wait(&all_there) && errno == EINTR)
            ;
    pthread_rwlock_unlock(&gate);
    for (long i = 0; i < made; i++)
        pthread_join(thread[i], NULL);
    pthread_attr_destroy(&attributes);
    sem_destroy(&all_there);
    return error;
}

static inline int await(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ECHILD;
}

OPERATION op_fork(long unused)
{
    (void)unused;
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0)
        _exit(0);
    return await(child);
}

OPERATION op_fork_exec(long unused)
{
    (void)unused;
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child == 0) {
        execl(null_program, null_program, (char *)NULL);
        _exit(127);
    }
    return await(child);
}

OPERATION op_spawn(long unused)
{
    (void)unused;
    extern char **environ;
    char *const words[] = {(char *)null_program, NULL};
    pid_t child;
    int error = posix_spawn(&child, null_program, NULL, NULL, words, environ);
    return error ? error : await(child);
}

static int there_pipe[2], back_pipe[2];

OPERATION op_ping(long unused)
{
    (void)unused;
    char byte = 0;
    return write(there_pipe[1], &byte, 1) == 1 && read(back_pipe[0], &byte, 1) == 1 ? 0 : errno ? errno : EPIPE;
}

/* The partner lives for one batch; making and ending it is not timed. */
static int row_pipe(long calls, int timed)
{
    if (pipe(there_pipe) || pipe(back_pipe))
        return errno;
    pid_t partner = fork();
    if (partner < 0)
        return errno;
    if (partner == 0) {
        close(there_pipe[1]);
        close(back_pipe[0]);
        char byte;
        while (read(there_pipe[0], &byte, 1) == 1 && write(back_pipe[1], &byte, 1) == 1)
            ;
        _exit(0);
    }
    close(there_pipe[0]);
    close(back_pipe[1]);
    int error = op_ping(0); /* the partner has begun */
    if (!error)
        error = measure(calls, timed, op_ping, 0);
    close(there_pipe[1]);
    close(back_pipe[0]);
    int ended = await(partner);
    return error ? error : ended;
}

/* Each call after a silence in which whoever answers goes to sleep; only the calls are timed. */
static int row_silence(long calls, int timed)
{
    uint64_t sum = 0;
    for (long i = 0; i < calls; i++) {
        struct timespec silence = {0, SILENCE_NS};
        while (nanosleep(&silence, &silence) && errno == EINTR)
            ;
        uint64_t from = before();
        getpid();
        uint64_t ticks = after() - from;
        sum += ticks;
        if (timed)
            record(ticks);
    }
    total_ticks = sum;
    return 0;
}

static int row_brk(long calls, int timed, int touched, long size)
{
    heap_end = sbrk(0);
    return touched ? measure(calls, timed, op_brk_touch, size) : measure(calls, timed, op_brk, size);
}

/* Here a batch is one operation, on so many threads. */
static int row_threads(long threads, int timed)
{
    return threads > MANY_THREADS ? EINVAL : measure(1, timed, op_many_threads, threads);
}

#define ROW(name, expression)                    \
    static int name(long calls, int timed)       \
    {                                            \
        return expression;                       \
    }
ROW(row_getpid, measure(calls, timed, op_getpid, 0))
ROW(row_getppid, measure(calls, timed, op_getppid, 0))
ROW(row_sched_yield, measure(calls, timed, op_sched_yield, 0))
ROW(row_clock, measure(calls, timed, op_clock, 0))
ROW(row_read, measure(calls, timed, op_read, 0))
ROW(row_mmap_64k, measure(calls, timed, op_mmap, 64 * KIB))
ROW(row_mmap_64k_touch, measure(calls, timed, op_mmap_touch, 64 * KIB))
ROW(row_mmap_2m, measure(calls, timed, op_mmap, 2 * MIB))
ROW(row_mmap_2m_touch, measure(calls, timed, op_mmap_touch, 2 * MIB))
ROW(row_mmap_64m, measure(calls, timed, op_mmap, 64 * MIB))
ROW(row_mmap_64m_touch, measure(calls, timed, op_mmap_touch, 64 * MIB))
ROW(row_brk_4k, row_brk(calls, timed, 0, 4 * KIB))
ROW(row_brk_128k, row_brk(calls, timed, 0, 128 * KIB))
ROW(row_brk_1m_touch, row_brk(calls, timed, 1, MIB))
ROW(row_malloc_64k, measure(calls, timed, op_malloc_touch, 64 * KIB))
ROW(row_malloc_1m, measure(calls, timed, op_malloc_touch, MIB))
ROW(row_malloc_32m, measure(calls, timed, op_malloc_touch, 32 * MIB))
ROW(row_thread, measure(calls, timed, op_thread, 0))
ROW(row_fork, measure(calls, timed, op_fork, 0))
ROW(row_fork_exec, measure(calls, timed, op_fork_exec, 0))
ROW(row_spawn, measure(calls, timed, op_spawn, 0))

static const struct row {
    const char *name;
    int (*run)(long calls, int timed);
} rows[] = {
    {"getpid", row_getpid},
    {"getpid_silence", row_silence},
    {"round_trip", row_round_trip},
    {"getppid", row_getppid},
    {"sched_yield", row_sched_yield},
    {"read_zero", row_read},
    {"clock_gettime", row_clock},
    {"mmap_64k", row_mmap_64k},
    {"mmap_64k_touch", row_mmap_64k_touch},
    {"mmap_2m", row_mmap_2m},
    {"mmap_2m_touch", row_mmap_2m_touch},
    {"mmap_64m", row_mmap_64m},
    {"mmap_64m_touch", row_mmap_64m_touch},
    {"brk_4k", row_brk_4k},
    {"brk_128k", row_brk_128k},
    {"brk_1m_touch", row_brk_1m_touch},
    {"malloc_64k", row_malloc_64k},
    {"malloc_1m", row_malloc_1m},
    {"malloc_32m", row_malloc_32m},
    {"thread", row_thread},
    {"threads_10000", row_threads},
    {"fork_wait", row_fork},
    {"fork_exec", row_fork_exec},
    {"spawn_exec", row_spawn},
    {"pipe", row_pipe},
};

/* From now on malloc takes what is at least so large by mmap: the room that the heap has left is used up, and is not renewed. */
static int always_map(const char *threshold)
{
    if (!mallopt(M_MMAP_THRESHOLD, atoi(threshold)) || !mallopt(M_TOP_PAD, 0))
        return EINVAL;
    for (int i = 0; i < HEAP_FILLERS; i++) {
        char *filler = malloc(HEAP_FILLER);
        if (!filler)
            return ENOMEM;
        __asm__ volatile("" : : "r"(filler) : "memory"); /* it is wanted, though never used */
    }
    return 0;
}

static void answer(int error)
{
    tell_time(error);
    putchar('\n');
    fflush(stdout);
}

static int first(void)
{
    int error = measure(FIRST_CALLS, 1, op_getpid, 0);
    calibrate();
    settle();
    answer(error);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "first"))
        return first();
    if (argc > 2) {
        fprintf(stderr, "usage: %s [MMAP-THRESHOLD | first]\n", argv[0]);
        return 2;
    }
    if (argc == 2 && always_map(argv[1])) {
        fprintf(stderr, "%s: the threshold %s cannot be had\n", argv[0], argv[1]);
        return 1;
    }
    signal(SIGINT, SIG_IGN); /* a terminal's Ctrl-C is for the benchmark, which ends this program */
    zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    if (zero < 0) {
        fprintf(stderr, "%s: /dev/zero: %s\n", argv[0], strerror(errno));
        return 1;
    }
    calibrate();
    settle();
    double timer = timer_ticks();
    printf("ready %d %.9f %.1f\n", (int)getpid(), ticks_per_ns(), timer);
    fflush(stdout);
    char line[128], name[64];
    while (fgets(line, sizeof line, stdin)) {
        long calls;
        int timed;
        const struct row *row = rows, *end = rows + sizeof rows / sizeof *rows;
        if (sscanf(line, "%63s %ld %d", name, &calls, &timed) != 3) {
            fprintf(stderr, "%s: malformed request: %s", argv[0], line);
            return 1;
        }
        while (row < end && strcmp(row->name, name))
            row++;
        if (row == end) {
            fprintf(stderr, "%s: no row %s\n", argv[0], name);
            return 1;
        }
        forget();
        for (int i = 0; i < LEAD_IN; i++) /* whoever answers has gone to sleep since the last batch */
            getpid();
        answer(row->run(calls, timed));
    }
    return 0;
}
