/* pthread_cancel: threads blocked in all kinds of calls, cleanup handlers, asynchronous and disabled cancellation. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

static int pipes[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t semaphore, started;
static atomic_int cleaned;

static void count_cleanup(void *argument) {
    atomic_fetch_add(&cleaned, (int) (intptr_t) argument);
}

static void unlock(void *argument) {
    CHECK_ZERO(pthread_mutex_unlock(argument));
    atomic_fetch_add(&cleaned, 100);
}

static void in_read(void) {
    char byte;
    (void) !read(pipes[0], &byte, 1);
}

static void in_sleep(void) {
    sleep(1000);
}

static void in_nanosleep(void) {
    nanosleep(&(struct timespec) {1000, 0}, NULL);
}

static void in_pause(void) {
    pause();
}

static void in_poll(void) {
    struct pollfd poller = {.fd = pipes[0], .events = POLLIN};
    poll(&poller, 1, -1);
}

static void in_semaphore(void) {
    sem_wait(&semaphore);
}

static void in_wait(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigwaitinfo(&set, NULL);
}

static void in_receive(void) {
    int pair[2];
    char byte;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    pthread_cleanup_push(count_cleanup, (void *) 0);
    recv(pair[0], &byte, 1, 0);
    pthread_cleanup_pop(0);
}

static void in_condition(void) {
    CHECK_ZERO(pthread_mutex_lock(&lock));
    pthread_cleanup_push(unlock, &lock); /* the lock is held again when this runs */
    for (;;) {
        pthread_cond_wait(&never, &lock);
    }
    pthread_cleanup_pop(1);
}

static void in_loop(void) {
    for (;;) {
        pthread_testcancel();
        syscall(SYS_getppid);
    }
}

static void in_maps(void) {
    for (;;) {
        void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(p != MAP_FAILED && munmap(p, PAGE) == 0);
        pthread_testcancel();
    }
}

static void *run_blocked(void *argument) {
    void (*block)(void) = (void (*)(void)) (uintptr_t) argument;
    pthread_cleanup_push(count_cleanup, (void *) 1);
    pthread_cleanup_push(count_cleanup, (void *) 10);
    CHECK(sem_post(&started) == 0);
    block();
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return NULL;
}

static void deferred(void) {
    static void (*const blocks[])(void) = {in_read, in_sleep, in_nanosleep, in_pause, in_poll, in_semaphore, in_wait,
                                           in_receive, in_condition, in_loop, in_maps};
    CHECK(pipe(pipes) == 0 && sem_init(&semaphore, 0, 0) == 0 && sem_init(&started, 0, 0) == 0);
    for (size_t i = 0; i < COUNT(blocks) * 10; i++) {
        void (*block)(void) = blocks[i % COUNT(blocks)];
        pthread_t thread;
        void *result;
        atomic_store(&cleaned, 0);
        CHECK_ZERO(pthread_create(&thread, NULL, run_blocked, (void *) (uintptr_t) block));
        CHECK(sem_wait(&started) == 0);
        if (i % 3) {
            nanosleep(&(struct timespec) {0, (long) (i % 5) * 300000}, NULL); /* sooner or later inside the call */
        }
        CHECK_ZERO(pthread_cancel(thread));
        CHECK_ZERO(pthread_join(thread, &result));
        CHECK(result == PTHREAD_CANCELED);
        int sum = atomic_load(&cleaned);
        CHECK(sum == 11 || (block == in_condition && sum == 111));
        CHECK(pthread_mutex_trylock(&lock) == 0 && pthread_mutex_unlock(&lock) == 0);
    }
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void *run_asynchronous(void *argument) {
    volatile uint64_t number = 0;
    int old;
    CHECK_ZERO(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &old));
    CHECK(old == PTHREAD_CANCEL_DEFERRED);
    pthread_cleanup_push(count_cleanup, (void *) 1);
    CHECK(sem_post(&started) == 0);
    for (;;) {
        number++;
        if (argument != NULL && number % 64 == 0) {
            syscall(SYS_getppid); /* is cancelled before, in, or after the call */
        }
    }
    pthread_cleanup_pop(0);
    return NULL;
}

static void asynchronous(void) {
    CHECK(sem_init(&started, 0, 0) == 0);
    for (intptr_t i = 0; i < 100; i++) {
        pthread_t thread;
        void *result;
        atomic_store(&cleaned, 0);
        CHECK_ZERO(pthread_create(&thread, NULL, run_asynchronous, (void *) (i % 2)));
        CHECK(sem_wait(&started) == 0);
        CHECK_ZERO(pthread_cancel(thread));
        CHECK_ZERO(pthread_join(thread, &result));
        CHECK(result == PTHREAD_CANCELED && atomic_load(&cleaned) == 1);
    }
}

static void *run_disabled(void *argument) {
    int old;
    char byte = 0;
    (void) argument;
    CHECK_ZERO(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old));
    CHECK(old == PTHREAD_CANCEL_ENABLE && sem_post(&started) == 0);
    ssize_t length; /* the cancellation signal itself may end the read, but not the thread */
    do {
        length = read(pipes[0], &byte, 1);
    } while (length == -1 && errno == EINTR);
    CHECK(length == 1 && byte == 'k');
    atomic_store(&cleaned, 1000);
    CHECK_ZERO(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old));
    pthread_testcancel();
    CHECK(!"after the cancellation point");
    return NULL;
}

static void disabled(void) {
    CHECK(pipe(pipes) == 0 && sem_init(&started, 0, 0) == 0);
    for (int i = 0; i < 30; i++) {
        pthread_t thread;
        void *result;
        atomic_store(&cleaned, 0);
        CHECK_ZERO(pthread_create(&thread, NULL, run_disabled, NULL));
        CHECK(sem_wait(&started) == 0);
        CHECK_ZERO(pthread_cancel(thread));
        CHECK(write(pipes[1], "k", 1) == 1);
        CHECK_ZERO(pthread_join(thread, &result));
        CHECK(result == PTHREAD_CANCELED && atomic_load(&cleaned) == 1000);
    }
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void *exit_deep(void *argument) {
    intptr_t depth = (intptr_t) argument;
    pthread_cleanup_push(count_cleanup, (void *) 1);
    if (depth > 0) {
        exit_deep((void *) (depth - 1));
    } else if (opaque(1)) {
        pthread_exit((void *) 77);
    }
    pthread_cleanup_pop(1);
    return NULL;
}

/* pthread_exit unwinds too. */
static void unwinding(void) {
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        void *result;
        atomic_store(&cleaned, 0);
        CHECK_ZERO(pthread_create(&thread, NULL, exit_deep, (void *) 60));
        CHECK_ZERO(pthread_join(thread, &result));
        CHECK(result == (void *) 77 && atomic_load(&cleaned) == 61);
    }
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"deferred", deferred}, {"asynchronous", asynchronous}, {"disabled", disabled}, {"unwinding", unwinding},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
