/*
 * The program of the launch test: four children, each with four threads that allocate, map and call; then one line.
 *
 * forkthread [ROUNDS]: the work of each thread, default 20.
 */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { CHILDREN = 4, THREADS = 4 };

static int rounds = 20;
static atomic_long total;

static void *work(void *argument) {
    uint64_t seed = (uint64_t) (uintptr_t) argument;
    pid_t process = getpid();
    for (int i = 0; i < rounds; i++) {
        size_t size = 100 + (size_t) i * 977 % 200000;
        char *block = malloc(size);
        char *map = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(block != NULL && map != MAP_FAILED && is_zero(map, 16 * PAGE));
        fill_pattern(block, size, seed);
        fill_pattern(map, 16 * PAGE, seed + 1);
        CHECK(syscall(SYS_getpid) == process && syscall(SYS_gettid) != process && sched_yield() == 0);
        CHECK(holds_pattern(block, size, seed) && holds_pattern(map, 16 * PAGE, seed + 1));
        CHECK(munmap(map, 16 * PAGE) == 0);
        free(block);
        atomic_fetch_add(&total, 1);
    }
    return NULL;
}

static void run_threads(uint64_t child) {
    pthread_t thread[THREADS];
    for (uint64_t i = 0; i < THREADS; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, work, (void *) (uintptr_t) (child * THREADS + i)));
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK(atomic_load(&total) == (long) THREADS * rounds);
}

int main(int argc, char **argv) {
    pid_t child[CHILDREN];
    if (argc > 1) {
        rounds = atoi(argv[1]);
    }
    for (uint64_t i = 0; i < CHILDREN; i++) {
        child[i] = fork();
        CHECK(child[i] >= 0);
        if (child[i] == 0) {
            run_threads(i);
            _exit(10 + (int) i);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        CHECK_STATUS(child[i], (10 + i) << 8);
    }
    CHECK_ERRNO(wait(NULL), ECHILD);
    char line[80];
    int length = snprintf(line, sizeof line, "forkthread: %d children, %d threads, %d rounds\n", CHILDREN,
          CHILDREN * THREADS, rounds);
    CHECK(write(1, line, (size_t) length) == length);
    return 0;
}
