/* Memory over fork (copy on write, both ways), shared memory, vfork, and threads that churn while others fork. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

enum { REGIONS = 150 };
static char *region[REGIONS];
static size_t length[REGIONS];

static char *map(size_t size, int flags) {
    char *p = mmap(NULL, size, RW, MAP_ANONYMOUS | flags, -1, 0);
    CHECK(p != MAP_FAILED && is_zero(p, size));
    return p;
}

static void make_regions(uint64_t seed) {
    uint64_t state = 777;
    for (int i = 0; i < REGIONS; i++) {
        length[i] = (1 + check_random(&state) % 40) * PAGE;
        region[i] = map(length[i], MAP_PRIVATE);
        fill_pattern(region[i], length[i], seed + (uint64_t) i);
    }
}

static void write_regions(uint64_t seed, int from, int step) {
    for (int i = from; i < REGIONS; i += step) {
        fill_pattern(region[i], length[i], seed + (uint64_t) i);
    }
}

static void verify_regions(uint64_t seed, int from, int step) {
    for (int i = from; i < REGIONS; i += step) {
        CHECK(holds_pattern(region[i], length[i], seed + (uint64_t) i));
    }
}

static void drop_regions(void) {
    for (int i = 0; i < REGIONS; i++) {
        CHECK(munmap(region[i], length[i]) == 0);
    }
}

static void tell(int fd) {
    CHECK(write(fd, "x", 1) == 1);
}

static void await(int fd) {
    char byte;
    CHECK(read(fd, &byte, 1) == 1);
}

/* Parent and child write at the same time; neither sees the other. */
static void copy_on_write(void) {
    int to_child[2], to_parent[2];
    CHECK(pipe(to_child) == 0 && pipe(to_parent) == 0);
    make_regions(1000);
    for (int round = 0; round < 5; round++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            verify_regions(1000, 0, 1);
            tell(to_parent[1]);
            await(to_child[0]); /* the parent has written the even ones */
            verify_regions(1000, 0, 1);
            write_regions(5000, 1, 2);
            tell(to_parent[1]);
            verify_regions(5000, 1, 2);
            verify_regions(1000, 0, 2);
            drop_regions();
            for (int i = 0; i < REGIONS; i++) { /* what the child gave back comes again as zeros */
                region[i] = map(length[i], MAP_PRIVATE);
                memset(region[i], 0xcc, length[i]);
            }
            _exit(0);
        }
        await(to_parent[0]);
        write_regions(2000, 0, 2);
        tell(to_child[1]);
        await(to_parent[0]);
        verify_regions(1000, 1, 2);
        verify_regions(2000, 0, 2);
        CHECK_CHILD(child);
        verify_regions(1000, 1, 2);
        verify_regions(2000, 0, 2);
        write_regions(1000, 0, 1);
    }
    drop_regions();
    CHECK(close(to_child[0]) == 0 && close(to_child[1]) == 0 && close(to_parent[0]) == 0 && close(to_parent[1]) == 0);
}

/* Each generation changes its copy; nobody above notices. */
static void generations(int left, uint64_t seed) {
    verify_regions(seed, 0, 1);
    if (left > 0) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            verify_regions(seed, 0, 1);
            write_regions(seed + 1, 0, 1);
            generations(left - 1, seed + 1);
            _exit(0);
        }
        CHECK_CHILD(child);
        verify_regions(seed, 0, 1);
    }
}

static void nested(void) {
    make_regions(50);
    generations(6, 50);
    drop_regions();
}

static void alter_map(char *p) {
    CHECK(munmap(p + PAGE, PAGE) == 0);
    CHECK(mprotect(p + 2 * PAGE, PAGE, PROT_NONE) == 0);
    CHECK(madvise(p + 3 * PAGE, PAGE, MADV_DONTNEED) == 0);
    CHECK(mmap(p + 4 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + 4 * PAGE);
    CHECK(mremap(p + 5 * PAGE, PAGE, 20 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
    CHECK(mmap(NULL, 300 * PAGE, RW, ANON, -1, 0) != MAP_FAILED);
}

/* What the child does to its map does not happen to the parent's, and the other way round. */
static void maps_are_separate(void) {
    char *p = map(8 * PAGE, MAP_PRIVATE);
    fill_pattern(p, 8 * PAGE, 1);
    for (int round = 0; round < 10; round++) {
        IN_CHILD(alter_map(p));
        CHECK(holds_pattern(p, 8 * PAGE, 1));
    }
    int go[2];
    CHECK(pipe(go) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        await(go[0]);
        CHECK(holds_pattern(p, 8 * PAGE, 1));
        CHECK(mprotect(p + 2 * PAGE, PAGE, PROT_READ) == 0);
        char *mine = map(8 * PAGE, MAP_PRIVATE);
        CHECK(munmap(mine, 8 * PAGE) == 0 && munmap(p, 8 * PAGE) == 0);
        _exit(0);
    }
    alter_map(p);
    CHECK(munmap(p, 8 * PAGE) == 0);
    char *again = map(8 * PAGE, MAP_PRIVATE);
    memset(again, 3, 8 * PAGE);
    tell(go[1]);
    CHECK_CHILD(child);
    CHECK(munmap(again, 8 * PAGE) == 0 && close(go[0]) == 0 && close(go[1]) == 0);
}

static void count_up(atomic_int *counter, int times) {
    for (int i = 0; i < times; i++) {
        atomic_fetch_add(counter, 1);
    }
}

static void shared(void) {
    char *p = mmap(NULL, 16 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && is_zero(p, 16 * PAGE));
    atomic_int *counter = (atomic_int *) p;
    pid_t child[4];
    for (int i = 0; i < 4; i++) {
        child[i] = fork();
        CHECK(child[i] >= 0);
        if (child[i] == 0) {
            count_up(counter, 50000);
            memset(p + PAGE * (unsigned) (i + 1), 'a' + i, PAGE);
            _exit(0);
        }
    }
    count_up(counter, 50000);
    for (int i = 0; i < 4; i++) {
        CHECK_CHILD(child[i]);
        CHECK(p[PAGE * (unsigned) (i + 1)] == 'a' + i && p[PAGE * (unsigned) (i + 2) - 1] == 'a' + i);
    }
    CHECK(atomic_load(counter) == 250000);
    CHECK(munmap(p, 8 * PAGE) == 0);
    IN_CHILD((memset(p + 8 * PAGE, 'z', PAGE)));
    CHECK(p[8 * PAGE] == 'z' && munmap(p, 16 * PAGE) == 0);
}

/* A vfork child runs in the parent's memory: what it maps and writes is the parent's. */
static void borrowed(void) {
    static char *volatile made;
    static volatile int number;
    for (volatile int round = 1; round <= 50; round++) {
        number = 0;
        pid_t child = vfork();
        if (child == 0) {
            number = round;
            made = mmap(NULL, 4 * PAGE, RW, ANON, -1, 0);
            if (made == MAP_FAILED) {
                _exit(1);
            }
            made[PAGE] = (char) round;
            _exit(0);
        }
        CHECK(child > 0);
        CHECK_CHILD(child);
        CHECK(number == round && made[PAGE] == (char) round && made[0] == 0);
        CHECK(munmap(made, 4 * PAGE) == 0);
        unsigned char present;
        CHECK_ERRNO(mincore(made, PAGE, &present), ENOMEM);
    }
}

static atomic_int stop;

static void *churn(void *argument) {
    uint64_t state = (uint64_t) (uintptr_t) argument + 17;
    while (!atomic_load(&stop)) {
        uint64_t seed = check_random(&state);
        size_t size = (1 + seed % 64) * PAGE;
        char *p = map(size, MAP_PRIVATE);
        fill_pattern(p, size, seed);
        size_t larger = size + (seed >> 8) % 64 * PAGE;
        p = mremap(p, size, larger, MREMAP_MAYMOVE);
        CHECK(p != MAP_FAILED && holds_pattern(p, size, seed) && is_zero(p + size, larger - size));
        if (seed & 1024) {
            CHECK(mprotect(p, PAGE, PROT_READ) == 0 && mprotect(p, PAGE, RW) == 0);
        }
        if (seed & 2048) {
            CHECK(madvise(p, larger, MADV_DONTNEED) == 0 && is_zero(p, larger));
        }
        size_t half = (larger / 2) & ~(PAGE - 1);
        CHECK(half == 0 || munmap(p, half) == 0); /* the other half by itself: this one may be another thread's by now */
        CHECK(munmap(p + half, larger - half) == 0);
    }
    return NULL;
}

static void churn_in_child(void) {
    verify_regions(300, 0, 1);
    for (int i = 0; i < 20; i++) {
        char *p = map((size_t) (i + 1) * PAGE, MAP_PRIVATE);
        fill_pattern(p, (size_t) (i + 1) * PAGE, (uint64_t) i);
        CHECK(munmap(p, (size_t) (i + 1) * PAGE) == 0);
    }
    char *p = malloc(300000);
    CHECK(p != NULL);
    memset(p, 1, 300000);
    free(p);
    verify_regions(300, 0, 1);
    drop_regions();
}

static void churn_and_fork(void) {
    pthread_t thread[3];
    make_regions(300);
    atomic_store(&stop, 0);
    for (uintptr_t i = 0; i < 3; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, churn, (void *) i));
    }
    for (int round = 0; round < 40; round++) {
        IN_CHILD(churn_in_child());
        verify_regions(300, round % 7, 7);
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < 3; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    verify_regions(300, 0, 1);
    drop_regions();
}

/* Blocks allocated by one thread are checked and freed by whichever takes them next. */
enum { SLOTS = 64 };
struct block {
    size_t size;
    uint64_t seed;
    char bytes[];
};
static _Atomic(struct block *) slot[SLOTS];

static void *allocate(void *argument) {
    uint64_t state = (uint64_t) (uintptr_t) argument * 31 + 5;
    for (int i = 0; i < 8000; i++) {
        uint64_t seed = check_random(&state);
        size_t size = 1 + (seed >> 20) % (seed % 50 == 0 ? 600 * KIB : seed % 10 == 0 ? 20 * KIB : 500);
        struct block *mine = malloc(sizeof *mine + size);
        CHECK(mine != NULL);
        mine->size = size;
        mine->seed = seed;
        fill_pattern(mine->bytes, size, seed);
        struct block *other = atomic_exchange(&slot[seed % SLOTS], mine);
        if (other != NULL) {
            CHECK(holds_pattern(other->bytes, other->size, other->seed));
            free(other);
        }
    }
    return NULL;
}

static void allocators(void) {
    pthread_t thread[4];
    for (int round = 0; round < 2; round++) {
        for (uintptr_t i = 0; i < 4; i++) {
            CHECK_ZERO(pthread_create(&thread[i], NULL, allocate, (void *) i));
        }
        for (int i = 0; i < 10; i++) {
            IN_CHILD(allocate((void *) 99));
        }
        for (int i = 0; i < 4; i++) {
            CHECK_ZERO(pthread_join(thread[i], NULL));
        }
    }
    for (int i = 0; i < SLOTS; i++) {
        struct block *left = atomic_exchange(&slot[i], NULL);
        CHECK(left == NULL || holds_pattern(left->bytes, left->size, left->seed));
        free(left);
    }
}

/* Two threads share one map: what one maps the other uses and unmaps. */
static void *_Atomic handed;

static void *taker(void *argument) {
    (void) argument;
    for (int i = 1; i <= 3000; i++) {
        char *p;
        while ((p = atomic_exchange(&handed, NULL)) == NULL) {
            sched_yield();
        }
        size_t size = (size_t) (i % 33 + 1) * PAGE;
        CHECK(holds_pattern(p, size, (uint64_t) i));
        CHECK(munmap(p, size) == 0);
    }
    return NULL;
}

static void handover(void) {
    pthread_t thread;
    CHECK_ZERO(pthread_create(&thread, NULL, taker, NULL));
    for (int i = 1; i <= 3000; i++) {
        size_t size = (size_t) (i % 33 + 1) * PAGE;
        char *p = map(size, MAP_PRIVATE);
        fill_pattern(p, size, (uint64_t) i);
        while (atomic_load(&handed) != NULL) {
            sched_yield();
        }
        atomic_store(&handed, p);
    }
    CHECK_ZERO(pthread_join(thread, NULL));
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"copy_on_write", copy_on_write}, {"nested", nested}, {"maps_are_separate", maps_are_separate}, {"shared", shared},
        {"borrowed", borrowed}, {"churn_and_fork", churn_and_fork}, {"allocators", allocators}, {"handover", handover},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
