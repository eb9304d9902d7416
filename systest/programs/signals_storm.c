/* Many signals: none lost, none doubled, none out of order; and no system call lost or doubled beneath them. */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static volatile int handled, disorder;
static volatile long sum;

static void on_count(int number, siginfo_t *info, void *context) {
    (void) number;
    (void) context;
    int value = info->si_value.sival_int;
    disorder |= value != handled;
    handled++;
    sum += value;
}

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    CHECK(sigaction(number, &action, NULL) == 0);
}

/* sigqueue until there is room: the queue has a limit. */
static void queue(pid_t to, int number, int value) {
    union sigval data = {.sival_int = value};
    while (sigqueue(to, number, data) != 0) {
        CHECK(errno == EAGAIN);
        sched_yield();
    }
}

/* A real-time signal queues: every one arrives, in order, with its value. */
static void queued(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    install(SIGRTMIN + 1, on_count, SA_RESTART);
    for (int blocked = 0; blocked < 2; blocked++) {
        handled = disorder = 0;
        sum = 0;
        pid_t parent = getpid();
        if (blocked) {
            CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        }
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            for (int i = 0; i < 3000; i++) {
                queue(parent, SIGRTMIN + 1, i);
            }
            _exit(0);
        }
        if (blocked) {
            CHECK_CHILD(child);
            CHECK(handled == 0 && sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
        } else {
            while (handled < 3000) {
                CHECK(getppid() == syscall(SYS_getppid));
                void *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                CHECK(p != MAP_FAILED && is_zero(p, 2 * PAGE));
                memset(p, 1, 2 * PAGE);
                CHECK(munmap(p, 2 * PAGE) == 0);
            }
            CHECK_CHILD(child);
        }
        CHECK(handled == 3000 && disorder == 0 && sum == 3000l * 2999 / 2);
    }
}

static volatile int order[64];
static volatile int arrived;

static void on_order(int number, siginfo_t *info, void *context) {
    (void) info;
    (void) context;
    order[arrived++] = number;
}

/* Ordinary signals that are pending together become one; real-time ones come lowest first. */
static void ordered(void) {
    sigset_t all, old;
    sigfillset(&all);
    for (int number = SIGRTMIN; number < SIGRTMIN + 10; number++) {
        struct sigaction action = {.sa_sigaction = on_order, .sa_flags = SA_SIGINFO, .sa_mask = all};
        CHECK(sigaction(number, &action, NULL) == 0);
    }
    struct sigaction action = {.sa_sigaction = on_order, .sa_flags = SA_SIGINFO, .sa_mask = all};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(sigprocmask(SIG_SETMASK, &all, &old) == 0);
    for (int i = 9; i >= 0; i--) {
        queue(getpid(), SIGRTMIN + i, i);
        queue(getpid(), SIGRTMIN + i, i);
        CHECK(kill(getpid(), SIGUSR1) == 0);
    }
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 10; i++) {
        sigaddset(&set, SIGRTMIN + i);
    }
    sigaddset(&set, SIGUSR1);
    for (int i = 0; i < 5; i++) { /* taken one by one: the lowest number first */
        CHECK(sigwaitinfo(&set, NULL) == (i == 0 ? SIGUSR1 : SIGRTMIN + (i - 1) / 2));
    }
    arrived = 0;
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0 && arrived == 16);
    for (int i = 0; i < 16; i++) {
        CHECK(order[i] == SIGRTMIN + 2 + i / 2);
    }
}

static void on_nothing(int number) {
    int error = errno;
    (void) number;
    handled++;
    syscall(SYS_getppid);
    errno = error;
}

static void start_timer(long microseconds) {
    struct sigaction action = {.sa_handler = on_nothing, .sa_flags = SA_RESTART};
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

/* A process that does nothing but send, about ten thousand times a second. */
static pid_t bombard(pid_t target, int number) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        syscall(436 /* close_range */, 3, ~0u, 0); /* the ends of pipes among them */
        for (;;) {
            if (kill(target, number) != 0) {
                _exit(0);
            }
            nanosleep(&(struct timespec) {0, 20000}, NULL); /* fork starts again at each signal: let it get through */
        }
    }
    return child;
}

/* Numbered records through a pipe while both ends are under fire: each once and in order. */
static void exact_counts(void) {
    enum { RECORDS = 30000 };
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    struct sigaction action = {.sa_handler = on_nothing, .sa_flags = SA_RESTART};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    pid_t reader = fork();
    CHECK(reader >= 0);
    if (reader == 0) {
        CHECK(close(pipes[1]) == 0);
        start_timer(300);
        int expected = 0, value;
        ssize_t length;
        while ((length = read(pipes[0], &value, sizeof value)) == sizeof value) {
            CHECK(value == expected);
            expected++;
        }
        CHECK(length == 0 && expected == RECORDS);
        _exit(0);
    }
    CHECK(close(pipes[0]) == 0);
    handled = 0;
    pid_t bomber = bombard(getpid(), SIGUSR1);
    start_timer(250);
    for (int i = 0; i < RECORDS; i++) {
        CHECK(write(pipes[1], &i, sizeof i) == sizeof i);
    }
    start_timer(0);
    CHECK(close(pipes[1]) == 0);
    CHECK_CHILD(reader);
    CHECK(kill(bomber, SIGKILL) == 0);
    CHECK_STATUS(bomber, SIGKILL);
    CHECK(handled > 0);
}

/* Descriptors and maps opened under fire: as many as were asked for, no more. */
static void exact_resources(void) {
    struct sigaction action = {.sa_handler = on_nothing}; /* no SA_RESTART: these calls never wait */
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    pid_t bomber = bombard(getpid(), SIGUSR1);
    int first = open("/dev/null", O_RDONLY);
    CHECK(first >= 0 && close(first) == 0);
    char *area = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(area != MAP_FAILED);
    for (int round = 0; round < 2000; round++) {
        int a = open("/dev/null", O_RDONLY), b = dup(a), c = fcntl(a, F_DUPFD, 0);
        CHECK(a == first && b == first + 1 && c == first + 2);
        CHECK(close(b) == 0 && close(c) == 0 && close(a) == 0);
        CHECK_ERRNO(close(a), EBADF);
        size_t at = (size_t) round % 60;
        char *p = area + at * PAGE;
        CHECK(mmap(p, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
        CHECK(is_zero(p, 2 * PAGE));
        memset(p, 9, 2 * PAGE);
        CHECK(madvise(p, PAGE, MADV_DONTNEED) == 0 && p[0] == 0 && p[PAGE] == 9);
        CHECK(mprotect(p, 2 * PAGE, PROT_NONE) == 0);
        if (round % 50 == 0) {
            IN_CHILD(CHECK(getpid() == syscall(SYS_getpid)));
        }
    }
    CHECK(kill(bomber, SIGKILL) == 0);
    CHECK_STATUS(bomber, SIGKILL);
    CHECK(munmap(area, 64 * PAGE) == 0);
}

/* Parent and child send to each other, one signal for each one received. */
static void ping_pong(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGCHLD);
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    sigdelset(&set, SIGCHLD);
    pid_t parent = getpid();
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (int i = 0; i < 2000; i++) {
            CHECK(sigwaitinfo(&set, NULL) == SIGUSR1 && kill(parent, SIGUSR1) == 0);
        }
        _exit(0);
    }
    for (int i = 0; i < 2000; i++) {
        siginfo_t info;
        CHECK(kill(child, SIGUSR1) == 0 && sigwaitinfo(&set, &info) == SIGUSR1 && info.si_pid == child);
    }
    CHECK_CHILD(child);
    sigaddset(&set, SIGCHLD);
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
}

enum { ROUNDS = 400 };
static atomic_int thread_count[4], running;
static __thread int my_number = -1;

static void on_thread(int number) {
    (void) number;
    atomic_fetch_add(&thread_count[my_number], 1);
}

static void *receive(void *argument) {
    my_number = (int) (intptr_t) argument;
    atomic_fetch_add(&running, 1);
    while (atomic_load(&thread_count[my_number]) < ROUNDS) {
        syscall(SYS_getppid);
        nanosleep(&(struct timespec) {0, 50000}, NULL); /* leaves the core to the sender */
        void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(p != MAP_FAILED && munmap(p, PAGE) == 0);
    }
    return NULL;
}

/* One at a time to each of four threads: every one runs where it was sent. */
static void threads_under_fire(void) {
    struct sigaction action = {.sa_handler = on_thread, .sa_flags = SA_RESTART};
    pthread_t thread[4];
    CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
    for (intptr_t i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, receive, (void *) i));
    }
    while (atomic_load(&running) < 4) {
        sched_yield();
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 4; i++) {
            CHECK_ZERO(pthread_kill(thread[i], SIGUSR2));
        }
        for (int i = 0; i < 4; i++) {
            while (atomic_load(&thread_count[i]) != round + 1) {
                CHECK(atomic_load(&thread_count[i]) <= round + 1);
                sched_yield();
            }
        }
    }
    for (int i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
        CHECK(atomic_load(&thread_count[i]) == ROUNDS);
    }
}

/* fork, exec and wait under fire. */
static void spawn_under_fire(void) {
    struct sigaction action = {.sa_handler = on_nothing, .sa_flags = SA_RESTART};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    pid_t bomber = bombard(getpid(), SIGUSR1);
    for (int i = 0; i < 60; i++) {
        pid_t child = i % 2 ? fork() : vfork();
        if (child == 0) {
            if (i % 3 == 0) {
                execl("/bin/true", "true", (char *) NULL);
                _exit(99);
            }
            _exit(0);
        }
        CHECK(child > 0);
        CHECK_CHILD(child);
    }
    CHECK(kill(bomber, SIGKILL) == 0);
    CHECK_STATUS(bomber, SIGKILL);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"queued", queued}, {"ordered", ordered}, {"exact_counts", exact_counts}, {"exact_resources", exact_resources},
        {"ping_pong", ping_pong}, {"threads_under_fire", threads_under_fire}, {"spawn_under_fire", spawn_under_fire},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
