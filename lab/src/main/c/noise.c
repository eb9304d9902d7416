/*
 * What else goes on on a core, as a program feels it: fixed work quantum, fixed time quantum and selfish detour.
 *
 *   outrigger-noise fwq|ftq|selfish [-n SAMPLES] [-d SECONDS] [-w BITS] [-i BITS] [-x PERCENT] [-c CPU,...] [-t THREADS] [-o NAME]
 *
 * fwq      times 2^BITS steps of a fixed work, over and over (-w, default 20). NAME_CPU_times.dat gets a duration a line, in ticks.
 * ftq      counts units of work in each 2^BITS ticks (-i, default 20). NAME_CPU_times.dat gets the start of each interval, in ticks since
 *          the first, NAME_CPU_counts.dat the units.
 * selfish  looks at the clock in a loop and notes each round that took more than PERCENT of the shortest one (-x, default 900).
 *          NAME_CPU.dat gets a line of start and duration in nanoseconds for each, tab-separated, below # lines that tell the settings.
 *
 * These are the definitions and the files of the ASC Sequoia benchmarks FWQ and FTQ and of netgauge's noise module; the quanta here follow
 * each other without a gap, so that nothing that happens is missed between two. There is a thread on each CPU of -c, bound to it, or -t
 * threads that run wherever Linux lets them and have their own number in place of the CPU's. They begin together and end after -n samples
 * (default 10,000) or -d seconds, whichever comes first. Nothing is called in the measured loop; its memory is touched and locked before.
 *
 * Standard output gets a line for each thread, of names and values:
 *
 *   cpu C bound B samples N ticks_per_ns R minimum M start_ns S start_ticks T elapsed_ns E voluntary V involuntary I lwk L
 *
 * minimum: of selfish, the shortest round in ticks, else 0; start_ns: CLOCK_MONOTONIC at the start; voluntary and involuntary: context
 * switches meanwhile; lwk: whether Outrigger's runtime is in this process. Exit status 3 when the time stamp counter is no clock.
 */
#include <cpuid.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define NO_CLOCK 3
#define MOST_THREADS 1024
#define MOST_SAMPLES 200000000L
#define WARM_UP_NS 20000000
#define FTQ_UNIT 32
#define INVARIANT_TSC (1u << 8)

enum kind { FWQ, FTQ, SELFISH };

static const char *const kinds[] = {"fwq", "ftq", "selfish"};

static struct {
    enum kind kind;
    long samples, threads;
    double seconds;
    int work_bits, interval_bits, percent, bound, lwk;
    const char *name;
    int cpu[MOST_THREADS];
} options = {.samples = 10000, .work_bits = 20, .interval_bits = 20, .percent = 900, .name = NULL};

struct measurement {
    pthread_t thread;
    int cpu, failed;
    long samples;
    uint64_t *first, *second; /* fwq: ends; ftq: starts and units; selfish: starts and ends of detours */
    uint64_t minimum, start_ticks, start_ns;
    double ticks_per_ns;
    uint64_t elapsed_ns;
    struct rusage before, after;
};

static int waiting;

static inline uint64_t ticks(void)
{
    unsigned aux;
    uint64_t now = __rdtscp(&aux); /* not before the work is done */
    return now;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* One step is one addition and one branch. */
static inline void work(uint64_t steps)
{
    __asm__ volatile("1: sub $1, %0\n\tjnz 1b" : "+r"(steps) : : "cc");
}

static long run_fwq(struct measurement *m, uint64_t end)
{
    uint64_t steps = 1ull << options.work_bits;
    long i = 0;
    uint64_t now = m->start_ticks;
    while (i < options.samples && now < end) {
        work(steps);
        m->first[i++] = now = ticks();
    }
    return i;
}

static long run_ftq(struct measurement *m, uint64_t end)
{
    uint64_t interval = 1ull << options.interval_bits;
    long i = 0;
    uint64_t now = m->start_ticks, next = now + interval;
    while (i < options.samples && now < end) {
        uint64_t units = 0, start = now;
        while (now < next) {
            work(FTQ_UNIT);
            units++;
            now = ticks();
        }
        m->first[i] = start - m->start_ticks;
        m->second[i++] = units;
        next += interval * ((now - next) / interval + 1); /* intervals that were slept through are one, and a long one */
    }
    return i;
}

static uint64_t shortest_round(void)
{
    uint64_t shortest = UINT64_MAX, last = ticks();
    for (int i = 0; i < 100000; i++) {
        uint64_t now = ticks();
        if (now - last < shortest)
            shortest = now - last;
        last = now;
    }
    return shortest;
}

static long run_selfish(struct measurement *m, uint64_t end)
{
    uint64_t threshold = m->minimum * (uint64_t)options.percent / 100;
    long i = 0;
    uint64_t last = ticks();
    while (i < options.samples && last < end) {
        uint64_t now = ticks();
        if (now - last > threshold) {
            m->first[i] = last;
            m->second[i++] = now;
        }
        last = now;
    }
    return i;
}

static void warm_up(void)
{
    uint64_t from = clock_ns(CLOCK_MONOTONIC_RAW);
    while (clock_ns(CLOCK_MONOTONIC_RAW) - from < WARM_UP_NS)
        work(1000);
}

static void *measure(void *argument)
{
    struct measurement *m = argument;
    if (options.bound) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(m->cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set)) {
            m->failed = errno;
        }
    }
    warm_up();
    m->minimum = options.kind == SELFISH ? shortest_round() : 0;
    uint64_t from_ticks = __rdtsc(), from_ns = clock_ns(CLOCK_MONOTONIC_RAW);
    __atomic_sub_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST))
        sched_yield();
    getrusage(RUSAGE_THREAD, &m->before);
    m->start_ns = clock_ns(CLOCK_MONOTONIC);
    m->start_ticks = ticks();
    /* The rate so far is good enough for when to stop; the one that counts is taken over the whole measurement. */
    double rate = (double)(ticks() - from_ticks) / (double)(clock_ns(CLOCK_MONOTONIC_RAW) - from_ns + 1);
    uint64_t end = options.seconds > 0 ? m->start_ticks + (uint64_t)(options.seconds * 1e9 * rate) : UINT64_MAX;
    m->samples = options.kind == FWQ ? run_fwq(m, end) : options.kind == FTQ ? run_ftq(m, end) : run_selfish(m, end);
    uint64_t end_ticks = ticks();
    getrusage(RUSAGE_THREAD, &m->after);
    while (clock_ns(CLOCK_MONOTONIC_RAW) - from_ns < WARM_UP_NS)
        ;
    m->ticks_per_ns = (double)(__rdtsc() - from_ticks) / (double)(clock_ns(CLOCK_MONOTONIC_RAW) - from_ns);
    m->elapsed_ns = (uint64_t)((double)(end_ticks - m->start_ticks) / m->ticks_per_ns);
    return NULL;
}

static FILE *output(const struct measurement *m, const char *suffix)
{
    char name[4096];
    snprintf(name, sizeof name, "%s_%d%s.dat", options.name, m->cpu, suffix);
    FILE *file = fopen(name, "we");
    if (!file) {
        fprintf(stderr, "outrigger-noise: %s: %s\n", name, strerror(errno));
        exit(1);
    }
    return file;
}

static void finish(FILE *file)
{
    if (fclose(file)) {
        fprintf(stderr, "outrigger-noise: %s: %s\n", options.name, strerror(errno));
        exit(1);
    }
}

static void write_plain(const struct measurement *m)
{
    FILE *times = output(m, "_times");
    uint64_t last = m->start_ticks;
    for (long i = 0; i < m->samples; i++) {
        fprintf(times, "%llu\n", (unsigned long long)(options.kind == FWQ ? m->first[i] - last : m->first[i]));
        last = m->first[i];
    }
    finish(times);
    if (options.kind == FTQ) {
        FILE *counts = output(m, "_counts");
        for (long i = 0; i < m->samples; i++)
            fprintf(counts, "%llu\n", (unsigned long long)m->second[i]);
        finish(counts);
    }
}

static void write_selfish(const struct measurement *m)
{
    FILE *file = output(m, "");
    double shortest = (double)m->minimum / m->ticks_per_ns, sum = 0;
    fprintf(file, "# Selfish Benchmark\n# Minimal cycle length [ns]: %f\n# Threshold: [%% minimal cycle length]: %d\n"
        "# Time [ns]\tselfish duration [ns]\n", shortest, options.percent);
    for (long i = 0; i < m->samples; i++) {
        double duration = (double)(m->second[i] - m->first[i]) / m->ticks_per_ns - shortest;
        fprintf(file, "%.2f\t%.2f\n", (double)(m->first[i] - m->start_ticks) / m->ticks_per_ns, duration);
        sum += duration;
    }
    fprintf(file, "# CPU overhead due to noise: %.4f%%\n# Measurement period: %.2f s\n", 100 * sum / (double)m->elapsed_ns,
        (double)m->elapsed_ns / 1e9);
    finish(file);
}

/* Touched and, as far as the limit allows, locked: a page fault in the loop would be noise of our own. */
static uint64_t *memory(void)
{
    size_t size = (size_t)options.samples * sizeof(uint64_t);
    uint64_t *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) {
        fprintf(stderr, "outrigger-noise: no memory for %ld samples\n", options.samples);
        exit(1);
    }
    memset(area, 1, size);
    mlock(area, size);
    return area;
}

static int is_clock(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) && d & INVARIANT_TSC;
}

static int on_lwk(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4096];
    int found = 0;
    while (maps && !found && fgets(line, sizeof line, maps))
        found = strstr(line, "memfd:outrigger") != NULL;
    if (maps)
        fclose(maps);
    return found;
}

static int usage(void)
{
    fputs("usage: outrigger-noise fwq|ftq|selfish [-n SAMPLES] [-d SECONDS] [-w BITS] [-i BITS] [-x PERCENT] [-c CPU,...] [-t THREADS]"
        " [-o NAME]\n", stderr);
    return 2;
}

static int parse(int count, char **words)
{
    int kind = 0;
    while (count > 1 && kind < 3 && strcmp(kinds[kind], words[1]))
        kind++;
    if (count < 2 || kind == 3)
        return 0;
    options.kind = (enum kind)kind;
    int option;
    optind = 2;
    while ((option = getopt(count, words, "n:d:w:i:x:c:t:o:")) != -1) {
        switch (option) {
        case 'n': options.samples = atol(optarg); break;
        case 'd': options.seconds = atof(optarg); break;
        case 'w': options.work_bits = atoi(optarg); break;
        case 'i': options.interval_bits = atoi(optarg); break;
        case 'x': options.percent = atoi(optarg); break;
        case 't': options.threads = atol(optarg); break;
        case 'o': options.name = optarg; break;
        case 'c':
            options.bound = 1;
            for (char *cpu = strtok(optarg, ","); cpu && options.threads < MOST_THREADS; cpu = strtok(NULL, ","))
                options.cpu[options.threads++] = atoi(cpu);
            break;
        default: return 0;
        }
    }
    if (!options.threads)
        options.threads = 1;
    return optind == count && options.samples > 0 && options.samples <= MOST_SAMPLES && options.threads > 0
        && options.threads <= MOST_THREADS && options.work_bits > 0 && options.work_bits <= 30 && options.interval_bits > 9
        && options.interval_bits <= 30 && options.percent > 100 && options.seconds >= 0;
}

int main(int count, char **words)
{
    if (!parse(count, words))
        return usage();
    if (!is_clock()) {
        fputs("outrigger-noise: the time stamp counter of this processor is not invariant (CPUID 80000007h): it is no clock\n", stderr);
        return NO_CLOCK;
    }
    options.lwk = on_lwk();
    struct measurement *all = calloc((size_t)options.threads, sizeof *all);
    waiting = (int)options.threads;
    for (long i = 0; i < options.threads; i++) {
        all[i].cpu = options.bound ? options.cpu[i] : (int)i;
        all[i].first = memory();
        all[i].second = options.kind == FWQ ? NULL : memory();
    }
    /* The last one runs on this thread: a single one needs no other. */
    for (long i = 0; i + 1 < options.threads; i++) {
        int error = pthread_create(&all[i].thread, NULL, measure, &all[i]);
        if (error) {
            fprintf(stderr, "outrigger-noise: no thread: %s\n", strerror(error));
            return 1;
        }
    }
    measure(&all[options.threads - 1]);
    for (long i = 0; i + 1 < options.threads; i++)
        pthread_join(all[i].thread, NULL);
    for (long i = 0; i < options.threads; i++) {
        const struct measurement *m = &all[i];
        if (m->failed) {
            fprintf(stderr, "outrigger-noise: CPU %d: %s\n", m->cpu, strerror(m->failed));
            return 1;
        }
        if (options.name)
            (options.kind == SELFISH ? write_selfish : write_plain)(m);
        printf("cpu %d bound %d samples %ld ticks_per_ns %.9f minimum %llu start_ns %llu start_ticks %llu elapsed_ns %llu"
            " voluntary %ld involuntary %ld lwk %d\n", m->cpu, options.bound, m->samples, m->ticks_per_ns,
            (unsigned long long)m->minimum, (unsigned long long)m->start_ns, (unsigned long long)m->start_ticks,
            (unsigned long long)m->elapsed_ns, m->after.ru_nvcsw - m->before.ru_nvcsw, m->after.ru_nivcsw - m->before.ru_nivcsw,
            options.lwk);
    }
    return 0;
}
