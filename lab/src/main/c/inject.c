/*
 * Takes a core away for a set time, again and again: noise of a known pattern. One real-time thread for each core sleeps until its
 * next turn and then spins. What a program on that core loses is the spin and the two changes of context around it. So some turns are
 * made first, with a thread in the program's place that notes what it loses, and the spin is shortened until that is right.
 *
 * Usage: outrigger-inject CPU,... PERIOD-NS DURATION-NS PHASE-NS|stagger
 * Says "ready OVERHEAD-NS" when it begins; ends when its standard input does, and says "injected COUNT late COUNT".
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define NS 1000000000ull
#define PRIORITY 60
#define MOST_CPUS 1024
#define ROUNDS 3
#define ROUND_NS 150000000ull
#define LONGEST_TURN_NS 10000000ull
#define LEAST_GAP_NS 2000.0
#define MOST_BESIDE_NS 200000.0
#define START_AFTER_NS 20000000
#define LAPS_MAX 4096
/* All memory is locked, and Linux lets others than root lock 8 MiB: as much as one stack of the usual size. */
#define STACK (64 << 10)

static int cpus[MOST_CPUS], cpu_count;
static uint64_t period, duration, phase, base, overhead;
static int stagger;
static double rate;
static atomic_ullong injected, late;
static atomic_int victim_runs;

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS + (uint64_t)now.tv_nsec;
}

static void die(const char *what, int error)
{
    fprintf(stderr, "outrigger-inject: %s: %s\n", what, strerror(error));
    exit(1);
}

static void calibrate_clock(void)
{
    uint64_t ticks = __rdtsc(), ns = now_ns(CLOCK_MONOTONIC_RAW), end;
    while ((end = now_ns(CLOCK_MONOTONIC_RAW)) < ns + 20000000)
        ;
    rate = (double)(__rdtsc() - ticks) / (double)(end - ns);
}

static void sleep_until(uint64_t when)
{
    struct timespec at = {(time_t)(when / NS), (long)(when % NS)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        ;
}

static void spin(uint64_t ns)
{
    uint64_t end = __rdtsc() + (uint64_t)((double)ns * rate);
    while (__rdtsc() < end)
        ;
}

/* The thread goes where it is told before it runs at all, at the priority that it is told. */
static pthread_t start(void *(*body)(void *), void *argument, int cpu, int realtime)
{
    pthread_attr_t how;
    pthread_t thread;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pthread_attr_init(&how);
    pthread_attr_setstacksize(&how, STACK);
    pthread_attr_setaffinity_np(&how, sizeof set, &set);
    pthread_attr_setinheritsched(&how, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&how, realtime ? SCHED_FIFO : SCHED_OTHER);
    struct sched_param priority = {realtime ? PRIORITY : 0};
    pthread_attr_setschedparam(&how, &priority);
    int error = pthread_create(&thread, &how, body, argument);
    if (error) {
        char what[64];
        snprintf(what, sizeof what, "no real-time thread on CPU %d", cpu);
        die(what, error);
    }
    return thread;
}

/* Stands for the measured program: notes the gaps in its time. */
static uint64_t gaps[LAPS_MAX];
static int gap_count;

static void *victim(void *unused)
{
    (void)unused;
    double half = (double)duration / 2;
    uint64_t threshold = (uint64_t)((half > LEAST_GAP_NS ? half : LEAST_GAP_NS) * rate);
    uint64_t most = (uint64_t)(((double)duration + MOST_BESIDE_NS) * rate); /* beyond that somebody else had the core as well */
    uint64_t last = __rdtsc();
    while (atomic_load_explicit(&victim_runs, memory_order_relaxed)) {
        uint64_t now = __rdtsc();
        if (now - last > threshold && now - last < most && gap_count < LAPS_MAX)
            gaps[gap_count++] = now - last;
        last = now;
    }
    return NULL;
}

static void *turns(void *unused)
{
    (void)unused;
    uint64_t every = period < LONGEST_TURN_NS || duration * 2 > LONGEST_TURN_NS ? period : LONGEST_TURN_NS;
    uint64_t start = now_ns(CLOCK_MONOTONIC), next = start;
    do {
        next += every;
        sleep_until(next);
        spin(duration > overhead ? duration - overhead : 0);
    } while (next < start + ROUND_NS);
    return NULL;
}

static int ascending(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* What a turn costs beside the spin, on the first core: after each round the median turn shall be as long as was asked for. */
static void calibrate_turn(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        gap_count = 0;
        atomic_store(&victim_runs, 1);
        pthread_t suffering = start(victim, NULL, cpus[0], 0);
        pthread_t turning = start(turns, NULL, cpus[0], 1);
        pthread_join(turning, NULL);
        atomic_store(&victim_runs, 0);
        pthread_join(suffering, NULL);
        if (!gap_count)
            continue;
        qsort(gaps, (size_t)gap_count, sizeof *gaps, ascending);
        uint64_t spun = duration > overhead ? duration - overhead : 0;
        double beside = (double)gaps[gap_count / 2] / rate - (double)spun;
        overhead = beside > 0 ? (uint64_t)beside : 0;
    }
}

static void *injector(void *argument)
{
    int index = (int)(intptr_t)argument;
    uint64_t next = base + (stagger ? period * (uint64_t)index / (uint64_t)cpu_count : phase % period);
    for (;;) {
        sleep_until(next);
        spin(duration - overhead);
        atomic_fetch_add_explicit(&injected, 1, memory_order_relaxed);
        next += period;
        uint64_t now = now_ns(CLOCK_MONOTONIC);
        while (next < now) { /* the machine itself was away: what was missed is not made up for */
            next += period;
            atomic_fetch_add_explicit(&late, 1, memory_order_relaxed);
        }
    }
    return NULL;
}

static uint64_t number(const char *text, const char *what)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end || end == text || *text == '-') {
        fprintf(stderr, "outrigger-inject: %s: '%s' is not a number\n", what, text);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: outrigger-inject CPU,... PERIOD-NS DURATION-NS PHASE-NS|stagger\n");
        return 2;
    }
    for (char *word = strtok(argv[1], ","); word && cpu_count < MOST_CPUS; word = strtok(NULL, ","))
        cpus[cpu_count++] = (int)number(word, "CPU");
    period = number(argv[2], "period");
    duration = number(argv[3], "duration");
    stagger = !strcmp(argv[4], "stagger");
    phase = stagger ? 0 : number(argv[4], "phase");
    if (!cpu_count || !period || duration >= period) {
        fprintf(stderr, "outrigger-inject: no CPU, or a duration that is not below the period\n");
        return 2;
    }
    /* What the terminal says is for the program to heed, which may go on: the owner's end of the pipe is what ends this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    mlockall(MCL_CURRENT | MCL_FUTURE);
    calibrate_clock();
    calibrate_turn();
    if (duration <= overhead) {
        fprintf(stderr, "outrigger-inject: a change of context and back takes %llu ns here: nothing shorter can be injected\n",
                (unsigned long long)overhead);
        return 3;
    }
    base = now_ns(CLOCK_MONOTONIC) + START_AFTER_NS;
    for (int i = 0; i < cpu_count; i++)
        start(injector, (void *)(intptr_t)i, cpus[i], 1);
    printf("ready %llu\n", (unsigned long long)overhead);
    fflush(stdout);
    char byte;
    ssize_t got;
    while ((got = read(0, &byte, 1)) > 0 || (got < 0 && errno == EINTR))
        ;
    printf("injected %llu late %llu\n", (unsigned long long)atomic_load(&injected), (unsigned long long)atomic_load(&late));
    return 0;
}
