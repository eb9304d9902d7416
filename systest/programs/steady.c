/*
 * Threads that work, end and are made again, for as long as a test wants: while CPUs go and come, or cores are taken and given.
 * Every thread keeps count, calls the kernel and uses new memory; at the end the counts must be right.
 *
 * steady [FILE [THREADS]]: until FILE is there, else 20 rounds; prints "running" after the first round.
 */
#include "check.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { MOST = 64, TURNS = 40 };

static void *work(void *argument) {
    uint64_t seed = (uint64_t) (uintptr_t) argument;
    uint64_t done = 0;
    for (int i = 0; i < TURNS; i++) {
        size_t length = (size_t) (1 + (seed + (uint64_t) i) % 30) * PAGE;
        char *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(at != MAP_FAILED && at[length - 1] == 0);
        memset(at, (int) seed, length);
        CHECK(syscall(SYS_getpid) == getpid() && at[length - 1] == (char) seed && munmap(at, length) == 0);
        done++;
    }
    return (void *) (uintptr_t) done;
}

int main(int argc, char **argv) {
    size_t threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 4;
    CHECK(threads > 0 && threads <= MOST);
    pthread_t thread[MOST];
    for (uint64_t round = 0; argc > 1 ? access(argv[1], F_OK) != 0 : round < 20; round++) {
        for (size_t i = 0; i < threads; i++) {
            CHECK_ZERO(pthread_create(&thread[i], NULL, work, (void *) (uintptr_t) (round + i)));
        }
        for (size_t i = 0; i < threads; i++) {
            void *done;
            CHECK_ZERO(pthread_join(thread[i], &done));
            CHECK((uintptr_t) done == TURNS);
        }
        if (round == 0) {
            printf("running\n");
            fflush(stdout);
        }
    }
    printf("ok steady\n");
    return 0;
}
