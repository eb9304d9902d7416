/*
 * How the measured program takes time: by the time stamp counter, whole batches or call by call into buckets. One batch at a time, one
 * thread.
 */
#ifndef OUTRIGGER_LAB_TIMING_H
#define OUTRIGGER_LAB_TIMING_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#define TIMER_SAMPLES 10001

/* Buckets of 1/64 of a power of two, exact below 128: an error of at most 0.8 percent. */
#define SUB_BITS 6
#define SUB (1 << SUB_BITS)
#define EXACT (2 * SUB)
#define BUCKETS (EXACT + (48 - SUB_BITS - 1) * SUB)

static uint64_t counts[BUCKETS];
static uint64_t total_ticks, longest;
static uint64_t start_ticks, start_ns;

static inline uint64_t before(void)
{
    _mm_lfence();
    uint64_t now = __rdtsc();
    _mm_lfence();
    return now;
}

static inline uint64_t after(void)
{
    unsigned int aux;
    uint64_t now = __rdtscp(&aux);
    _mm_lfence();
    return now;
}

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The longer the program has run, the better the rate is known: after 20 ms to some parts in a million. */
static double ticks_per_ns(void)
{
    return (double)(__rdtsc() - start_ticks) / (double)(nanoseconds() - start_ns);
}

static void calibrate(void)
{
    start_ticks = __rdtsc();
    start_ns = nanoseconds();
}

static void settle(void)
{
    while (nanoseconds() - start_ns < 20000000u)
        ;
}

static inline void record(uint64_t ticks)
{
    unsigned int index = (unsigned int)ticks;
    if (ticks >= EXACT) {
        int exponent = 63 - __builtin_clzll(ticks);
        index = exponent > 47 ? BUCKETS - 1
            : (unsigned int)(EXACT + (exponent - SUB_BITS - 1) * SUB + (int)((ticks >> (exponent - SUB_BITS)) & (SUB - 1)));
    }
    counts[index]++;
    if (ticks > longest)
        longest = ticks;
}

/* The middle of a bucket, in ticks. */
static double middle(unsigned int index)
{
    if (index < EXACT)
        return index;
    int shift = (int)(index - EXACT) / SUB + 1;
    uint64_t lowest = (uint64_t)(SUB + (index - EXACT) % SUB) << shift;
    return (double)lowest + (double)((1ull << shift) - 1) / 2;
}

/*
 * The loop of every row. It is copied into each row with the operation inlined, so nothing but the call is in it. Answers 0 or
 * the errno of the call that failed.
 */
static inline __attribute__((always_inline)) int measure(long calls, int timed, int (*operation)(long), long argument)
{
    uint64_t start = before();
    if (timed) {
        for (long i = 0; i < calls; i++) {
            uint64_t from = before();
            int error = operation(argument);
            uint64_t to = after();
            if (error)
                return error;
            record(to - from);
        }
    } else {
        for (long i = 0; i < calls; i++) {
            int error = operation(argument);
            if (error)
                return error;
        }
    }
    total_ticks = after() - start;
    return 0;
}

static void forget(void)
{
    memset(counts, 0, sizeof counts);
    total_ticks = longest = 0;
}

/* The answer to a request, without the end of its line. */
static void tell_time(int error)
{
    if (error) {
        printf("failed %s", strerror(error));
    } else {
        printf("done %llu %.9f %llu", (unsigned long long)total_ticks, ticks_per_ns(), (unsigned long long)longest);
        for (unsigned int i = 0; i < BUCKETS; i++)
            if (counts[i])
                printf(" %.1f:%llu", middle(i), (unsigned long long)counts[i]);
    }
}

static inline __attribute__((always_inline)) int nothing(long unused)
{
    (void)unused;
    return 0;
}

/* What timing a call by itself adds to it: the median of the time that nothing takes. */
static double timer_ticks(void)
{
    forget();
    measure(TIMER_SAMPLES, 1, nothing, 0);
    uint64_t seen = 0;
    unsigned int index = 0;
    while (index < BUCKETS - 1 && (seen += counts[index]) <= TIMER_SAMPLES / 2)
        index++;
    return middle(index);
}

#endif
