/* Faults and traps: their numbers, codes and addresses; handlers that repair, skip, jump out, or change registers. */
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>

static sigjmp_buf back;
static volatile siginfo_t seen;
static volatile uintptr_t seen_rip;
static volatile int handled;

static void on_fault(int number, siginfo_t *info, void *context) {
    (void) number;
    seen = *info;
    seen_rip = (uintptr_t) ((ucontext_t *) context)->uc_mcontext.gregs[REG_RIP];
    handled++;
    siglongjmp(back, 1);
}

static void install(int number, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    CHECK(sigaction(number, &action, NULL) == 0);
}

extern char at_load[], at_divide[], at_illegal[];

static void faults(void) {
    static const int numbers[] = {SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGTRAP};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        install(numbers[i], on_fault, 0);
    }
    for (volatile int round = 0; round < 200; round++) {
        if (sigsetjmp(back, 1) == 0) {
            __asm__ volatile(".globl at_load\nat_load: movb (%0), %%al" : : "r"(16ul) : "rax");
            CHECK(!"a load from address 16");
        }
        CHECK(seen.si_signo == SIGSEGV && seen.si_code == SEGV_MAPERR && seen.si_addr == (void *) 16);
        CHECK(seen_rip == (uintptr_t) at_load);
        if (sigsetjmp(back, 1) == 0) {
            __asm__ volatile(".globl at_divide\nat_divide: divl %0" : : "r"(0), "a"(1), "d"(0));
            CHECK(!"a division by zero");
        }
        CHECK(seen.si_signo == SIGFPE && seen.si_code == FPE_INTDIV && seen.si_addr == (void *) at_divide);
        if (sigsetjmp(back, 1) == 0) {
            __asm__ volatile(".globl at_illegal\nat_illegal: ud2");
            CHECK(!"an illegal instruction");
        }
        CHECK(seen.si_signo == SIGILL && seen.si_code == ILL_ILLOPN && seen.si_addr == (void *) at_illegal);
        if (sigsetjmp(back, 1) == 0) {
            __asm__ volatile("int3");
            CHECK(!"a breakpoint");
        }
        CHECK(seen.si_signo == SIGTRAP && seen.si_code == SI_KERNEL);
        if (sigsetjmp(back, 1) == 0) {
            __asm__ volatile("movb (%0), %%al" : : "r"(0x8000000000000000ul) : "rax"); /* not canonical */
            CHECK(!"a load from a non-canonical address");
        }
        CHECK(seen.si_signo == SIGSEGV && seen.si_code == SI_KERNEL);
        if (sigsetjmp(back, 1) == 0) {
            __asm__ volatile("hlt"); /* privileged */
            CHECK(!"a privileged instruction");
        }
        CHECK(seen.si_signo == SIGSEGV && seen.si_code == SI_KERNEL);
    }
    CHECK(handled == 1200);
    FILE *file = tmpfile();
    CHECK(file != NULL && ftruncate(fileno(file), 10) == 0);
    char *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    CHECK(p != MAP_FAILED);
    if (sigsetjmp(back, 1) == 0) {
        CHECK(p[9] == 0 && p[PAGE - 1] == 0);
        CHECK(p[PAGE + 5] != 0 || !"a page behind the end of the file");
    }
    CHECK(seen.si_signo == SIGBUS && seen.si_code == BUS_ADRERR && seen.si_addr == p + PAGE + 5);
    CHECK(munmap(p, 2 * PAGE) == 0 && fclose(file) == 0);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        CHECK(signal(numbers[i], SIG_DFL) != SIG_ERR);
    }
}

static char *area;

/* As a collector's barrier: opens the page and lets the access happen again. */
static void on_barrier(int number, siginfo_t *info, void *context) {
    (void) number;
    (void) context;
    char *page = (char *) ((uintptr_t) info->si_addr & ~(PAGE - 1));
    if (page < area || page >= area + 64 * PAGE || mprotect(page, PAGE, PROT_READ | PROT_WRITE) != 0) {
        _exit(1);
    }
    handled++;
}

static void repair(void) {
    area = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(area != MAP_FAILED);
    install(SIGSEGV, on_barrier, 0);
    handled = 0;
    for (int round = 1; round <= 20; round++) {
        for (size_t i = 0; i < 64; i++) {
            volatile char *p = area + i * PAGE + 123;
            CHECK(*p == (char) (round - 1));
            *p = (char) round;
        }
        CHECK(handled == round * 64);
        CHECK(mprotect(area, 64 * PAGE, PROT_NONE) == 0);
    }
    CHECK(munmap(area, 64 * PAGE) == 0 && signal(SIGSEGV, SIG_DFL) != SIG_ERR);
}

/* The handler skips the instruction and gives its result. */
static void on_skip(int number, siginfo_t *info, void *context) {
    ucontext_t *frame = context;
    (void) info;
    if (number == SIGILL) { /* ud2: two bytes */
        frame->uc_mcontext.gregs[REG_RIP] += 2;
        frame->uc_mcontext.gregs[REG_RAX] = frame->uc_mcontext.gregs[REG_RBX] * 2;
        frame->uc_mcontext.gregs[REG_R15] = 0x1515;
        frame->uc_mcontext.gregs[REG_EFL] |= 1;
    } else { /* leaves the loop that waits for rdx */
        frame->uc_mcontext.gregs[REG_RDX] = 77;
    }
    handled++;
}

static void skip(void) {
    install(SIGILL, on_skip, 0);
    install(SIGALRM, on_skip, 0);
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t result, fifteen;
        unsigned char carry;
        __asm__ volatile("mov $1, %%r15\n\tclc\n\tud2\n\tsetc %2\n\tmov %%r15, %1"
                         : "=a"(result), "=r"(fifteen), "=r"(carry) : "b"(i) : "r15", "cc");
        CHECK(result == 2 * i && fifteen == 0x1515 && carry == 1);
    }
    for (int i = 0; i < 5; i++) { /* spins until the handler changes the register */
        uint64_t value = 0;
        ualarm(2000, 0);
        __asm__ volatile("xor %%edx, %%edx\n1: test %%rdx, %%rdx\n\tjz 1b\n\tmov %%rdx, %0" : "=r"(value) : : "rdx", "cc");
        CHECK(value == 77);
    }
    for (int i = 0; i < 5; i++) { /* and the same with system calls in the loop */
        uint64_t value = 0;
        ualarm(2000, 0);
        __asm__ volatile("xor %%edx, %%edx\n1: mov %1, %%eax\n\tsyscall\n\ttest %%rdx, %%rdx\n\tjz 1b\n\tmov %%rdx, %0"
                         : "=r"(value) : "i"(SYS_getppid) : "rdx", "rax", "rcx", "r11", "cc", "memory");
        CHECK(value == 77);
    }
    CHECK(signal(SIGILL, SIG_DFL) != SIG_ERR && signal(SIGALRM, SIG_DFL) != SIG_ERR);
}

static volatile int diverted;

static void __attribute__((noreturn)) target(void) {
    diverted++;
    siglongjmp(back, 1);
}

/* The return from the handler goes somewhere else. */
static void on_divert(int number, siginfo_t *info, void *context) {
    ucontext_t *frame = context;
    (void) info;
    (void) number;
    uintptr_t stack = (uintptr_t) frame->uc_mcontext.gregs[REG_RSP];
    frame->uc_mcontext.gregs[REG_RSP] = (greg_t) ((stack - 256) & ~15ul) - 8;
    frame->uc_mcontext.gregs[REG_RIP] = (greg_t) (uintptr_t) target;
}

static void divert(void) {
    install(SIGUSR1, on_divert, 0);
    diverted = 0;
    for (volatile int i = 0; i < 1000; i++) {
        if (sigsetjmp(back, 1) == 0) {
            raise(SIGUSR1);
            CHECK(!"behind the diversion");
        }
        CHECK(diverted == i + 1);
    }
}

static void fatal_fault(int which) {
    struct rlimit none = {0, 0};
    sigset_t all;
    CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
    if (which == 0) { /* blocked: cannot wait */
        install(SIGSEGV, on_fault, 0);
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
    } else if (which == 1) {
        signal(SIGSEGV, SIG_IGN);
    }
    *(volatile char *) BAD_POINTER = 1;
    _exit(0);
}

static void fatal(void) {
    for (int which = 0; which < 3; which++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            fatal_fault(which);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    }
}

static int recurse(int depth) {
    volatile char frame[10000];
    frame[0] = (char) depth;
    return opaque(1) ? recurse(depth + 1) + frame[0] : 0;
}

/* The stack runs out; the handler has its own. */
static void overflow_child(void) {
    stack_t stack = {.ss_sp = malloc(64 * KIB), .ss_size = 64 * KIB};
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0);
    limit.rlim_cur = 1 * MIB;
    CHECK(setrlimit(RLIMIT_STACK, &limit) == 0 && sigaltstack(&stack, NULL) == 0);
    install(SIGSEGV, on_fault, SA_ONSTACK);
    for (volatile int i = 0; i < 10; i++) {
        if (sigsetjmp(back, 1) == 0) {
            recurse(0);
        }
        CHECK(seen.si_signo == SIGSEGV);
    }
}

static void overflow(void) {
    IN_CHILD(overflow_child());
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"faults", faults}, {"repair", repair}, {"skip", skip}, {"divert", divert}, {"fatal", fatal}, {"overflow", overflow},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
