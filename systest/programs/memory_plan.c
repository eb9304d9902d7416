/*
 * Prints what memory costs, for runs with options about it: memory_plan WHAT MIB. Page faults and kilobytes, one figure a line.
 * memory_plan bound COMMAND...: runs a command with its memory bound to node 0, as numactl --membind 0 does.
 */
#include "check.h"

#include <linux/mempolicy.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static long faults(void) {
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_minflt;
}

static long resident(void) {
    long pages = -1;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%*d %ld", &pages) == 1 && fclose(file) == 0);
    return pages * (long) (PAGE / KIB);
}

static __attribute__((noinline)) int deep(long levels) {
    volatile char frame[4000];
    frame[0] = (char) levels;
    frame[3999] = 1;
    return levels == 0 ? 0 : deep(levels - 1) + frame[3999];
}

static void *on_its_stack(void *mib) {
    long levels = (long) mib * (long) (MIB / 4096);
    long before = faults();
    CHECK(deep(levels) == levels);
    printf("faults %ld\n", faults() - before);
    return NULL;
}

static void threads(long mib) {
    pthread_t thread;
    for (int i = 0; i < 2; i++) {
        CHECK_ZERO(pthread_create(&thread, NULL, on_its_stack, (void *) mib));
        CHECK_ZERO(pthread_join(thread, NULL));
    }
}

static void stack_size(void) {
    pthread_attr_t attributes;
    void *address;
    size_t size;
    struct rlimit limit;
    CHECK_ZERO(pthread_getattr_np(pthread_self(), &attributes));
    CHECK_ZERO(pthread_attr_getstack(&attributes, &address, &size));
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0);
    char *here = (char *) &size;
    CHECK(here > (char *) address && here < (char *) address + size);
    /* The library rounds the limit to whole pages and leaves out those above the stack. */
    printf("limit %lu\nwhole %d\n", (unsigned long) limit.rlim_cur, limit.rlim_cur - size < 64 * KIB);
}

/* The end of the heap, on a page; the library has what it needs by then. */
static char *end_of_heap(void) {
    resident();
    puts("begun");
    return (char *) (((uintptr_t) sbrk(0) + PAGE - 1) & ~(PAGE - 1));
}

/* The heap grows by 64 KiB at a time, each byte is written; then it goes down, and up again. */
static void heap(long mib) {
    char *base = end_of_heap();
    char *top = base + (size_t) mib * MIB;
    long before = faults(), empty = resident();
    for (char *end = base; end < top; end += 64 * KIB) {
        CHECK(brk(end + 64 * KIB) == 0 && is_zero(end, 64 * KIB));
        memset(end, 1, 64 * KIB);
    }
    long grown = faults(), full = resident();
    CHECK(brk(base) == 0);
    long after = resident();
    CHECK(brk(top) == 0 && is_zero(base, (size_t) mib * MIB) && brk(base) == 0);
    printf("faults %ld\ngrown %ld\nkept %ld\n", grown - before, full - empty, after - empty);
}

/* Memory that is allocated and not touched. */
static void allocated(long mib) {
    char *base = end_of_heap();
    long before = resident();
    CHECK(brk(base + (size_t) mib * MIB) == 0);
    printf("heap %ld\n", resident() - before);
    before = faults();
    memset(base, 1, (size_t) mib * MIB);
    printf("faults %ld\n", faults() - before);
    CHECK(brk(base) == 0);
}

/* The policy of the mapping that an address is in, as numa_maps(5) names it. */
static void print_policy(const char *what, const void *address) {
    unsigned long start, best = 0;
    char line[4096], policy[64], found[64] = "none";
    FILE *file = fopen("/proc/self/numa_maps", "r");
    while (file && fgets(line, sizeof line, file)) {
        CHECK(sscanf(line, "%lx %63s", &start, policy) == 2);
        if (start <= (unsigned long) address && start >= best) {
            best = start;
            strcpy(found, policy);
        }
    }
    CHECK(!file || fclose(file) == 0);
    printf("%s %s\n", what, found);
}

static void policies(void) {
    char *base = end_of_heap();
    char *mapped = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(brk(base + MIB) == 0 && mapped != MAP_FAILED);
    print_policy("heap", base);
    print_policy("stack", &base);
    print_policy("mapped", mapped);
}

static void bound(char **command) {
    unsigned long node0 = 1;
    CHECK(syscall(SYS_set_mempolicy, MPOL_BIND, &node0, 8 * sizeof node0 + 1) == 0);
    execvp(command[0], command);
    CHECK(!"exec");
}

int main(int argc, char **argv) {
    CHECK(argc >= 3);
    if (strcmp(argv[1], "bound") == 0) {
        bound(argv + 2);
    }
    long mib = atol(argv[2]);
    if (strcmp(argv[1], "stack") == 0) {
        on_its_stack((void *) mib);
    } else if (strcmp(argv[1], "threads") == 0) {
        threads(mib);
    } else if (strcmp(argv[1], "size") == 0) {
        stack_size();
    } else if (strcmp(argv[1], "heap") == 0) {
        heap(mib);
    } else if (strcmp(argv[1], "allocated") == 0) {
        allocated(mib);
    } else if (strcmp(argv[1], "policies") == 0) {
        policies();
    } else {
        return 2;
    }
    return 0;
}
