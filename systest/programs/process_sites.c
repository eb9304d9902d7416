/*
 * Calls that begin and end threads and processes and that change masks, each made by a call site of its own kind: a function
 * with `mov $nr,%eax; syscall`, which can be patched. With signals pending, and with signals arriving all the time.
 */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

#define BIT(number) (1ull << ((number) - 1))
#define UNBLOCKABLE (BIT(SIGKILL) | BIT(SIGSTOP))

#define SITE(name, number)                                                                                                    \
    static __attribute__((noinline)) long name(long a, long b, long c, long d) {                                              \
        long result;                                                                                                          \
        register long r10 __asm__("r10") = d;                                                                                 \
        __asm__ volatile("movl $" number ",%%eax; syscall" : "=a"(result)                                         \
                         : "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");                                        \
        return result;                                                                                                        \
    }
SITE(site_sigaction, "13")
SITE(site_sigprocmask, "14")
SITE(site_sigtimedwait, "128")
SITE(site_sigsuspend, "130")
SITE(site_sigaltstack, "131")
SITE(site_fork, "57")
SITE(site_prctl, "157")

static long mask_call(int how, const void *set, void *old) {
    return site_sigprocmask(how, (long) set, (long) old, 8);
}

static uint64_t mask_now(void) {
    uint64_t now = 1;
    CHECK(mask_call(SIG_BLOCK, NULL, &now) == 0);
    return now;
}

static volatile int handled;
static volatile uint64_t saved;

static void on_signal(int number, siginfo_t *info, void *context) {
    (void) number, (void) info;
    memcpy((void *) &saved, &((ucontext_t *) context)->uc_sigmask, sizeof saved);
    handled++;
}

static void install(int number, int flags) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | flags};
    CHECK(sigaction(number, &action, NULL) == 0);
}

static void masks(void) {
    uint64_t all = UINT64_MAX, some = BIT(SIGUSR1) | BIT(SIGSYS) | BIT(40), none = 0, both = some;
    CHECK(mask_now() == 0);
    CHECK(mask_call(SIG_SETMASK, &all, &both) == 0 && both == 0 && mask_now() == ~UNBLOCKABLE);
    CHECK(mask_call(SIG_UNBLOCK, &some, &both) == 0 && both == ~UNBLOCKABLE && mask_now() == (~UNBLOCKABLE & ~some));
    both = some;
    CHECK(mask_call(SIG_BLOCK, &both, &both) == 0 && both == (~UNBLOCKABLE & ~some) && mask_now() == ~UNBLOCKABLE);
    CHECK(mask_call(SIG_SETMASK, &some, NULL) == 0 && mask_now() == some);
    IN_CHILD(CHECK(mask_now() == some && mask_call(SIG_UNBLOCK, &some, NULL) == 0 && mask_now() == 0));
    CHECK(mask_call(77, NULL, &both) == 0 && both == some && mask_call(77, &none, NULL) == -EINVAL);
    CHECK(mask_call(SIG_SETMASK, BAD_POINTER, NULL) == -EFAULT && mask_now() == some);
    CHECK(mask_call(SIG_SETMASK, &none, BAD_POINTER) == -EFAULT && mask_now() == 0); /* it holds all the same */
    CHECK(site_sigprocmask(SIG_SETMASK, (long) &none, 0, 4) == -EINVAL);
}

/* What waits is delivered before the call that lets it through returns, and finds the new mask. */
static void pending(void) {
    uint64_t three = BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(SIGSYS), two = BIT(SIGUSR2) | BIT(SIGSYS), none = 0, old;
    struct timespec now = {0, 0};
    install(SIGUSR1, 0);
    install(SIGUSR2, 0);
    for (int turn = 0; turn < 1000; turn++) {
        handled = 0;
        CHECK(mask_call(SIG_BLOCK, &three, NULL) == 0 && raise(SIGUSR1) == 0 && raise(SIGUSR2) == 0 && handled == 0);
        pid_t child = (pid_t) (turn % 50 ? 1 : site_fork(0, 0, 0, 0));
        if (child == 0) {
            _exit(mask_call(SIG_SETMASK, &none, NULL) == 0 && handled == 0 ? 7 : 1); /* what waits is not inherited */
        }
        if (child > 1) {
            CHECK_STATUS(child, 7 << 8);
        }
        CHECK(mask_call(SIG_SETMASK, &two, &old) == 0 && old == three && handled == 1 && saved == two);
        if (turn % 2) {
            CHECK(mask_call(SIG_SETMASK, &none, &old) == 0 && old == two && handled == 2 && saved == 0);
        } else {
            CHECK(site_sigtimedwait((long) &two, 0, (long) &now, 8) == SIGUSR2 && mask_call(SIG_SETMASK, &none, NULL) == 0);
            CHECK(handled == 1 && mask_now() == 0);
        }
    }
    CHECK(mask_call(SIG_BLOCK, &three, NULL) == 0 && raise(SIGUSR1) == 0 && site_sigsuspend((long) &two, 8, 0, 0) == -EINTR);
    CHECK(mask_now() == three && mask_call(SIG_SETMASK, &none, NULL) == 0);
}

static char stack_memory[65536];

static void on_alternate(int number) {
    stack_t query, other = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory};
    (void) number;
    CHECK(site_sigaltstack(0, (long) &query, 0, 0) == 0 && query.ss_flags == SS_ONSTACK && query.ss_sp == stack_memory);
    CHECK(site_sigaltstack((long) &other, 0, 0, 0) == -EPERM);
    handled++;
}

static void alternate(void) {
    stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory}, query, off = {.ss_flags = SS_DISABLE};
    struct sigaction action = {.sa_handler = on_alternate, .sa_flags = SA_ONSTACK}, before;
    CHECK(site_sigaltstack((long) &stack, (long) &query, 0, 0) == 0 && query.ss_flags == SS_DISABLE);
    CHECK(site_sigaltstack(0, (long) &query, 0, 0) == 0 && query.ss_flags == 0 && query.ss_size == sizeof stack_memory);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGUSR1, NULL, &before) == 0 && before.sa_handler == on_alternate);
    handled = 0;
    CHECK(raise(SIGUSR1) == 0 && handled == 1);
    IN_CHILD(CHECK(site_sigaltstack(0, (long) &query, 0, 0) == 0 && query.ss_flags == 0 && raise(SIGUSR1) == 0 && handled == 2));
    stack.ss_size = 16;
    CHECK(site_sigaltstack((long) &stack, 0, 0, 0) == -ENOMEM && site_sigaltstack((long) BAD_POINTER, 0, 0, 0) == -EFAULT);
    CHECK(site_sigaltstack((long) &off, 0, 0, 0) == 0 && site_sigaltstack(0, (long) &query, 0, 0) == 0);
    CHECK(query.ss_flags == SS_DISABLE);
    CHECK(site_sigaction(SIGUSR1, (long) BAD_POINTER, 0, 8) == -EFAULT);
    CHECK(site_sigaction(SIGKILL, (long) &action, 0, 8) == -EINVAL);
    char name[16] = "";
    CHECK(site_prctl(16, (long) name, 0, 0) == 0 && name[0]);
}

/* A child on a stack of its own: what it inherits, and in which registers. */
static volatile int child_said;

static __attribute__((used)) void on_new_stack(void) {
    stack_t query;
    int fine = site_sigaltstack(0, (long) &query, 0, 0) == 0 && query.ss_flags == SS_DISABLE;
    fine = fine && mask_now() == (BIT(SIGUSR2) | BIT(SIGSYS));
    child_said = fine ? 1 : 2;
    syscall(SYS_exit, 9);
}

static long clone_with_stack(unsigned long flags, void *top) {
    long result;
    static const double kept = 1.5, *vector = &kept; /* not on the stack, which the parent goes on using */
    __asm__ volatile("movsd (%[vector]),%%xmm7; mov $0x1234567,%%r12; movl $56,%%eax; syscall\n"
                     "test %%rax,%%rax; jnz 1f\n"
                     "cmp $0x1234567,%%r12; jne 2f; ucomisd (%[vector]),%%xmm7; jne 2f\n"
                     "xor %%ebp,%%ebp; and $-16,%%rsp; call on_new_stack\n"
                     "2: mov $60,%%eax; mov $3,%%edi; syscall; 1:"
                     : "=a"(result) : "D"(flags), "S"(top), "d"(0l), [vector] "b"(vector)
                     : "rcx", "r8", "r11", "r12", "r10", "memory", "xmm7");
    return result;
}

static void own_stack(void) {
    static char memory[65536] __attribute__((aligned(64)));
    uint64_t some = BIT(SIGUSR2) | BIT(SIGSYS), none = 0;
    stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof stack_memory}, off = {.ss_flags = SS_DISABLE};
    CHECK(sigaltstack(&stack, NULL) == 0 && mask_call(SIG_SETMASK, &some, NULL) == 0);
    for (int turn = 0; turn < 64; turn++) {
        child_said = 0;
        pid_t child = (pid_t) clone_with_stack(CLONE_VM | SIGCHLD, memory + sizeof memory - turn);
        CHECK(child > 0);
        CHECK_STATUS(child, 9 << 8);
        CHECK(child_said == 1 && mask_now() == some);
    }
    CHECK(clone_with_stack(CLONE_THREAD | SIGCHLD, memory + sizeof memory) == -EINVAL && mask_now() == some);
    CHECK(mask_call(SIG_SETMASK, &none, NULL) == 0 && sigaltstack(&off, NULL) == 0);
}

static void *thread(void *argument) {
    uint64_t one = BIT(SIGUSR2);
    for (int i = 0; i < 5; i++) {
        CHECK(mask_call(i % 2 ? SIG_UNBLOCK : SIG_BLOCK, &one, NULL) == 0);
    }
    CHECK(mask_now() == one);
    return argument;
}

/* All of it while a timer fires: nothing is lost, no mask is left changed, everybody ends as he should. */
static void under_fire(void) {
    struct itimerval often = {{0, 150}, {0, 150}}, never = {{0, 0}, {0, 0}};
    install(SIGALRM, SA_RESTART);
    handled = 0;
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    for (int turn = 0; turn < 150 || handled < 100; turn++) {
        pthread_t threads[4];
        void *given = (void *) (uintptr_t) turn;
        for (int i = 0; i < 4; i++) {
            CHECK(pthread_create(&threads[i], NULL, thread, given) == 0);
        }
        pid_t child = turn % 2 ? fork() : vfork();
        if (child == 0) {
            if (turn % 8 == 0) {
                execl("/bin/sh", "sh", "-c", "exit 5", NULL);
            }
            _exit(5);
        }
        for (int i = 0; i < 4; i++) {
            void *result;
            CHECK(pthread_join(threads[i], &result) == 0 && result == given);
        }
        CHECK_STATUS(child, 5 << 8);
        CHECK(mask_now() == 0);
    }
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(signal(SIGALRM, SIG_DFL) != SIG_ERR);
}

/* A child that is sent a signal in its first moments dies of it, or has handled it when it looks. */
static void newborn(void) {
    install(SIGUSR1, 0);
    for (int turn = 0; turn < 100; turn++) {
        pid_t child = fork();
        if (child == 0) {
            for (;;) {
                pause();
            }
        }
        CHECK(kill(child, turn % 2 ? SIGSYS : SIGTERM) == 0);
        CHECK_STATUS(child, turn % 2 ? SIGSYS : SIGTERM);
    }
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"masks", masks}, {"pending", pending}, {"alternate", alternate}, {"own_stack", own_stack},
        {"under_fire", under_fire}, {"newborn", newborn},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
