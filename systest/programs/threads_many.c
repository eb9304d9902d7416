/*
 * Thousands of threads: created, alive at the same time, joined; in one process and in many; twice, so that what the first ones
 * left behind is used again.
 *
 * threads_many [THREADS [PROCESSES]]: so many in one process, and in all processes together; defaults 2000 and 40.
 */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { STACK = 32 * 1024 };

static sem_t gate;
static atomic_int alive;

static void *live(void *argument) {
    pid_t self = (pid_t) syscall(SYS_gettid);
    char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(map != MAP_FAILED && map[0] == 0);
    map[0] = 1;
    atomic_fetch_add(&alive, 1);
    while (sem_wait(&gate) != 0) {
        CHECK(errno == EINTR);
    }
    CHECK(syscall(SYS_getpid) == getpid() && syscall(SYS_gettid) == self && map[0] == 1 && munmap(map, PAGE) == 0);
    return argument;
}

static void crowd(int threads) {
    pthread_t *thread = calloc((size_t) threads, sizeof *thread);
    pthread_attr_t small;
    CHECK(thread != NULL && sem_init(&gate, 0, 0) == 0);
    CHECK_ZERO(pthread_attr_init(&small));
    CHECK_ZERO(pthread_attr_setstacksize(&small, STACK));
    atomic_store(&alive, 0);
    for (int i = 0; i < threads; i++) {
        CHECK_ZERO(pthread_create(&thread[i], &small, live, (void *) (intptr_t) (i + 1)));
    }
    while (atomic_load(&alive) < threads) {
        sched_yield();
    }
    for (int i = 0; i < threads; i++) {
        CHECK(sem_post(&gate) == 0);
    }
    for (int i = 0; i < threads; i++) {
        void *result;
        CHECK_ZERO(pthread_join(thread[i], &result));
        CHECK((intptr_t) result == i + 1);
    }
    free(thread);
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 2000;
    int processes = argc > 2 ? atoi(argv[2]) : 40;
    for (int round = 0; round < 2; round++) {
        crowd(threads);
    }
    printf("ok one process\n");
    fflush(stdout);
    for (int round = 0; round < 2; round++) {
        pid_t *child = calloc((size_t) processes, sizeof *child);
        CHECK(child != NULL);
        for (int i = 0; i < processes; i++) {
            child[i] = fork();
            CHECK(child[i] >= 0);
            if (child[i] == 0) {
                crowd(threads / processes);
                _exit(0);
            }
        }
        for (int i = 0; i < processes; i++) {
            CHECK_CHILD(child[i]);
        }
        free(child);
    }
    printf("ok many processes\n");
    return 0;
}
