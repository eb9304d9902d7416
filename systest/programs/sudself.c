/* A program that dispatches its own system calls (Syscall User Dispatch, with a selector) and one that filters them (seccomp). */
#include "check.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define DISPATCH 59 /* PR_SET_SYSCALL_USER_DISPATCH */
#define OFF 0ul
#define ON 1ul
#define ALLOW 0
#define BLOCK 1

extern char **environ;

static volatile unsigned char selector;
static volatile int dispatched, last_number, last_code, bad_place;
static volatile uint64_t last_argument;
extern char behind_call[];

/* One system call, at one known place. */
static __attribute__((noinline)) long place(long number, long argument) {
    long result;
    __asm__ volatile("syscall\n\t.globl behind_call\nbehind_call:"
                     : "=a"(result) : "a"(number), "D"(argument) : "rcx", "r11", "memory");
    return result;
}

/* Another, which the program exempts. */
__asm__(".pushsection .text\n"
        ".globl exempt\n.globl exempt_end\n"
        "exempt:\n mov %rdi, %rax\n syscall\n ret\n"
        "exempt_end:\n"
        ".popsection\n");
long exempt(long number);
extern char exempt_end[];

static void on_sigsys(int number, siginfo_t *info, void *context) {
    ucontext_t *frame = context;
    selector = ALLOW; /* the return from here is a system call, too */
    (void) number;
    dispatched++;
    last_number = info->si_syscall;
    last_code = info->si_code;
    last_argument = (uint64_t) frame->uc_mcontext.gregs[REG_RDI];
    bad_place |= (char *) info->si_call_addr != behind_call || (char *) frame->uc_mcontext.gregs[REG_RIP] != behind_call;
    frame->uc_mcontext.gregs[REG_RAX] = 0x10000 + info->si_syscall;
}

static void install(void) {
    struct sigaction action = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSYS, &action, NULL) == 0);
    dispatched = bad_place = 0;
}

static long blocked(long number, long argument) {
    selector = BLOCK;
    long result = place(number, argument);
    selector = ALLOW;
    return result;
}

static int set(unsigned long mode, uintptr_t start, unsigned long length, volatile unsigned char *where) {
    return prctl(DISPATCH, mode, start, length, where);
}

static void own_dispatch(void) {
    static const int numbers[] = {SYS_getppid, SYS_getpid, SYS_gettid, SYS_munmap, SYS_brk, SYS_sched_yield, SYS_exit_group,
        SYS_fork,
                                  SYS_execve, SYS_rt_sigaction, 9999};
    install();
    CHECK(set(ON, 0, 0, &selector) == 0);
    for (int round = 0; round < 300; round++) {
        int number = numbers[(size_t) round % COUNT(numbers)];
        CHECK(blocked(number, round) == 0x10000 + number);
        CHECK(dispatched == round + 1 && last_number == number && last_code == 2 /* SYS_USER_DISPATCH */);
        CHECK(last_argument == (uint64_t) round && !bad_place);
        CHECK(place(SYS_getppid, 0) == getppid() && dispatched == round + 1); /* allowed: goes through */
    }
    CHECK(set(OFF, 0, 0, NULL) == 0);
    CHECK(blocked(SYS_getppid, 0) == getppid() && dispatched == 300);
}

static void own_exemption(void) {
    install();
    CHECK(set(ON, (uintptr_t) exempt, (unsigned long) (exempt_end - (char *) (uintptr_t) exempt), &selector) == 0);
    pid_t process = getpid(), parent = getppid();
    for (int i = 1; i <= 100; i++) {
        selector = BLOCK;
        long one = exempt(SYS_getpid), two = exempt(SYS_getppid);
        long three = place(SYS_getpid, 0);
        selector = ALLOW;
        CHECK(one == process && two == parent && three == 0x10000 + SYS_getpid && dispatched == i);
    }
    CHECK(set(OFF, 0, 0, NULL) == 0);
}

static void *in_thread(void *argument) {
    CHECK(place(SYS_getpid, 0) == getpid()); /* a thread starts without */
    return argument;
}

static void not_inherited(void) {
    pthread_t thread;
    install();
    CHECK(set(ON, 0, 0, &selector) == 0);
    for (int i = 0; i < 10; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            selector = BLOCK;
            long result = place(SYS_getpid, 0);
            int mine = result == place(SYS_gettid, 0);
            place(SYS_exit_group, mine ? 0 : 1);
        }
        CHECK_CHILD(child);
        CHECK(blocked(SYS_getpid, 0) == 0x10000 + SYS_getpid);
    }
    CHECK_ZERO(pthread_create(&thread, NULL, in_thread, NULL));
    CHECK_ZERO(pthread_join(thread, NULL));
    pid_t child = fork();
    if (child == 0) {
        char *argv[] = {"sudself", "--plain", NULL};
        CHECK(set(ON, 0, 0, &selector) == 0);
        execve("/proc/self/exe", argv, environ);
        _exit(99);
    }
    CHECK_STATUS(child, 5 << 8);
    CHECK(set(OFF, 0, 0, NULL) == 0);
}

static void errors(void) {
    CHECK_ERRNO(set(77, 0, 0, &selector), EINVAL);
    CHECK_ERRNO(set(OFF, 1, 0, NULL), EINVAL);
    CHECK_ERRNO(set(OFF, 0, 1, NULL), EINVAL);
    CHECK_ERRNO(set(OFF, 0, 0, &selector), EINVAL);
    CHECK_ERRNO(set(ON, 1, 0, &selector), EINVAL);
    CHECK_ERRNO(set(ON, 100, opaque(UINTPTR_MAX), &selector), EINVAL);
    CHECK_ERRNO(set(ON, 0, 0, (unsigned char *) opaque(0xffff800000000000)), EFAULT);
    CHECK(set(OFF, 0, 0, NULL) == 0);
    /* A selector that is neither: the process dies, though it has a handler. */
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
        install();
        CHECK(set(ON, 0, 0, &selector) == 0);
        selector = 99;
        place(SYS_exit_group, 3);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/* Filters: one call traps, one gives an error of its own, all else goes through. */
static void filtered_child(void) {
    struct sock_filter instructions[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgrp, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP | 7),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sync, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTNAM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {COUNT(instructions), instructions};
    install();
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    for (int i = 1; i <= 50; i++) {
        CHECK(place(SYS_sync, 0) == -ENOTNAM);
        CHECK(place(SYS_getpgrp, i) == 0x10000 + SYS_getpgrp);
        CHECK(dispatched == i && last_number == SYS_getpgrp && last_code == 1 /* SYS_SECCOMP */ && last_argument == (uint64_t) i);
        CHECK(!bad_place && place(SYS_getppid, 0) == getppid());
    }
    IN_CHILD(CHECK(place(SYS_sync, 0) == -ENOTNAM));
    CHECK(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER);
}

static void filter(void) {
    IN_CHILD(filtered_child());
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"own_dispatch", own_dispatch}, {"own_exemption", own_exemption}, {"not_inherited", not_inherited}, {"errors", errors},
        {"filter", filter},
    };
    if (argc > 1 && strcmp(argv[1], "--plain") == 0) {
        return place(SYS_getpid, 0) == getpid() ? 5 : 6;
    }
    return check_sections(argc, argv, sections, COUNT(sections));
}
