/*
 * Forks, threads, memory calls and execs all at once: threads map, fill, check and unmap while others of the same process fork
 * children that do the same, and children that execute this program again.
 *
 * storm [ROUNDS]: forks of each process, default 12.
 */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { THREADS = 3, PROCESSES = 3, KEPT = 8 };

static atomic_int stop;
static const char *program;

/* Every piece is zero when it is new and keeps what it was given: a piece handed out twice shows. */
static void churn(uint64_t seed, int turns) {
    char *kept[KEPT] = {0};
    size_t size[KEPT] = {0};
    for (int i = 0; turns ? i < turns : !atomic_load(&stop); i++) {
        int k = i % KEPT;
        if (kept[k]) {
            CHECK(holds_pattern(kept[k], size[k], seed + (uint64_t) k));
            CHECK(munmap(kept[k], size[k]) == 0);
        }
        size[k] = (size_t) (1 + (seed + (uint64_t) i * 7) % 40) * PAGE;
        kept[k] = mmap(NULL, size[k], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(kept[k] != MAP_FAILED && is_zero(kept[k], size[k]));
        fill_pattern(kept[k], size[k], seed + (uint64_t) k);
        char *block = malloc(size[k] / 3);
        CHECK(block != NULL);
        fill_pattern(block, size[k] / 3, seed);
        CHECK(holds_pattern(block, size[k] / 3, seed) && syscall(SYS_getpid) == getpid());
        free(block);
    }
    for (int k = 0; k < KEPT; k++) {
        CHECK(!kept[k] || (holds_pattern(kept[k], size[k], seed + (uint64_t) k) && munmap(kept[k], size[k]) == 0));
    }
}

static void *work(void *argument) {
    churn((uint64_t) (uintptr_t) argument * 1000, 0);
    return NULL;
}

static void *brief(void *argument) {
    churn((uint64_t) (uintptr_t) argument, 3);
    return argument;
}

static void family(uint64_t number, int rounds) {
    pthread_t thread[THREADS];
    for (uint64_t i = 0; i < THREADS; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, work, (void *) (uintptr_t) (number * THREADS + i + 1)));
    }
    for (int i = 0; i < rounds; i++) {
        pthread_t other;
        CHECK_ZERO(pthread_create(&other, NULL, brief, (void *) (uintptr_t) (i + 1)));
        pid_t child = i % 3 == 2 ? vfork() : fork();
        CHECK(child >= 0);
        if (child == 0 && i % 3 != 0) {
            execl(program, program, "leaf", (char *) NULL);
            _exit(99);
        }
        if (child == 0) {
            churn(77, 20);
            _exit(0);
        }
        CHECK_CHILD(child);
        CHECK_ZERO(pthread_join(other, NULL));
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
}

int main(int argc, char **argv) {
    program = "/proc/self/exe";
    if (argc > 1 && strcmp(argv[1], "leaf") == 0) {
        churn(5, 10);
        return 0;
    }
    int rounds = argc > 1 ? atoi(argv[1]) : 12;
    pid_t child[PROCESSES];
    for (uint64_t i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        CHECK(child[i] >= 0);
        if (child[i] == 0) {
            family(i, rounds);
            _exit(20 + (int) i);
        }
    }
    family(PROCESSES, rounds);
    for (int i = 0; i < PROCESSES; i++) {
        CHECK_STATUS(child[i], (20 + i) << 8);
    }
    printf("ok storm\n");
    return 0;
}
