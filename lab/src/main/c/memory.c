/*
 * memory [advised]: the program that `outrigger bench memory` measures. It is a plain program and knows nothing of where it runs. With
 * "advised" it asks for huge pages (MADV_HUGEPAGE) for what it maps itself; for malloc, glibc.malloc.hugetlb=1 does that.
 *
 * It says "ready PID TICKS-PER-NS TIMER-TICKS", and then for each line "KIND SIZE CALLS TIMED COUNTED" of its standard input makes some
 * null calls that do not count, then that many operations, and answers with one line:
 *
 *   done TICKS TICKS-PER-NS MAX-TICKS VALUE:COUNT... | MINOR MAJOR CALLS RESIDENT PEAK HUGE HUGETLB
 *   failed TEXT
 *
 * as calls.c does, and behind the bar the page faults of the operations, with COUNTED the system calls that Linux served (else, and
 * where that is not permitted, -1), and, after them, what is resident: all, the most since the start, in transparent huge pages, in
 * pages of hugetlbfs.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "timing.h"
#include "usage.h"

#define LEAD_IN 1000
#define PAGE 4096
#define HUGE (2L << 20)
#define STEP (1L << 20)
/* Bytes that a sparse row touches in each GiB, and at least one. */
#define SPARSE_TOUCHES 256

#define OPERATION static inline __attribute__((always_inline)) int

static int advised;

#include "kernels.h" /* it needs OPERATION and timing.h */

static inline void touch(volatile char *memory, long size)
{
    for (long at = 0; at < size; at += PAGE)
        memory[at] = 1;
}

static inline char *map(long size)
{
    char *memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (advised && size >= HUGE)
        madvise(memory, (size_t)size, MADV_HUGEPAGE);
    return memory;
}

OPERATION op_null(long unused)
{
    (void)unused;
    getpid();
    getpid();
    return 0;
}

OPERATION op_untouched(long size)
{
    char *memory = map(size);
    return !memory || munmap(memory, (size_t)size) ? errno : 0;
}

OPERATION op_mmap(long size)
{
    char *memory = map(size);
    if (!memory)
        return errno;
    touch(memory, size);
    return munmap(memory, (size_t)size) ? errno : 0;
}

OPERATION op_malloc(long size)
{
    char *memory = malloc((size_t)size);
    if (!memory)
        return ENOMEM;
    touch(memory, size);
    free(memory);
    return 0;
}

/* Some bytes far apart: as a large hash table, a buffer for the worst case, a stack. */
OPERATION op_sparse(long size)
{
    volatile char *memory = map(size);
    if (!memory)
        return errno;
    long touches = (size >> 20) * SPARSE_TOUCHES >> 10;
    long stride = touches > 1 ? size / touches : size;
    for (long at = stride / 3; at < size; at += stride)
        memory[at] = 1;
    return munmap((char *)memory, (size_t)size) ? errno : 0;
}

static char *heap_end;

OPERATION op_brk(long size)
{
    if (brk(heap_end + size))
        return errno;
    if (advised) {
        uintptr_t first = ((uintptr_t)heap_end + PAGE - 1) & -(uintptr_t)PAGE;
        madvise((void *)first, (size_t)size, MADV_HUGEPAGE);
    }
    touch(heap_end, size);
    return brk(heap_end) ? errno : 0;
}

/* A buffer that grows by a MiB at a time. */
OPERATION op_grow(long size)
{
    char *memory = NULL;
    for (long now = STEP; now <= size; now += STEP) {
        char *grown = realloc(memory, (size_t)now);
        if (!grown)
            return ENOMEM;
        memory = grown;
        touch(memory + now - STEP, STEP);
    }
    free(memory);
    return 0;
}

static int row_brk(long size, long calls, int timed)
{
    heap_end = sbrk(0);
    return measure(calls, timed, op_brk, size);
}

#define ROW(name, operation)                                   \
    static int name(long size, long calls, int timed)          \
    {                                                          \
        return measure(calls, timed, operation, size);         \
    }
ROW(row_null, op_null)
ROW(row_untouched, op_untouched)
ROW(row_mmap, op_mmap)
ROW(row_malloc, op_malloc)
ROW(row_sparse, op_sparse)
ROW(row_grow, op_grow)

static const struct row {
    const char *name;
    int (*run)(long size, long calls, int timed);
} rows[] = {
    {"null", row_null},
    {"triad", row_triad},
    {"gups", row_gups},
    {"chase", row_chase},
    {"untouched", row_untouched},
    {"mmap", row_mmap},
    {"malloc", row_malloc},
    {"sparse", row_sparse},
    {"brk", row_brk},
    {"grow", row_grow},
    {"churn", row_churn},
};

/* What rows allocate once, they allocate before the faults of their operations are counted: an empty batch does so. */
static void batch(const struct row *row, long size, long calls, int timed, int counted)
{
    int error = row->run(size, 0, 0);
    forget();
    for (int i = 0; i < LEAD_IN; i++) /* whoever answers has gone to sleep since the last batch */
        getpid();
    if (counted)
        count_calls();
    struct usage used = usage_now();
    if (!error)
        error = row->run(size, calls, timed);
    used = usage_since(used);
    tell_time(error);
    if (!error)
        tell_usage(used);
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc > 2 || (argc == 2 && strcmp(argv[1], "advised"))) {
        fprintf(stderr, "usage: %s [advised]\n", argv[0]);
        return 2;
    }
    advised = argc == 2;
    signal(SIGINT, SIG_IGN); /* a terminal's Ctrl-C is for the benchmark, which ends this program */
    calibrate();
    settle();
    double timer = timer_ticks();
    printf("ready %d %.9f %.1f\n", (int)getpid(), ticks_per_ns(), timer);
    fflush(stdout);
    char line[128], name[64];
    while (fgets(line, sizeof line, stdin)) {
        long size, calls;
        int timed, counted;
        const struct row *row = rows, *end = rows + sizeof rows / sizeof *rows;
        if (sscanf(line, "%63s %ld %ld %d %d", name, &size, &calls, &timed, &counted) != 5 || size < 0 || calls < 1) {
            fprintf(stderr, "%s: malformed request: %s", argv[0], line);
            return 1;
        }
        while (row < end && strcmp(row->name, name))
            row++;
        if (row == end) {
            fprintf(stderr, "%s: no row %s\n", argv[0], name);
            return 1;
        }
        batch(row, size, calls, timed, counted);
    }
    return 0;
}
