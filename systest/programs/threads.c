/* Threads: creation in waves, local storage, locks, signals to one thread, stacks, the main thread's early end. */
#include "check.h"

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static atomic_int counter;
static __thread int local = 5;
static __thread char large_local[20000];
static pthread_key_t key;
static atomic_int destroyed;

static void destroy(void *value) {
    atomic_fetch_add(&destroyed, (int) (intptr_t) value);
}

static void *simple(void *argument) {
    intptr_t number = (intptr_t) argument;
    CHECK(local == 5 && is_zero(large_local, sizeof large_local));
    local = (int) number;
    memset(large_local, (int) number, sizeof large_local);
    CHECK_ZERO(pthread_setspecific(key, (void *) (number + 1)));
    char *p = malloc(1000 + (size_t) number);
    CHECK(p != NULL);
    memset(p, (int) number, 1000);
    sched_yield();
    CHECK(local == number && large_local[19999] == (char) number && p[999] == (char) number);
    free(p);
    atomic_fetch_add(&counter, 1);
    return (void *) (number * 2);
}

static void waves(void) {
    CHECK_ZERO(pthread_key_create(&key, destroy));
    for (int wave = 0; wave < 10; wave++) {
        pthread_t thread[20];
        atomic_store(&counter, 0);
        atomic_store(&destroyed, 0);
        for (intptr_t i = 0; i < 20; i++) {
            CHECK_ZERO(pthread_create(&thread[i], NULL, simple, (void *) i));
        }
        for (intptr_t i = 0; i < 20; i++) {
            void *result;
            CHECK_ZERO(pthread_join(thread[i], &result));
            CHECK((intptr_t) result == i * 2);
        }
        CHECK(atomic_load(&counter) == 20 && atomic_load(&destroyed) == 210);
    }
    CHECK_ZERO(pthread_key_delete(key));
    CHECK(local == 5);
}

static int task_count(void) {
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    CHECK(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    CHECK(closedir(folder) == 0);
    return count;
}

static sem_t finished;

static void *post_and_end(void *argument) {
    (void) argument;
    CHECK(sem_post(&finished) == 0);
    return NULL;
}

static void detached(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(sem_init(&finished, 0, 0) == 0);
    CHECK_ZERO(pthread_attr_init(&attributes));
    CHECK_ZERO(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
    int before = task_count();
    for (int i = 0; i < 100; i++) {
        CHECK_ZERO(pthread_create(&thread, i % 2 ? &attributes : NULL, post_and_end, NULL));
        if (i % 2 == 0) {
            CHECK_ZERO(pthread_detach(thread));
        }
        CHECK(sem_wait(&finished) == 0);
    }
    CHECK_ZERO(pthread_attr_destroy(&attributes));
    while (task_count() != before) { /* they do go away */
        sched_yield();
    }
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static long plain[4];
static int turn;

static void *locker(void *argument) {
    intptr_t me = (intptr_t) argument;
    for (int i = 0; i < 5000; i++) {
        CHECK_ZERO(pthread_mutex_lock(&lock));
        plain[0]++;
        CHECK_ZERO(pthread_mutex_unlock(&lock));
        CHECK_ZERO(pthread_spin_lock(&spin));
        plain[1]++;
        CHECK_ZERO(pthread_spin_unlock(&spin));
        if (i % 10 == 0) {
            CHECK_ZERO(pthread_rwlock_wrlock(&rwlock));
            plain[2]++;
            plain[3]++;
            CHECK_ZERO(pthread_rwlock_unlock(&rwlock));
        } else {
            CHECK_ZERO(pthread_rwlock_rdlock(&rwlock));
            CHECK(plain[2] == plain[3]);
            CHECK_ZERO(pthread_rwlock_unlock(&rwlock));
        }
    }
    for (int round = 0; round < 100; round++) {
        int last = pthread_barrier_wait(&barrier);
        CHECK(last == 0 || last == PTHREAD_BARRIER_SERIAL_THREAD);
        atomic_fetch_add(&counter, last != 0);
    }
    for (int round = 0; round < 200; round++) { /* strictly in turns */
        CHECK_ZERO(pthread_mutex_lock(&lock));
        while (turn % 4 != me) {
            CHECK_ZERO(pthread_cond_wait(&changed, &lock));
        }
        turn++;
        CHECK_ZERO(pthread_cond_broadcast(&changed));
        CHECK_ZERO(pthread_mutex_unlock(&lock));
    }
    return NULL;
}

static void locks(void) {
    pthread_t thread[4];
    CHECK_ZERO(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
    CHECK_ZERO(pthread_barrier_init(&barrier, NULL, 4));
    atomic_store(&counter, 0);
    turn = 0;
    memset(plain, 0, sizeof plain);
    for (intptr_t i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, locker, (void *) i));
    }
    for (int i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK(plain[0] == 20000 && plain[1] == 20000 && plain[2] == 2000 && atomic_load(&counter) == 100 && turn == 800);
    CHECK_ZERO(pthread_barrier_destroy(&barrier));
    CHECK(pthread_mutex_trylock(&lock) == 0 && pthread_mutex_trylock(&lock) == EBUSY && pthread_mutex_unlock(&lock) == 0);
    struct timespec past = {1, 0};
    CHECK_ZERO(pthread_mutex_lock(&lock));
    CHECK(pthread_cond_timedwait(&changed, &lock, &past) == ETIMEDOUT);
    CHECK_ZERO(pthread_mutex_unlock(&lock));
}

static void *die_with_lock(void *argument) {
    CHECK_ZERO(pthread_mutex_lock(argument));
    return NULL;
}

/* The owner of a robust mutex ends: the next one learns it, also when the owner was another process. */
static void robust(void) {
    pthread_mutexattr_t attributes;
    pthread_mutex_t *mutex = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(mutex != MAP_FAILED);
    CHECK_ZERO(pthread_mutexattr_init(&attributes));
    CHECK_ZERO(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    CHECK_ZERO(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    CHECK_ZERO(pthread_mutex_init(mutex, &attributes));
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        CHECK_ZERO(pthread_create(&thread, NULL, die_with_lock, mutex));
        CHECK_ZERO(pthread_join(thread, NULL));
        CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
        CHECK_ZERO(pthread_mutex_consistent(mutex));
        CHECK_ZERO(pthread_mutex_unlock(mutex));
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            die_with_lock(mutex);
            raise(SIGKILL);
        }
        CHECK_STATUS(child, SIGKILL);
        CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
        CHECK_ZERO(pthread_mutex_consistent(mutex));
        CHECK_ZERO(pthread_mutex_unlock(mutex));
    }
    CHECK_ZERO(pthread_mutexattr_destroy(&attributes));
    CHECK(munmap(mutex, PAGE) == 0);
}

static atomic_int handled, handler_tid;

static void on_usr1(int number) {
    (void) number;
    atomic_store(&handler_tid, (int) syscall(SYS_gettid));
    atomic_fetch_add(&handled, 1);
}

struct reader {
    int fd;
    atomic_int tid;
    atomic_int interrupted;
    atomic_int stop;
};

static void *read_interrupted(void *argument) {
    struct reader *reader = argument;
    char byte;
    atomic_store(&reader->tid, (int) syscall(SYS_gettid));
    while (!atomic_load(&reader->stop)) {
        CHECK_ERRNO(read(reader->fd, &byte, 1), EINTR);
        atomic_fetch_add(&reader->interrupted, 1);
    }
    return NULL;
}

/* A signal to one thread runs its handler there and interrupts its read; the others sleep on. */
static void directed(void) {
    struct sigaction action = {.sa_handler = on_usr1}; /* without SA_RESTART */
    struct reader reader[3];
    pthread_t thread[3];
    int pipes[2];
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0 && pipe(pipes) == 0);
    for (int i = 0; i < 3; i++) {
        reader[i] = (struct reader) {.fd = pipes[0]};
        CHECK_ZERO(pthread_create(&thread[i], NULL, read_interrupted, &reader[i]));
        while (atomic_load(&reader[i].tid) == 0) {
            sched_yield();
        }
    }
    for (int round = 0; round < 60; round++) {
        int i = round % 3;
        int before = atomic_load(&reader[i].interrupted);
        while (atomic_load(&reader[i].interrupted) == before) { /* it may not be in read yet: once more, then */
            int count = atomic_load(&handled);
            CHECK_ZERO(pthread_kill(thread[i], SIGUSR1));
            while (atomic_load(&handled) == count) {
                sched_yield();
            }
            CHECK(atomic_load(&handler_tid) == atomic_load(&reader[i].tid));
            nanosleep(&(struct timespec) {0, 200000}, NULL);
        }
    }
    for (int i = 0; i < 3; i++) {
        int before = atomic_load(&reader[i].interrupted);
        atomic_store(&reader[i].stop, 1);
        while (atomic_load(&reader[i].interrupted) == before) {
            CHECK_ZERO(pthread_kill(thread[i], SIGUSR1));
            nanosleep(&(struct timespec) {0, 200000}, NULL);
        }
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void *masked(void *argument) {
    sigset_t mask, pending;
    intptr_t number = (intptr_t) argument;
    CHECK_ZERO(pthread_sigmask(SIG_SETMASK, NULL, &mask));
    CHECK(sigismember(&mask, SIGUSR2) == 1 && sigismember(&mask, SIGTERM) == 0); /* inherited */
    sigemptyset(&mask);
    sigaddset(&mask, number % 2 ? SIGUSR1 : SIGUSR2);
    sigaddset(&mask, SIGSYS);
    CHECK_ZERO(pthread_sigmask(SIG_SETMASK, &mask, NULL));
    (void) pthread_barrier_wait(&barrier);
    CHECK_ZERO(pthread_sigmask(SIG_SETMASK, NULL, &mask));
    for (int signal = 1; signal < 32; signal++) {
        CHECK(sigismember(&mask, signal) == (signal == SIGSYS || signal == (number % 2 ? SIGUSR1 : SIGUSR2)));
    }
    CHECK_ZERO(pthread_kill(pthread_self(), number % 2 ? SIGUSR1 : SIGUSR2));
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, number % 2 ? SIGUSR1 : SIGUSR2) == 1);
    CHECK(sigismember(&pending, number % 2 ? SIGUSR2 : SIGUSR1) == 0); /* pending for this thread only */
    return NULL;
}

static void masks(void) {
    pthread_t thread[4];
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    CHECK_ZERO(pthread_sigmask(SIG_BLOCK, &mask, &old));
    CHECK_ZERO(pthread_barrier_init(&barrier, NULL, 4));
    for (intptr_t i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, masked, (void *) i));
    }
    for (int i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK_ZERO(pthread_barrier_destroy(&barrier));
    CHECK_ZERO(pthread_sigmask(SIG_SETMASK, &old, &mask));
    CHECK(sigismember(&mask, SIGUSR2) == 1 && sigismember(&mask, SIGSYS) == 0);
}

static char *low, *high;

static void *on_own_stack(void *argument) {
    char here;
    CHECK(&here >= low && &here < high);
    if (argument != NULL) {
        volatile char deep[200 * 1024];
        deep[0] = 1;
        CHECK(write(-1, (char *) deep, 1) == -1);
    }
    atomic_fetch_add(&counter, 1);
    return NULL;
}

static void *on_minimal_stack(void *argument) {
    (void) argument;
    for (int i = 0; i < 100; i++) {
        CHECK(syscall(SYS_getppid) == getppid() && syscall(SYS_gettid) != 0);
        void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(p != MAP_FAILED && munmap(p, PAGE) == 0);
    }
    return NULL;
}

static void stacks(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK_ZERO(pthread_attr_init(&attributes));
    for (size_t size = 512 * KIB; size <= 16 * MIB; size *= 2) {
        low = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        CHECK(low != MAP_FAILED);
        high = low + size;
        CHECK_ZERO(pthread_attr_setstack(&attributes, low, size));
        CHECK_ZERO(pthread_create(&thread, &attributes, on_own_stack, low));
        CHECK_ZERO(pthread_join(thread, NULL));
        CHECK(munmap(low, size) == 0);
    }
    CHECK_ZERO(pthread_attr_destroy(&attributes));
    CHECK_ZERO(pthread_attr_init(&attributes));
    CHECK(pthread_attr_setstacksize(&attributes, 100) == EINVAL);
    /* The least there is; glibc takes local storage out of the stack. */
    CHECK_ZERO(pthread_attr_setstacksize(&attributes, (size_t) PTHREAD_STACK_MIN + 24 * KIB));
    for (int i = 0; i < 20; i++) {
        CHECK_ZERO(pthread_create(&thread, &attributes, on_minimal_stack, NULL));
        CHECK_ZERO(pthread_join(thread, NULL));
    }
    CHECK_ZERO(pthread_attr_destroy(&attributes));
}

static void *ends_last(void *main_thread) {
#ifdef __GLIBC__
    CHECK_ZERO(pthread_join(*(pthread_t *) main_thread, NULL));
#else
    (void) main_thread; /* musl never wakes who waits for the main thread of a forked child */
#endif
    for (int i = 0; i < 100; i++) {
        CHECK(getpid() != syscall(SYS_gettid) && kill(getpid(), 0) == 0);
        free(malloc(200000));
    }
    exit(23);
}

/* The main thread ends first; the process goes on until another one calls exit. */
static void main_ends(void) {
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            static pthread_t self;
            pthread_t thread;
            self = pthread_self();
            CHECK_ZERO(pthread_create(&thread, NULL, ends_last, &self));
            pthread_exit(NULL);
        }
        CHECK_STATUS(child, 23 << 8);
        child = fork();
        CHECK(child >= 0);
        if (child == 0) { /* exit_group while the others are in calls of all kinds */
            pthread_t thread;
            struct reader reader = {.fd = 0};
            int pipes[2];
            CHECK(pipe(pipes) == 0);
            reader.fd = pipes[0];
            for (int k = 0; k < 4; k++) {
                CHECK_ZERO(pthread_create(&thread, NULL, k % 2 ? read_interrupted : on_minimal_stack, &reader));
            }
            _exit(24);
        }
        CHECK_STATUS(child, 24 << 8);
    }
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"waves", waves}, {"detached", detached}, {"locks", locks}, {"robust", robust}, {"directed", directed},
        {"masks", masks}, {"stacks", stacks}, {"main_ends", main_ends},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
