/*
 * Large private memory, of which single pages are then protected, dropped, replaced and moved while threads write to the rest: on the
 * LWK it may lie on pages from Linux's pools, which Linux treats only whole.
 *
 * hugepages             sections as of all programs
 * hugepages contiguous  touches 64 MiB and prints how many of its 2 MiB are physically contiguous (needs CAP_SYS_ADMIN)
 * hugepages hold        touches 64 MiB, prints "holding", and waits
 */
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#define LARGE (2 * MIB)
#define PIECES 32ul
#define LENGTH (PIECES * LARGE)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
enum { THREADS = 3 };

static volatile int stop;
static uint64_t *words;

static char *map(size_t length) {
    char *at = mmap(NULL, length, RW, ANON, -1, 0);
    CHECK(at != MAP_FAILED);
    return at;
}

static int holds(const char *at, size_t length, char value) {
    for (size_t i = 0; i < length; i++) {
        if (at[i] != value) {
            return 0;
        }
    }
    return 1;
}

/* Each thread counts in every word that is its own, and in all of them together as often as it says. */
static void *count(void *own) {
    uint64_t written = 0;
    for (size_t i = (size_t) own; !stop; i = (i + 8 * 8191) % (LENGTH / 8)) {
        words[i - i % 8 + (size_t) own]++;
        written++;
    }
    return (void *) (uintptr_t) written;
}

static void protected_under_writers(void) {
    char *at = map(LENGTH);
    words = (uint64_t *) (void *) at;
    pthread_t threads[THREADS];
    stop = 0;
    for (size_t i = 0; i < THREADS; i++) {
        CHECK_ZERO(pthread_create(&threads[i], NULL, count, (void *) i));
    }
    for (size_t i = 0; i < PIECES; i++) {
        CHECK(mprotect(at + i * LARGE + 7 * PAGE, PAGE, RW | PROT_EXEC) == 0);
        usleep(500);
    }
    stop = 1;
    uint64_t written = 0;
    uint64_t found = 0;
    for (size_t i = 0; i < THREADS; i++) {
        void *its;
        CHECK_ZERO(pthread_join(threads[i], &its));
        written += (uintptr_t) its;
    }
    for (size_t i = 0; i < LENGTH / 8; i++) {
        found += words[i];
    }
    CHECK(written == found);
    CHECK(munmap(at, LENGTH) == 0);
}

static void parts(void) {
    char *at = map(LENGTH);
    memset(at, 7, LENGTH);
    CHECK(mprotect(at + 5 * PAGE, PAGE, PROT_NONE) == 0);
    CHECK(mprotect(at + 5 * PAGE, PAGE, RW) == 0);
    CHECK(madvise(at + 10 * MIB + PAGE, PAGE, MADV_DONTNEED) == 0);
    CHECK(holds(at + 10 * MIB, PAGE, 7) && holds(at + 10 * MIB + PAGE, PAGE, 0) && holds(at + 10 * MIB + 2 * PAGE, PAGE, 7));
    CHECK(mmap(at + 20 * MIB + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == at + 20 * MIB + PAGE);
    CHECK(holds(at + 20 * MIB + PAGE, PAGE, 0) && holds(at + 20 * MIB + 2 * PAGE, PAGE, 7));
    CHECK(mlock(at + 30 * MIB + PAGE, PAGE) == 0);
    CHECK(munlock(at + 30 * MIB + PAGE, PAGE) == 0);
    CHECK(munmap(at + 30 * MIB + PAGE, PAGE) == 0);
    CHECK_ERRNO(mprotect(at + 30 * MIB + PAGE, PAGE, RW), ENOMEM);
    CHECK(madvise(at + 40 * MIB, LARGE, MADV_HUGEPAGE) == 0);
    CHECK(madvise(at + 40 * MIB + PAGE, PAGE, MADV_NORMAL) == 0);
    CHECK(holds(at + 40 * MIB, LARGE, 7));
    char *moved = mremap(at + 50 * MIB, 6 * MIB, 14 * MIB + PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && holds(moved, 6 * MIB, 7) && holds(moved + 6 * MIB, 8 * MIB + PAGE, 0));
    char *again = mremap(moved, 14 * MIB + PAGE, 16 * MIB, MREMAP_MAYMOVE);
    CHECK(again != MAP_FAILED && holds(again, 6 * MIB, 7));
    CHECK(munmap(again, 16 * MIB) == 0);
    CHECK(holds(at + 48 * MIB, 2 * MIB, 7));
    CHECK(munmap(at, LENGTH) == 0);
}

static void given_again(void) {
    for (int i = 0; i < 4; i++) {
        char *at = map(LENGTH);
        CHECK(holds(at, LENGTH, 0));
        memset(at, i + 1, LENGTH - (size_t) i * 3 * PAGE);
        CHECK(munmap(at, LENGTH) == 0);
    }
}

static void forked(void) {
    char *at = map(LENGTH);
    memset(at, 5, LENGTH);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(holds(at, LENGTH, 5));
        memset(at, 6, LENGTH);
        char *own = map(LENGTH);
        CHECK(holds(own, LENGTH, 0));
        memset(own, 8, LENGTH);
        _exit(0);
    }
    memset(at + LENGTH / 2, 9, LENGTH / 2);
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(holds(at, LENGTH / 2, 5) && holds(at + LENGTH / 2, LENGTH / 2, 9));
    CHECK(munmap(at, LENGTH) == 0);
}

static void more_than_a_gibibyte(void) {
    char *at = map(GIB + 3 * PAGE);
    at[0] = at[GIB] = 1;
    CHECK(mprotect(at + PAGE, PAGE, PROT_READ) == 0);
    CHECK(at[0] == 1 && at[PAGE] == 0 && at[GIB] == 1);
    CHECK(munmap(at, GIB + 3 * PAGE) == 0);
    CHECK_ERRNO(mprotect(at, PAGE, RW), ENOMEM);
}

static int contiguous(void) {
    char *at = map(LENGTH);
    memset(at, 1, LENGTH);
    int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    CHECK(map >= 0);
    size_t whole = 0;
    size_t blocks = 0;
    for (uintptr_t block = ((uintptr_t) at + LARGE - 1) & -LARGE; block + LARGE <= (uintptr_t) at + LENGTH; block += LARGE) {
        uint64_t entries[LARGE / PAGE];
        CHECK(pread(map, entries, sizeof entries, (off_t) (block / PAGE * 8)) == (ssize_t) sizeof entries);
        uint64_t first = entries[0] & ((1ull << 55) - 1);
        CHECK(first != 0); /* hidden from who lacks the capability */
        int same = first % COUNT(entries) == 0;
        for (size_t i = 0; i < COUNT(entries); i++) {
            same &= (entries[i] & ((1ull << 55) - 1)) == first + i;
        }
        whole += (size_t) same;
        blocks++;
    }
    printf("%zu of %zu\n", whole, blocks);
    return 0;
}

int main(int count_of, char **argument) {
    if (count_of > 1 && strcmp(argument[1], "contiguous") == 0) {
        return contiguous();
    }
    if (count_of > 1) {
        memset(map(LENGTH), 1, LENGTH);
        puts("holding");
        fflush(stdout);
        sleep(60);
        return 0;
    }
    static const struct {
        const char *name;
        void (*run)(void);
    } sections[] = {{"parts", parts}, {"given_again", given_again}, {"protected_under_writers", protected_under_writers},
                    {"more_than_a_gibibyte", more_than_a_gibibyte}, {"forked", forked}, {"given_again_after_fork", given_again}};
    for (size_t i = 0; i < COUNT(sections); i++) {
        sections[i].run();
        printf("ok %s\n", sections[i].name);
        fflush(stdout);
    }
    return 0;
}
