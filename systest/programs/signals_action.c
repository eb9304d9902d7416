/* sigaction, sigprocmask and siginfo: what is set is read back exactly, SIGSYS included; what a handler is told. */
#include "check.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#define SA_RESTORER_FLAG 0x04000000ul

/* The kernel's own structure. */
struct raw_action {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

static long raw_sigaction(int number, const void *new, void *old, size_t size) {
    return syscall(SYS_rt_sigaction, number, new, old, size);
}

static long raw_sigmask(int how, const void *new, void *old, size_t size) {
    return syscall(SYS_rt_sigprocmask, how, new, old, size);
}

static uint64_t current_mask(void) {
    uint64_t mask = 0;
    CHECK(raw_sigmask(SIG_SETMASK, NULL, &mask, 8) == 0);
    return mask;
}

#define BIT(number) (1ul << ((number) - 1))
#define UNBLOCKABLE (BIT(SIGKILL) | BIT(SIGSTOP))

static void nothing(int number) {
    (void) number;
}

static void read_back(void) {
    static const unsigned long flags[] = {0, SA_RESTART, SA_NODEFER | SA_SIGINFO, SA_ONSTACK | SA_RESETHAND,
        SA_NOCLDSTOP | SA_NOCLDWAIT,
                                          SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND, 0x800};
    for (int number = 1; number <= 64; number++) {
        struct raw_action saved, action, old;
        if (number == SIGKILL || number == SIGSTOP) {
            continue;
        }
        CHECK(raw_sigaction(number, NULL, &saved, 8) == 0);
        for (size_t i = 0; i < COUNT(flags); i++) {
            uint64_t mask = 0x5555aaaa5555aaaaul * (i + 1) + (uint64_t) number;
            action = (struct raw_action) {(void *) (uintptr_t) nothing, flags[i] | SA_RESTORER_FLAG, (void *) 0x1234000, mask};
            CHECK(raw_sigaction(number, &action, NULL, 8) == 0);
            CHECK(raw_sigaction(number, NULL, &old, 8) == 0);
            CHECK(old.handler == action.handler && old.flags == action.flags && old.restorer == action.restorer);
            CHECK(old.mask == (mask & ~UNBLOCKABLE));
            action.flags |= 0x400; /* SA_UNSUPPORTED: how a program asks which flags the kernel knows */
            CHECK(raw_sigaction(number, &action, &old, 8) == 0 && old.mask == (mask & ~UNBLOCKABLE));
            CHECK(raw_sigaction(number, NULL, &old, 8) == 0 && !(old.flags & 0x400));
        }
        action = (struct raw_action) {SIG_IGN, 0, NULL, UINT64_MAX};
        CHECK(raw_sigaction(number, &action, NULL, 8) == 0 && raw_sigaction(number, &saved, &old, 8) == 0);
        CHECK(old.handler == (void *) SIG_IGN && old.flags == 0 && old.mask == ~UNBLOCKABLE);
    }
}

static void errors(void) {
    struct raw_action action = {SIG_IGN, 0, NULL, 0}, old;
    uint64_t mask = 0;
    CHECK_ERRNO(raw_sigaction(0, &action, NULL, 8), EINVAL);
    CHECK_ERRNO(raw_sigaction(65, &action, NULL, 8), EINVAL);
    CHECK_ERRNO(raw_sigaction(-1, NULL, &old, 8), EINVAL);
    CHECK_ERRNO(raw_sigaction(SIGKILL, &action, NULL, 8), EINVAL);
    CHECK_ERRNO(raw_sigaction(SIGSTOP, &action, NULL, 8), EINVAL);
    CHECK(raw_sigaction(SIGKILL, NULL, &old, 8) == 0 && old.handler == (void *) SIG_DFL);
    CHECK_ERRNO(raw_sigaction(SIGUSR1, &action, NULL, 16), EINVAL);
    CHECK_ERRNO(raw_sigaction(SIGUSR1, BAD_POINTER, NULL, 8), EFAULT);
    CHECK_ERRNO(raw_sigaction(SIGUSR1, NULL, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(raw_sigaction(SIGSYS, BAD_POINTER, NULL, 8), EFAULT);
    CHECK_ERRNO(raw_sigaction(SIGSYS, NULL, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(raw_sigmask(77, &mask, NULL, 8), EINVAL);
    CHECK(raw_sigmask(77, NULL, &mask, 8) == 0);
    CHECK_ERRNO(raw_sigmask(SIG_BLOCK, &mask, NULL, 4), EINVAL);
    CHECK_ERRNO(raw_sigmask(SIG_BLOCK, BAD_POINTER, NULL, 8), EFAULT);
    CHECK_ERRNO(raw_sigmask(SIG_BLOCK, NULL, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigpending, &mask, 16), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigpending, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigsuspend, &mask, 16), EINVAL);
    CHECK_ERRNO(syscall(SYS_rt_sigsuspend, BAD_POINTER, 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, BAD_POINTER), EFAULT);
    CHECK(raw_sigaction(SIGUSR1, NULL, &old, 8) == 0 && old.handler == (void *) SIG_DFL);
}

static void masks(void) {
    uint64_t all = UINT64_MAX, some = BIT(SIGUSR1) | BIT(SIGSYS) | BIT(40), old = 1;
    CHECK(current_mask() == 0);
    CHECK(raw_sigmask(SIG_SETMASK, &all, &old, 8) == 0 && old == 0 && current_mask() == ~UNBLOCKABLE);
    CHECK(raw_sigmask(SIG_UNBLOCK, &some, &old, 8) == 0 && old == ~UNBLOCKABLE && current_mask() == (~UNBLOCKABLE & ~some));
    CHECK(raw_sigmask(SIG_BLOCK, &some, &old, 8) == 0 && old == (~UNBLOCKABLE & ~some) && current_mask() == ~UNBLOCKABLE);
    CHECK(raw_sigmask(SIG_SETMASK, &some, NULL, 8) == 0 && current_mask() == some);
    IN_CHILD(CHECK(current_mask() == some));
    sigset_t set, other;
    CHECK(sigfillset(&set) == 0 && sigprocmask(SIG_SETMASK, &set, NULL) == 0 && sigprocmask(SIG_BLOCK, NULL, &other) == 0);
    for (int number = 1; number < 32; number++) {
        CHECK(sigismember(&other, number) == (number != SIGKILL && number != SIGSTOP));
    }
    CHECK(sigemptyset(&set) == 0 && sigprocmask(SIG_SETMASK, &set, &other) == 0 && sigismember(&other, SIGSYS) == 1);
    CHECK(current_mask() == 0);
}

static volatile uint64_t mask_inside, mask_saved, mask_after;
static volatile int handled, depth, deepest;
static volatile siginfo_t seen; /* raise and kill are declared not to call back */

static void on_mask(int number, siginfo_t *info, void *context) {
    ucontext_t *frame = context;
    uint64_t saved;
    (void) number;
    seen = *info;
    handled++;
    mask_inside = current_mask();
    memcpy(&saved, &frame->uc_sigmask, 8);
    mask_saved = saved;
    if (mask_after != 0) {
        saved = mask_after;
        memcpy(&frame->uc_sigmask, &saved, 8); /* what holds after the return */
    }
}

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags, uint64_t mask) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};
    memcpy(&action.sa_mask, &mask, 8);
    CHECK(sigaction(number, &action, NULL) == 0);
}

static void handler_masks(void) {
    uint64_t outside = BIT(SIGTERM) | BIT(SIGSYS);
    CHECK(raw_sigmask(SIG_SETMASK, &outside, NULL, 8) == 0);
    mask_after = 0;
    install(SIGUSR1, on_mask, 0, BIT(SIGUSR2) | BIT(SIGSYS) | BIT(SIGKILL));
    CHECK(raise(SIGUSR1) == 0 && mask_saved == outside && mask_inside == (outside | BIT(SIGUSR2) | BIT(SIGUSR1)));
    CHECK(current_mask() == outside);
    install(SIGUSR1, on_mask, SA_NODEFER, 0);
    CHECK(raise(SIGUSR1) == 0 && mask_inside == outside && mask_saved == outside && current_mask() == outside);
    outside = 0;
    CHECK(raw_sigmask(SIG_SETMASK, &outside, NULL, 8) == 0);
    install(SIGUSR1, on_mask, 0, BIT(SIGSYS));
    CHECK(raise(SIGUSR1) == 0 && mask_saved == 0 && mask_inside == (BIT(SIGSYS) | BIT(SIGUSR1)) && current_mask() == 0);
    mask_after = BIT(SIGSYS) | BIT(SIGHUP);
    CHECK(raise(SIGUSR1) == 0 && current_mask() == (BIT(SIGSYS) | BIT(SIGHUP)));
    mask_after = 0;
    CHECK(raise(SIGUSR1) == 0 && mask_saved == (BIT(SIGSYS) | BIT(SIGHUP)) && raw_sigmask(SIG_SETMASK, &outside, NULL, 8) == 0);
}

static void on_nested(int number, siginfo_t *info, void *context) {
    (void) context;
    (void) info;
    depth++;
    deepest = depth > deepest ? depth : deepest;
    handled++;
    if (depth < 30 && handled < 200) {
        raise(number == SIGUSR1 ? SIGUSR2 : SIGUSR1);
    }
    depth--;
}

static void nesting(void) {
    handled = deepest = 0;
    install(SIGUSR1, on_nested, SA_NODEFER, 0);
    install(SIGUSR2, on_nested, SA_NODEFER, 0);
    CHECK(raise(SIGUSR1) == 0 && handled == 30 && deepest == 30 && depth == 0);
    install(SIGUSR1, on_nested, 0, BIT(SIGUSR2)); /* each waits for the other to end */
    install(SIGUSR2, on_nested, 0, BIT(SIGUSR1));
    handled = deepest = 0;
    depth = 28;
    CHECK(raise(SIGUSR1) == 0 && deepest == 29 && handled == 200);
    depth = 0;
}

static void reset_hand(void) {
    struct sigaction now;
    handled = 0;
    install(SIGUSR1, on_mask, SA_RESETHAND, 0);
    CHECK(raise(SIGUSR1) == 0 && handled == 1);
    CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    pid_t child = fork();
    if (child == 0) {
        install(SIGSYS, on_mask, SA_RESETHAND, 0);
        CHECK(raise(SIGSYS) == 0 && sigaction(SIGSYS, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
        raise(SIGUSR1);
        _exit(9);
    }
    CHECK_STATUS(child, SIGUSR1);
}

static void senders(void) {
    union sigval value = {.sival_ptr = (void *) 0x123456789abcdef};
    install(SIGUSR1, on_mask, 0, 0);
    handled = 0;
    CHECK(kill(getpid(), SIGUSR1) == 0 && handled == 1);
    CHECK(seen.si_signo == SIGUSR1 && seen.si_code == SI_USER && seen.si_pid == getpid() && seen.si_uid == getuid());
    CHECK(sigqueue(getpid(), SIGUSR1, value) == 0 && handled == 2 && seen.si_code == SI_QUEUE);
    CHECK(seen.si_value.sival_ptr == value.sival_ptr && seen.si_pid == getpid());
    CHECK(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1) == 0 && handled == 3 && seen.si_code == SI_TKILL);
    CHECK(syscall(SYS_tkill, getpid(), SIGUSR1) == 0 && handled == 4 && seen.si_code == SI_TKILL && seen.si_pid == getpid());
    pid_t child = fork();
    if (child == 0) {
        _exit(sigqueue(getppid(), SIGUSR1, value) == 0 ? 0 : 1);
    }
    CHECK_CHILD(child);
    while (handled == 4) {
        usleep(100);
    }
    CHECK(seen.si_pid == child && seen.si_code == SI_QUEUE && seen.si_value.sival_ptr == value.sival_ptr);

    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3, .sigev_value = {.sival_int = 4711}};
    struct itimerspec once = {.it_value = {0, 1000}};
    install(SIGRTMIN + 3, on_mask, 0, 0);
    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &once, NULL) == 0);
    while (handled == 5) {
        usleep(100);
    }
    CHECK(seen.si_code == SI_TIMER && seen.si_value.sival_int == 4711 && seen.si_signo == SIGRTMIN + 3);
    CHECK(timer_delete(timer) == 0);
    CHECK_ERRNO(syscall(SYS_timer_delete, 12345), EINVAL);

    install(SIGALRM, on_mask, 0, 0);
    struct itimerval alarm_once = {.it_value = {0, 1000}};
    CHECK(setitimer(ITIMER_REAL, &alarm_once, NULL) == 0);
    while (handled == 6) {
        usleep(100);
    }
    CHECK(seen.si_signo == SIGALRM && seen.si_code == SI_KERNEL);
    install(SIGPIPE, on_mask, 0, 0);
    int pipes[2];
    CHECK(pipe(pipes) == 0 && close(pipes[0]) == 0);
    CHECK_ERRNO(write(pipes[1], "x", 1), EPIPE);
    CHECK(handled == 8 && seen.si_signo == SIGPIPE && close(pipes[1]) == 0 && signal(SIGPIPE, SIG_DFL) != SIG_ERR);
}

static void children(void) {
    sigset_t block, none;
    sigemptyset(&block);
    sigemptyset(&none);
    sigaddset(&block, SIGCHLD);
    CHECK(sigprocmask(SIG_BLOCK, &block, NULL) == 0);
    install(SIGCHLD, on_mask, 0, 0);
    int go[2]; /* one change at a time: equal signals that are pending together become one */
    CHECK(pipe(go) == 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        raise(SIGSTOP);
        _exit(read(go[0], &byte, 1) == 1 ? 12 : 13);
    }
    static const int codes[] = {CLD_STOPPED, CLD_CONTINUED, CLD_EXITED};
    static const int statuses[] = {SIGSTOP, SIGCONT, 12};
    for (int i = 0; i < 3; i++) {
        int before = handled;
        while (handled == before) {
            CHECK(sigsuspend(&none) == -1 && errno == EINTR);
        }
        CHECK(seen.si_pid == child && seen.si_uid == getuid());
        CHECK(seen.si_code == codes[i] && seen.si_status == statuses[i]);
        CHECK(i > 0 || kill(child, SIGCONT) == 0);
        CHECK(i != 1 || write(go[1], "g", 1) == 1);
    }
    CHECK(close(go[0]) == 0 && close(go[1]) == 0);
    CHECK_STATUS(child, 12 << 8);
    struct sigaction ignore = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    CHECK(sigaction(SIGCHLD, &ignore, NULL) == 0);
    child = fork();
    if (child == 0) {
        _exit(3);
    }
    CHECK_ERRNO(waitpid(child, NULL, 0), ECHILD); /* waits, but nobody is there to report */
    CHECK(signal(SIGCHLD, SIG_DFL) != SIG_ERR && sigprocmask(SIG_SETMASK, &none, NULL) == 0);
}

/* SIGSYS is a signal like any other, but that a sent one cannot be held back. */
static void own_sigsys(void) {
    union sigval value = {.sival_int = 31};
    install(SIGSYS, on_mask, 0, 0);
    handled = 0;
    CHECK(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSYS) == 0 && handled == 1 && seen.si_signo == SIGSYS && seen.si_code == SI_TKILL && seen.si_pid == getpid());
    CHECK(mask_inside == BIT(SIGSYS) && mask_saved == 0 && current_mask() == 0);
    CHECK(kill(getpid(), SIGSYS) == 0 && handled == 2 && seen.si_code == SI_USER);
    CHECK(sigqueue(getpid(), SIGSYS, value) == 0 && handled == 3 && seen.si_value.sival_int == 31);
    CHECK(signal(SIGSYS, SIG_IGN) != SIG_ERR && raise(SIGSYS) == 0 && signal(SIGSYS, SIG_DFL) == SIG_IGN);
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSYS);
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    child = fork();
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    CHECK(kill(child, SIGSYS) == 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"read_back", read_back}, {"errors", errors}, {"masks", masks}, {"handler_masks", handler_masks}, {"nesting", nesting},
        {"reset_hand", reset_hand}, {"senders", senders}, {"children", children}, {"own_sigsys", own_sigsys},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
