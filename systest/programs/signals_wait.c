/* Calls that wait when a signal comes: which restart and which give EINTR; waiting for signals; masks that change atomically. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

static int pipes[2];
static volatile int ticks, deadline;
static volatile int word;
static volatile pid_t helper;

/* At the last tick it ends what the call waits for. */
static void on_tick(int number) {
    int error = errno;
    (void) number;
    ticks++;
    if (ticks == deadline) {
        if (helper > 0) {
            kill(helper, SIGKILL);
        }
        (void) !write(pipes[1], "t", 1);
        word = 1;
        syscall(SYS_futex, &word, FUTEX_WAKE, 10, NULL, NULL, 0);
    }
    errno = error;
}

static void start(int flags, int last) {
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = flags};
    struct itimerval timer = {{0, 1500}, {0, 1500}};
    ticks = 0;
    word = 0;
    deadline = last;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void stop(void) {
    struct itimerval timer = {{0, 0}, {0, 0}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void drain(void) {
    char byte;
    CHECK(fcntl(pipes[0], F_SETFL, O_NONBLOCK) == 0);
    while (read(pipes[0], &byte, 1) > 0) {
        continue;
    }
    CHECK(fcntl(pipes[0], F_SETFL, 0) == 0);
}

static pid_t sleeping_child(void) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    return child;
}

/* One waiting call each; ends after the last tick, or with EINTR. */
static long wait_read(void) {
    char byte;
    return read(pipes[0], &byte, 1);
}

static long wait_readv(void) {
    char byte;
    struct iovec {
        void *base;
        size_t length;
    } vector = {&byte, 1};
    return syscall(SYS_readv, pipes[0], &vector, 1);
}

static long wait_child(void) {
    int status;
    return waitpid(helper, &status, 0) == helper ? 1 : -1;
}

static long wait_id(void) {
    siginfo_t info;
    return waitid(P_PID, (id_t) helper, &info, WEXITED) == 0 ? 1 : -1;
}

static long wait_futex(void) {
    while (word == 0) {
        if (syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0) != 0 && errno != EAGAIN) {
            return -1;
        }
    }
    return 1;
}

static void with_restart(void) {
    static long (*const calls[])(void) = {wait_read, wait_readv, wait_child, wait_id, wait_futex};
    CHECK(pipe(pipes) == 0);
    for (size_t i = 0; i < COUNT(calls) * 4; i++) {
        int child = calls[i % COUNT(calls)] == wait_child || calls[i % COUNT(calls)] == wait_id;
        helper = child ? sleeping_child() : 0;
        start(SA_RESTART, 6);
        CHECK(calls[i % COUNT(calls)]() == 1);
        CHECK(ticks >= 6);
        stop();
        helper = 0;
        drain();
    }
    /* Without SA_RESTART each is interrupted. */
    for (size_t i = 0; i < COUNT(calls) * 4; i++) {
        int child = calls[i % COUNT(calls)] == wait_child || calls[i % COUNT(calls)] == wait_id;
        helper = child ? sleeping_child() : 0;
        start(0, 1000000);
        CHECK_ERRNO(calls[i % COUNT(calls)](), EINTR);
        CHECK(ticks >= 1);
        stop();
        if (child) {
            CHECK(kill(helper, SIGKILL) == 0);
            CHECK_STATUS(helper, SIGKILL);
        }
        helper = 0;
        drain();
    }
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

/* These give EINTR whatever the handler's flags. */
static void never_restart(void) {
    int pair[2], poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    CHECK(poller >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0
          && epoll_ctl(poller, EPOLL_CTL_ADD, pair[0], &event) == 0);
    struct timeval long_time = {1000, 0};
    CHECK(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time) == 0);
    for (int round = 0; round < 6; round++) {
        struct pollfd descriptor = {.fd = pair[0], .events = POLLIN};
        struct timespec time = {1000, 0}, left = {0, 0};
        sigset_t empty;
        fd_set readable;
        char byte;
        sigemptyset(&empty);
        FD_ZERO(&readable);
        FD_SET(pair[0], &readable);
        start(round % 2 ? SA_RESTART : 0, 1000000);
        CHECK_ERRNO(poll(&descriptor, 1, -1), EINTR);
        CHECK_ERRNO(poll(NULL, 0, 1000000), EINTR);
        CHECK_ERRNO(ppoll(&descriptor, 1, &time, NULL), EINTR);
        CHECK_ERRNO(select(pair[0] + 1, &readable, NULL, NULL, NULL), EINTR);
        CHECK_ERRNO(pselect(pair[0] + 1, &readable, NULL, NULL, &time, &empty), EINTR);
        CHECK_ERRNO(epoll_wait(poller, &event, 1, -1), EINTR);
        CHECK_ERRNO(epoll_pwait(poller, &event, 1, 1000000, &empty), EINTR);
        CHECK_ERRNO(nanosleep(&time, &left), EINTR);
        CHECK(left.tv_sec >= 900 && left.tv_sec < 1000);
        CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left) == EINTR);
        CHECK_ERRNO(pause(), EINTR);
        CHECK_ERRNO(sigsuspend(&empty), EINTR);
        CHECK_ERRNO(recv(pair[0], &byte, 1, 0), EINTR);
        CHECK_ERRNO(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &time, NULL, 0), EINTR);
        sigset_t usr;
        sigemptyset(&usr);
        sigaddset(&usr, SIGUSR1);
        CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &usr, NULL, &time, 8), EINTR); /* musl would go on */
        stop();
    }
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0 && close(poller) == 0);
}

/* Signals that do nothing, and stopping and going on, are not noticed by a call that waits. */
static void unnoticed(void) {
    int ready[2];
    char byte;
    CHECK(pipe(ready) == 0 && pipe(pipes) == 0 && signal(SIGUSR1, SIG_IGN) != SIG_ERR);
    for (int which = 0; which < 5; which++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            struct pollfd descriptor = {.fd = pipes[0], .events = POLLIN};
            struct timespec time = {0, 60000000};
            CHECK(write(ready[1], "r", 1) == 1);
            switch (which) {
                case 0: CHECK(nanosleep(&time, NULL) == 0); break;
                case 1: CHECK(poll(&descriptor, 1, 60) == 0); break;
                case 2: CHECK(syscall(SYS_futex, &word, FUTEX_WAIT, 0, &time, NULL, 0) == -1 && errno == ETIMEDOUT); break;
                case 3: CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0); break;
                default: CHECK(read(pipes[0], &byte, 1) == 1); break;
            }
            _exit(0);
        }
        CHECK(read(ready[0], &byte, 1) == 1);
        for (int i = 0; i < 5; i++) {
            int status;
            usleep(3000);
            CHECK(kill(child, SIGUSR1) == 0 && kill(child, SIGWINCH) == 0 && kill(child, SIGSTOP) == 0);
            CHECK(waitpid(child, &status, WUNTRACED) == child);
            if (WIFEXITED(status)) { /* a slow machine: it was done before */
                CHECK(WEXITSTATUS(status) == 0);
                child = 0;
                break;
            }
            CHECK(WIFSTOPPED(status) && kill(child, SIGCONT) == 0);
        }
        CHECK(which != 4 || write(pipes[1], "x", 1) == 1);
        if (child != 0) {
            CHECK_CHILD(child);
        }
    }
    CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN && close(ready[0]) == 0 && close(ready[1]) == 0);
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void block(sigset_t *set, int first, int second) {
    sigemptyset(set);
    sigaddset(set, first);
    if (second != 0) {
        sigaddset(set, second);
    }
    CHECK(sigprocmask(SIG_BLOCK, set, NULL) == 0);
}

static void unblock_all(void) {
    sigset_t none;
    sigemptyset(&none);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL) == 0);
}

static void timed_wait(void) {
    sigset_t set;
    siginfo_t info;
    struct timespec zero = {0, 0}, some = {0, 2000000}, bad = {0, 2000000000};
    block(&set, SIGUSR1, SIGUSR2);
    CHECK_ERRNO(sigtimedwait(&set, &info, &zero), EAGAIN);
    CHECK_ERRNO(sigtimedwait(&set, &info, &some), EAGAIN);
    CHECK_ERRNO(sigtimedwait(&set, &info, &bad), EINVAL);
    CHECK(raise(SIGUSR1) == 0 && raise(SIGUSR2) == 0);
    CHECK(sigtimedwait(&set, &info, &zero) == SIGUSR2 || info.si_signo == SIGUSR1);
    int first = info.si_signo;
    CHECK(sigtimedwait(&set, &info, &zero) == SIGUSR1 + SIGUSR2 - first);
    CHECK_ERRNO(sigtimedwait(&set, &info, &zero), EAGAIN);
    int number = 0;
    CHECK(raise(SIGUSR1) == 0 && sigwait(&set, &number) == 0 && number == SIGUSR1);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 16), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigtimedwait, BAD_POINTER, NULL, NULL, 8), EFAULT);
    unblock_all();
}

static void descriptor(void) {
    sigset_t set;
    struct signalfd_siginfo info[4];
    union sigval value = {.sival_int = 99};
    block(&set, SIGUSR2, SIGUSR1);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_ERRNO(read(fd, info, sizeof info), EAGAIN);
    CHECK(sigqueue(getpid(), SIGUSR2, value) == 0 && sigqueue(getpid(), SIGUSR1, value) == 0);
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    CHECK(poll(&poller, 1, 0) == 1 && read(fd, info, sizeof info) == 2 * sizeof info[0]);
    CHECK(info[0].ssi_signo + info[1].ssi_signo == SIGUSR2 + SIGUSR1 && info[0].ssi_int == 99 && info[1].ssi_int == 99);
    CHECK(info[0].ssi_pid == (uint32_t) getpid() && info[0].ssi_code == SI_QUEUE);
    CHECK_ERRNO(read(fd, info, 10), EINVAL);
    CHECK_ERRNO(syscall(SYS_signalfd4, -1, &set, 4, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_signalfd4, -1, BAD_POINTER, 8, 0), EFAULT);
    CHECK_ERRNO(syscall(SYS_signalfd4, -1, &set, 8, 77), EINVAL);
    CHECK_ERRNO(syscall(SYS_signalfd4, 0x7fff, &set, 8, 0), EBADF);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK(signalfd(fd, &set, 0) == fd && raise(SIGUSR2) == 0 && poll(&poller, 1, 0) == 0);
    CHECK(signal(SIGUSR2, SIG_IGN) != SIG_ERR && close(fd) == 0);
    unblock_all();
    CHECK(signal(SIGUSR2, SIG_DFL) == SIG_IGN);
}

static volatile int got;

static void on_pending(int number) {
    got = number;
}

/* The signal is pending before; the call opens the mask, is interrupted at once, and the mask is shut again. */
static void atomic_masks(void) {
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGALRM};
    struct sigaction action = {.sa_handler = on_pending, .sa_flags = SA_RESTART};
    int poller = epoll_create1(0);
    CHECK(pipe(pipes) == 0 && poller >= 0);
    struct epoll_event event = {.events = EPOLLIN};
    CHECK(epoll_ctl(poller, EPOLL_CTL_ADD, pipes[0], &event) == 0);
    for (int round = 0; round < 60; round++) {
        int number = numbers[round % 3];
        struct pollfd descriptor = {.fd = pipes[0], .events = POLLIN};
        sigset_t set, none, now;
        fd_set readable;
        sigemptyset(&none);
        FD_ZERO(&readable);
        FD_SET(pipes[0], &readable);
        CHECK(sigaction(number, &action, NULL) == 0);
        block(&set, number, 0);
        for (int call = 0; call < 4; call++) {
            got = 0;
            CHECK(raise(number) == 0 && got == 0);
            switch (call) {
                case 0: CHECK_ERRNO(ppoll(&descriptor, 1, NULL, &none), EINTR); break;
                case 1: CHECK_ERRNO(pselect(pipes[0] + 1, &readable, NULL, NULL, NULL, &none), EINTR); break;
                case 2: CHECK_ERRNO(epoll_pwait(poller, &event, 1, -1, &none), EINTR); break;
                default: CHECK_ERRNO(sigsuspend(&none), EINTR); break;
            }
            CHECK(got == number && sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, number) == 1);
            for (int other = 1; other < 32; other++) {
                CHECK(sigismember(&now, other) == (other == number));
            }
        }
        /* A mask that shuts out what is open now: nothing comes during the call, all comes after it. */
        unblock_all();
        struct timespec zero = {0, 0};
        got = 0;
        CHECK(ppoll(&descriptor, 1, &zero, &set) == 0 && pselect(0, NULL, NULL, NULL, &zero, &set) == 0 && got == 0);
        CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, number) == 0);
        CHECK(raise(number) == 0 && got == number);
    }
    CHECK_ERRNO(syscall(SYS_ppoll, NULL, 0, NULL, &event, 16), EINVAL);
    CHECK_ERRNO(syscall(SYS_ppoll, NULL, 0, NULL, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_epoll_pwait, poller, &event, 1, 0, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_pselect6, 0, NULL, NULL, NULL, NULL, BAD_POINTER), EFAULT);
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0 && close(poller) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"with_restart", with_restart}, {"never_restart", never_restart}, {"unnoticed", unnoticed}, {"timed_wait", timed_wait},
        {"descriptor", descriptor}, {"atomic_masks", atomic_masks},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
