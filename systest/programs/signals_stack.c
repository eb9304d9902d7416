/* The alternate signal stack: sigaltstack's states and errors, handlers on it, jumps out of it, threads and fork. */
#include "check.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif
#define SIZE (64 * KIB)

static char *low;
static volatile int handled, on_stack, change_error;
static volatile stack_t inside, in_context;
static char other_stack[SIZE];

static long raw_altstack(const void *new, void *old) {
    return syscall(SYS_sigaltstack, new, old);
}

static int is_on(const void *address) {
    return (const char *) address >= low && (const char *) address < low + SIZE;
}

static void on_usr1(int number, siginfo_t *info, void *context) {
    char here;
    stack_t other = {.ss_sp = other_stack, .ss_size = SIZE}, now; /* the return from the handler undoes this */
    (void) info;
    (void) number;
    handled++;
    on_stack = is_on(&here);
    in_context = ((ucontext_t *) context)->uc_stack;
    if (raw_altstack(NULL, &now) != 0) {
        _exit(1);
    }
    inside = now;
    change_error = raw_altstack(&other, NULL) == 0 ? 0 : errno;
}

static void install(int flags) {
    struct sigaction action = {.sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO | flags};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
}

static void set_stack(unsigned flags) {
    stack_t stack = {.ss_sp = low, .ss_size = SIZE, .ss_flags = (int) flags};
    CHECK(raw_altstack(&stack, NULL) == 0);
}

static void disable(void) {
    stack_t stack = {.ss_flags = SS_DISABLE}, old;
    CHECK(raw_altstack(&stack, NULL) == 0 && raw_altstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
}

static void states(void) {
    stack_t old;
    CHECK(raw_altstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE && old.ss_sp == NULL && old.ss_size == 0);
    set_stack(0);
    CHECK(raw_altstack(NULL, &old) == 0 && old.ss_sp == low && old.ss_size == SIZE && old.ss_flags == 0);
    install(SA_ONSTACK);
    CHECK(raise(SIGUSR1) == 0 && on_stack == 1 && inside.ss_flags == SS_ONSTACK && inside.ss_sp == low && inside.ss_size == SIZE);
    CHECK(change_error == EPERM && in_context.ss_sp == low && in_context.ss_size == SIZE && in_context.ss_flags == 0);
    install(0); /* without SA_ONSTACK: the ordinary stack */
    CHECK(raise(SIGUSR1) == 0 && on_stack == 0 && inside.ss_flags == 0 && change_error == 0);
    CHECK(raw_altstack(NULL, &old) == 0 && old.ss_flags == 0);

    /* SS_AUTODISARM: the stack is not armed inside and armed again after. */
    set_stack(SS_AUTODISARM);
    CHECK(raw_altstack(NULL, &old) == 0 && (unsigned) old.ss_flags == SS_AUTODISARM);
    install(SA_ONSTACK);
    CHECK(raise(SIGUSR1) == 0 && on_stack == 1 && inside.ss_flags == SS_DISABLE && change_error == 0);
    CHECK((unsigned) in_context.ss_flags == SS_AUTODISARM && in_context.ss_sp == low);
    CHECK(raw_altstack(NULL, &old) == 0 && (unsigned) old.ss_flags == SS_AUTODISARM && old.ss_sp == low);
    for (int i = 0; i < 100; i++) {
        CHECK(raise(SIGUSR1) == 0 && on_stack == 1);
    }
    disable();
    CHECK(raise(SIGUSR1) == 0 && on_stack == 0 && inside.ss_flags == SS_DISABLE);
    disable();
    CHECK(handled == 104);
}

static void errors(void) {
    stack_t stack = {.ss_sp = low, .ss_size = 100}, old;
    CHECK_ERRNO(raw_altstack(&stack, NULL), ENOMEM);
    stack.ss_size = 2047;
    CHECK_ERRNO(raw_altstack(&stack, NULL), ENOMEM);
    stack.ss_size = SIZE;
    stack.ss_flags = 4;
    CHECK_ERRNO(raw_altstack(&stack, NULL), EINVAL);
    CHECK_ERRNO(raw_altstack(BAD_POINTER, NULL), EFAULT);
    CHECK_ERRNO(raw_altstack(NULL, BAD_POINTER), EFAULT);
    CHECK(raw_altstack(NULL, NULL) == 0);
    stack.ss_flags = SS_ONSTACK; /* accepted, and the same as 0 */
    CHECK(raw_altstack(&stack, &old) == 0 && old.ss_flags == SS_DISABLE);
    CHECK(raw_altstack(NULL, &old) == 0 && old.ss_flags == 0 && old.ss_sp == low);
    disable();
}

static sigjmp_buf back;

static void on_jump(int number) {
    char here;
    (void) number;
    on_stack = is_on(&here);
    siglongjmp(back, 1);
}

/* A jump out of the alternate stack frees it for the next signal. */
static void jumping(void) {
    struct sigaction action = {.sa_handler = on_jump, .sa_flags = SA_ONSTACK};
    set_stack(0);
    CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
    for (volatile int i = 0; i < 2000; i++) {
        on_stack = 0;
        if (sigsetjmp(back, 1) == 0) {
            raise(SIGUSR2);
            CHECK(!"behind the jump");
        }
        stack_t old;
        CHECK(on_stack == 1 && raw_altstack(NULL, &old) == 0 && old.ss_flags == 0);
    }
    disable();
}

static volatile int printed;

static void on_print(int number) {
    (void) number;
    char buffer[120];
    snprintf(buffer, sizeof buffer, "%d %s %5.2f %lx", 42, "formatted", 3.14159, 0xabcdul);
    printed = strcmp(buffer, "42 formatted  3.14 abcd") == 0;
    void *p = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || munmap(p, 5 * PAGE) != 0 || syscall(SYS_getppid) != getppid() || sched_yield() != 0) {
        _exit(1);
    }
}

/* A stack just as large as sysconf recommends, with a fence on both sides: nothing may overrun it. */
static void small(void) {
#ifdef _SC_SIGSTKSZ
    long recommended = sysconf(_SC_SIGSTKSZ);
#else
    long recommended = 16384;
#endif
    size_t size = (size_t) (recommended > 0 ? recommended : 16384);
    size_t whole = (size + PAGE - 1) & ~(PAGE - 1);
    char *p = mmap(NULL, whole + 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && mprotect(p, PAGE, PROT_NONE) == 0 && mprotect(p + PAGE + whole, PAGE, PROT_NONE) == 0);
    stack_t stack = {.ss_sp = p + PAGE, .ss_size = size};
    struct sigaction action = {.sa_handler = on_print, .sa_flags = SA_ONSTACK};
    CHECK(raw_altstack(&stack, NULL) == 0 && sigaction(SIGUSR2, &action, NULL) == 0);
    for (int i = 0; i < 100; i++) {
        printed = 0;
        CHECK(raise(SIGUSR2) == 0 && printed);
    }
    disable();
    CHECK(munmap(p, whole + 2 * PAGE) == 0);
}

static atomic_int thread_handled;

static void on_thread(int number) {
    stack_t now;
    (void) number;
    if (sigaltstack(NULL, &now) != 0 || now.ss_flags != SS_ONSTACK) {
        _exit(1);
    }
    for (int i = 0; i < 20; i++) {
        syscall(SYS_getppid);
    }
    atomic_fetch_add(&thread_handled, 1);
}

static void *own_stack(void *argument) {
    char *mine = malloc(SIZE);
    stack_t stack = {.ss_sp = mine, .ss_size = SIZE}, old;
    (void) argument;
    CHECK(mine != NULL && sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE); /* not inherited by a thread */
    CHECK(sigaltstack(&stack, NULL) == 0);
    for (int i = 0; i < 500; i++) {
        CHECK_ZERO(pthread_kill(pthread_self(), SIGUSR2));
    }
    CHECK(sigaltstack(NULL, &old) == 0 && old.ss_sp == mine && old.ss_flags == 0);
    stack.ss_flags = SS_DISABLE;
    CHECK(sigaltstack(&stack, NULL) == 0);
    free(mine);
    return NULL;
}

static void verify_child(void) {
    stack_t now;
    CHECK(raw_altstack(NULL, &now) == 0 && now.ss_sp == low && now.ss_flags == 0); /* inherited by a process */
    install(SA_ONSTACK);
    handled = 0;
    CHECK(raise(SIGUSR1) == 0 && handled == 1 && on_stack == 1);
}

static void threads_and_children(void) {
    struct sigaction action = {.sa_handler = on_thread, .sa_flags = SA_ONSTACK};
    pthread_t thread[4];
    set_stack(0);
    CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
    for (int i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, own_stack, NULL));
    }
    for (int i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK(atomic_load(&thread_handled) == 2000);
    for (int i = 0; i < 10; i++) {
        IN_CHILD(verify_child());
    }
    disable();
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"states", states}, {"errors", errors}, {"jumping", jumping}, {"small", small},
        {"threads_and_children", threads_and_children},
    };
    low = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(low != MAP_FAILED);
    return check_sections(argc, argv, sections, COUNT(sections));
}
