/*
 * What a handler sees of the code that it interrupts, under a fast timer: the interrupted instruction lies in the program,
 * its libraries or the vDSO, with plausible registers, and a backtrace shows nothing else.
 *
 * The runtime of the lightweight kernel lies at 0x6fff00000000 and its arenas below that: no program runs code there.
 */
#include "check.h"

#ifdef __GLIBC__
#include <execinfo.h>
#endif
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

#define RUNTIME_START 0x6fff00000000ul
#define RUNTIME_END 0x700000000000ul

static struct {
    uintptr_t start, end;
} code[256];
static size_t code_count;
static atomic_int ticks;
static volatile int want_backtrace;

static int add_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void) size;
    (void) data;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
            CHECK(code_count < COUNT(code));
            code[code_count].start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            code[code_count].end = code[code_count].start + info->dlpi_phdr[i].p_memsz;
            code_count++;
        }
    }
    return 0;
}

/* Which code there is: the loaded objects, and the vDSO, which a static program does not list. */
static void find_code(void) {
    code_count = 0;
    dl_iterate_phdr(add_object, NULL);
    uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
    if (vdso != 0) {
        code[code_count].start = vdso;
        code[code_count].end = vdso + 4 * PAGE;
        code_count++;
    }
    CHECK(code_count >= 2);
}

static int is_code(uintptr_t address) {
    for (size_t i = 0; i < code_count; i++) {
        if (address >= code[i].start && address < code[i].end) {
            return 1;
        }
    }
    return 0;
}

static void on_tick(int number, siginfo_t *info, void *context) {
    const greg_t *registers = ((ucontext_t *) context)->uc_mcontext.gregs;
    uintptr_t rip = (uintptr_t) registers[REG_RIP], rsp = (uintptr_t) registers[REG_RSP];
    char here;
    int error = errno;
    (void) number;
    (void) info;
    CHECK(!(rip >= RUNTIME_START && rip < RUNTIME_END));
    if (!is_code(rip)) {
        dprintf(2, "interrupted at %#lx\n", rip);
        CHECK(!"an instruction of the program");
    }
    CHECK((char *) rsp > &here && rsp - (uintptr_t) &here < 64 * KIB); /* the one stack */
    CHECK(((ucontext_t *) context)->uc_mcontext.fpregs != NULL);
    const unsigned char *before = (const unsigned char *) rip - 2;
    if (before[0] == 0x0f && before[1] == 0x05) { /* just behind a system call: rax is its result or rax is still to come */
        uint64_t result = (uint64_t) registers[REG_RAX];
        CHECK(result < 1ul << 47 || result > (uint64_t) -4096);
    }
#ifdef __GLIBC__
    if (want_backtrace) {
        void *frames[60];
        int count = backtrace(frames, 60);
        CHECK(count > 2);
        for (int i = 0; i < count; i++) {
            uintptr_t frame = (uintptr_t) frames[i];
            CHECK(frame < RUNTIME_START || frame >= RUNTIME_END);
        }
    }
#endif
    atomic_fetch_add(&ticks, 1);
    errno = error;
}

static void start(long microseconds, void (*handler)(int, siginfo_t *, void *), int flags) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART | flags};
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void stop(void) {
    struct itimerval timer = {{0, 0}, {0, 0}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static int pipes[2];

/* Calls that the LWK answers, calls that Linux answers, calls that fail; each result is checked. */
static void hammer(int times) {
    char buffer[64];
    pid_t process = getpid(), parent = getppid();
    for (int i = 0; i < times; i++) {
        CHECK(getppid() == parent && syscall(SYS_getpid) == process && syscall(SYS_gettid) > 0);
        CHECK(write(pipes[1], "12345", 5) == 5 && read(pipes[0], buffer, sizeof buffer) == 5);
        char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(p != MAP_FAILED && p[0] == 0 && p[2 * PAGE] == 0);
        p[0] = p[2 * PAGE] = 1;
        CHECK(mprotect(p, PAGE, PROT_READ) == 0 && madvise(p + PAGE, PAGE, MADV_DONTNEED) == 0);
        char *rest = p + PAGE;
        CHECK(munmap(p, PAGE) == 0);
        p = mremap(rest, 2 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
        CHECK(p != MAP_FAILED && p[PAGE] == 1 && munmap(p, 5 * PAGE) == 0);
        CHECK_ERRNO(syscall(SYS_close, -1), EBADF);
        CHECK(syscall(SYS_sched_yield) == 0);
        free(malloc(300000));
    }
}

static void hammer_for(int wanted) {
    CHECK(pipe(pipes) == 0);
    atomic_store(&ticks, 0);
    while (atomic_load(&ticks) < wanted) {
        hammer(10);
    }
    stop();
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void context(void) {
    find_code();
    start(1000, on_tick, 0);
    hammer_for(1500);
    start(211, on_tick, 0);
    hammer_for(3000);
}

static void backtraces(void) {
    find_code();
#ifdef __GLIBC__
    void *frames[10];
    CHECK(backtrace(frames, 10) > 0); /* loads what it needs before the first signal */
    find_code();
#endif
    want_backtrace = 1;
    start(1000, on_tick, 0);
    hammer_for(1000);
    want_backtrace = 0;
}

static sigjmp_buf back;
static volatile sig_atomic_t jump_allowed;
static volatile int jumps;

static void on_jump(int number, siginfo_t *info, void *context) {
    on_tick(number, info, context);
    if (jump_allowed) {
        jump_allowed = 0;
        jumps++;
        siglongjmp(back, 1);
    }
}

/* Out of the handler, wherever it came: raw calls only, so that no lock of the library is left held. */
static void jump_out(void) {
    find_code();
    pid_t parent = getppid(), process = getpid();
    char *area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(area != MAP_FAILED);
    jumps = 0;
    start(150, on_jump, 0);
    while (jumps < 10000) {
        if (sigsetjmp(back, 1) == 0) {
            jump_allowed = 1;
            for (;;) {
                CHECK(syscall(SYS_getppid) == parent);
                CHECK(syscall(SYS_getpid) == process);
                CHECK(syscall(SYS_mprotect, area, PAGE, PROT_READ) == 0);
                CHECK(syscall(SYS_mprotect, area, PAGE, PROT_READ | PROT_WRITE) == 0);
                CHECK(syscall(SYS_madvise, area + PAGE, PAGE, MADV_DONTNEED) == 0);
                CHECK(syscall(SYS_brk, 0) > 0);
            }
        }
        if (jumps % 100 == 0) { /* after a jump everything works as before */
            CHECK(getppid() == parent && syscall(SYS_getpid) == process);
        }
    }
    stop();
    CHECK(mprotect(area, 4 * PAGE, PROT_READ | PROT_WRITE) == 0 && munmap(area, 4 * PAGE) == 0);
}

/* The same on an alternate stack and in threads: each checks its own interruptions. */
static void on_thread(int number, siginfo_t *info, void *context) {
    uintptr_t rip = (uintptr_t) ((ucontext_t *) context)->uc_mcontext.gregs[REG_RIP];
    (void) number;
    (void) info;
    CHECK(is_code(rip));
    for (int i = 0; i < 3; i++) {
        syscall(SYS_getppid);
    }
    atomic_fetch_add(&ticks, 1);
}

static void *work(void *argument) {
    char *mine = malloc(64 * KIB);
    stack_t stack = {.ss_sp = mine, .ss_size = 64 * KIB};
    (void) argument;
    CHECK(mine != NULL && sigaltstack(&stack, NULL) == 0);
    while (atomic_load(&ticks) < 2000) {
        CHECK(syscall(SYS_getpid) == getpid());
        void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(p != MAP_FAILED && munmap(p, PAGE) == 0);
    }
    stack.ss_flags = SS_DISABLE;
    CHECK(sigaltstack(&stack, NULL) == 0);
    free(mine);
    return NULL;
}

static void in_threads(void) {
    pthread_t thread[3];
    find_code();
    atomic_store(&ticks, 0);
    start(500, on_thread, SA_ONSTACK);
    for (int i = 0; i < 3; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, work, NULL));
    }
    for (int i = 0; atomic_load(&ticks) < 2000; i = (i + 1) % 3) {
        pthread_kill(thread[i], SIGALRM);
        nanosleep(&(struct timespec) {0, 100000}, NULL);
    }
    for (int i = 0; i < 3; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    stop();
}

/* A POSIX timer that is faster than its handler: delivered and overrun ticks are all there are. */
static void overruns(void) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    struct itimerspec fast = {{0, 100000}, {0, 100000}}, off = {{0, 0}, {0, 0}}, now;
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    CHECK(timer_settime(timer, 0, &fast, NULL) == 0);
    usleep(20000);
    CHECK(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_code == SI_TIMER && info.si_overrun >= 10);
    CHECK(timer_getoverrun(timer) >= 10 && timer_gettime(timer, &now) == 0 && now.it_interval.tv_nsec == 100000);
    CHECK(timer_settime(timer, 0, &off, NULL) == 0 && timer_delete(timer) == 0);
    struct timespec zero = {0, 0};
    while (sigtimedwait(&set, NULL, &zero) == SIGUSR1) {
        continue;
    }
    CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    struct itimerval bad = {{0, 2000000}, {0, 0}};
    CHECK_ERRNO(setitimer(ITIMER_REAL, &bad, NULL), EINVAL);
    CHECK_ERRNO(setitimer(99, NULL, NULL), EINVAL);
    CHECK_ERRNO(syscall(SYS_setitimer, ITIMER_REAL, BAD_POINTER, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_getitimer, ITIMER_REAL, BAD_POINTER), EFAULT);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"context", context}, {"backtraces", backtraces}, {"jump_out", jump_out}, {"in_threads", in_threads},
        {"overruns", overruns},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
