/*
 * Call sites of every form that is patched, under a fast timer: each result is right, what stands before the system call is executed
 * exactly once, and a handler sees the program at an instruction of the program's, never in between and never in the padding that
 * a patched site may jump over.
 */
#include "check.h"

#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>

/*
 * Each function makes one call by a number of its own. I notes where an instruction begins. Every register that the calling
 * convention lets them change they may.
 */
__asm__(
    ".macro I instruction:vararg\n"
    "9: \\instruction\n"
    ".pushsection sites_begin,\"aw\"\n"
    ".quad 9b\n"
    ".popsection\n"
    ".endm\n"
    ".macro F name\n"
    ".byte 0x0f,0x1f,0x84,0,0,0,0,0,0x0f,0x1f,0x84,0,0,0,0,0\n" /* padding: two nops of eight bytes */
    ".type \\name,@function\n"
    "\\name: .cfi_startproc\n"
    ".endm\n"
    ".macro E name\n"
    "I ret\n"
    ".cfi_endproc\n"
    ".size \\name,.-\\name\n"
    ".endm\n"
    ".text\n"
    "sites_start:\n"
    "F plain\n" /* mov $nr,%eax */
    "I mov $110,%eax\n"
    "I syscall\n"
    "E plain\n"
    "F zero\n" /* xor %eax,%eax: read */
    "I xor %eax,%eax\n"
    "I syscall\n"
    "E zero\n"
    "F by_register\n" /* by_register(number, a, b, c, d) */
    "I mov %rdi,%r11\n"
    "I mov %rsi,%rdi\n"
    "I mov %rdx,%rsi\n"
    "I mov %rcx,%rdx\n"
    "I mov %r8,%r10\n"
    "I mov %r11,%rax\n"
    "I syscall\n"
    "E by_register\n"
    "F by_load\n" /* the number lies in the red zone */
    "I mov %rdi,-16(%rsp)\n"
    "I mov -16(%rsp),%rax\n"
    "I syscall\n"
    "E by_load\n"
    "F store\n" /* into the red zone, and back */
    "I mov $104,%eax\n"
    "I movq $0x11223344,-24(%rsp)\n"
    "I syscall\n"
    "I mov -24(%rsp),%rdx\n"
    "I mov %rdx,(%rdi)\n"
    "E store\n"
    "F relative\n" /* an operand that depends on where the instruction stands */
    "I mov $108,%eax\n"
    "I lea sites_value(%rip),%rsi\n"
    "I syscall\n"
    "I mov %rsi,(%rdi)\n"
    "E relative\n"
    "F count\n" /* what must not be done twice */
    "I mov $111,%eax\n"
    "I addq $1,sites_value(%rip)\n"
    "I syscall\n"
    "E count\n"
    "F faulting\n" /* faulting(address of the number - 256) */
    "sites_fault: I mov 256(%rdi),%eax\n"
    "I syscall\n"
    "E faulting\n"
    "F jumped\n" /* to the system call of another site */
    "I mov $102,%eax\n"
    "I jmp 1f\n"
    "I mov $39,%eax\n"
    "1: I syscall\n"
    "E jumped\n"
    ".byte 0x0f,0x1f,0x84,0,0,0,0,0\n"
    "sites_end:\n"
    ".type sites_last,@function\n"
    "sites_last: .cfi_startproc\n"
    "ret\n"
    ".cfi_endproc\n"
    ".size sites_last,.-sites_last\n"
    ".type sites_step,@function\n" /* sites_step(function, a, b, c): calls it with the trap flag set */
    "sites_step: .cfi_startproc\n"
    "push %rbx\n"
    ".cfi_adjust_cfa_offset 8\n"
    "mov %rdi,%rbx\n"
    "mov %rsi,%rdi\n"
    "mov %rdx,%rsi\n"
    "mov %rcx,%rdx\n"
    "pushfq\n"
    "orq $0x100,(%rsp)\n"
    "popfq\n"
    "call *%rbx\n"
    "pushfq\n"
    "andq $-0x101,(%rsp)\n"
    "popfq\n"
    "pop %rbx\n"
    ".cfi_adjust_cfa_offset -8\n"
    "ret\n"
    ".cfi_endproc\n"
    ".size sites_step,.-sites_step\n"
    ".data\n"
    ".balign 8\n"
    "sites_value: .quad 0\n"
    ".text\n");

#define HIDDEN __attribute__((visibility("hidden")))
extern HIDDEN char sites_start[], sites_end[], sites_fault[];
extern HIDDEN volatile long sites_value;
extern HIDDEN const uintptr_t __start_sites_begin[], __stop_sites_begin[];
HIDDEN long plain(void);
HIDDEN long zero(int descriptor, void *to, size_t length);
HIDDEN long by_register(long number, ...);
HIDDEN long by_load(long number);
HIDDEN long store(long *stored);
HIDDEN long relative(const volatile long **address);
HIDDEN long count(void);
HIDDEN long faulting(const void *number);
HIDDEN long jumped(void);
HIDDEN long sites_step(void *function, ...);

static atomic_int ticks;
static struct {
    uintptr_t start, end;
} code[256];
static size_t code_count;

static int add_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void) size;
    (void) data;
    for (size_t i = 0; i < info->dlpi_phnum && code_count < COUNT(code) - 1; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
            code[code_count].start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            code[code_count].end = code[code_count].start + info->dlpi_phdr[i].p_memsz;
            code_count++;
        }
    }
    return 0;
}

/* Which code there is: the loaded objects, and the vDSO, which a static program does not list. */
static void find_code(void) {
    dl_iterate_phdr(add_object, NULL);
    code[code_count].start = getauxval(AT_SYSINFO_EHDR);
    code[code_count].end = code[code_count].start + 4 * PAGE;
    code_count++;
}

static int is_code(uintptr_t address) {
    for (size_t i = 0; i < code_count; i++) {
        if (address >= code[i].start && address < code[i].end) {
            return 1;
        }
    }
    return 0;
}

static int is_instruction(uintptr_t rip) {
    for (const uintptr_t *begin = __start_sites_begin; begin < __stop_sites_begin; begin++) {
        if (*begin == rip) {
            return 1;
        }
    }
    return 0;
}

static void on_tick(int number, siginfo_t *info, void *context) {
    uintptr_t rip = (uintptr_t) ((ucontext_t *) context)->uc_mcontext.gregs[REG_RIP];
    int error = errno;
    (void) number;
    (void) info;
    if (rip >= (uintptr_t) sites_start && rip < (uintptr_t) sites_end) {
        if (!is_instruction(rip)) {
            dprintf(2, "interrupted %#lx behind the first site\n", rip - (uintptr_t) sites_start);
            CHECK(!"an instruction of the program");
        }
    } else if (!is_code(rip)) {
        dprintf(2, "interrupted at %#lx\n", rip);
        CHECK(!"code of the program");
    }
    atomic_fetch_add(&ticks, 1);
    errno = error;
}

static void start(long microseconds) {
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    atomic_store(&ticks, 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void stop(void) {
    struct itimerval timer = {{0, 0}, {0, 0}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

/* Long enough for signals to land everywhere, and for a process to be patched meanwhile. */
#define UNDER_FIRE(...)                                                                       \
    do {                                                                                      \
        start(97);                                                                            \
        for (int i_ = 0; i_ < 20000 || atomic_load(&ticks) < 1000; i_++) {                    \
            __VA_ARGS__;                                                                      \
        }                                                                                     \
        stop();                                                                               \
    } while (0)

static void constant_numbers(void) {
    long parent = getppid();
    int zeros = open("/dev/zero", O_RDONLY);
    char byte = 1;
    CHECK(zeros >= 0);
    UNDER_FIRE(CHECK(plain() == parent));
    UNDER_FIRE(byte = 1; CHECK(zero(zeros, &byte, 1) == 1 && byte == 0));
    CHECK(zero(-1, &byte, 1) == -EBADF && close(zeros) == 0);
}

static void numbers_in_registers(void) {
    long user = getuid();
    UNDER_FIRE(CHECK(by_register(SYS_getuid) == user));
    UNDER_FIRE(CHECK(by_load(SYS_geteuid) == geteuid()));
    CHECK(by_register(1000l) == -ENOSYS && by_register(-1l) == -ENOSYS && by_register(511l) == -ENOSYS);
}

/* Calls that touch what a signal frame holds. */
static void frames_by_register(void) {
    uint64_t block = 1ull << (SIGUSR1 - 1), before = 1, now = 0;
    for (int i = 0; i < 1000; i++) {
        CHECK(by_register(SYS_rt_sigprocmask, SIG_BLOCK, &block, &before, 8l) == 0 && !(before & block));
        CHECK(by_register(SYS_rt_sigprocmask, SIG_UNBLOCK, &block, &now, 8l) == 0 && (now & block));
        stack_t none = {0}, set = {.ss_sp = malloc(65536), .ss_size = 65536};
        CHECK(by_register(SYS_sigaltstack, &set, NULL) == 0 && by_register(SYS_sigaltstack, NULL, &none) == 0);
        CHECK(none.ss_sp == set.ss_sp && none.ss_size == 65536);
        set.ss_flags = SS_DISABLE;
        CHECK(by_register(SYS_sigaltstack, &set, NULL) == 0);
        free(set.ss_sp);
    }
    for (int i = 0; i < 20; i++) {
        long child = by_register(SYS_fork);
        if (child == 0) {
            by_register(SYS_exit_group, 7l);
        }
        int status;
        CHECK(child > 0 && by_register(SYS_wait4, child, &status, 0l, 0l) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
}

static void displaced_instructions(void) {
    long group = getgid(), stored = 0, effective = getegid(), leader = getpgrp();
    const volatile long *address = NULL;
    UNDER_FIRE(stored = 0; CHECK(store(&stored) == group && stored == 0x11223344));
    UNDER_FIRE(address = NULL; CHECK(relative(&address) == effective && address == &sites_value));
    sites_value = 0;
    long calls = 0;
    UNDER_FIRE(calls++; CHECK(count() == leader && sites_value == calls));
}

static volatile int faults;
static long process_number[33] = {[32] = SYS_getpgrp};

static void on_fault(int number, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *) context)->uc_mcontext.gregs;
    (void) number;
    CHECK(registers[REG_RIP] == (greg_t) sites_fault && info->si_addr == (char *) 8 + 256);
    registers[REG_RDI] = (greg_t) process_number;
    faults++;
}

/* An instruction that faults is mended by a handler, and goes on. */
static void faults_before_the_call(void) {
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    long leader = getpgrp();
    for (int i = 0; i < 2000; i++) {
        CHECK(faulting(BAD_POINTER) == leader && faults == i + 1);
    }
    UNDER_FIRE(CHECK(faulting(process_number) == leader));
}

static void jumps_to_the_call(void) {
    long user = getuid();
    UNDER_FIRE(CHECK(jumped() == user));
}

static volatile int steps;

static void on_step(int number, siginfo_t *info, void *context) {
    steps++;
    on_tick(number, info, context);
}

/* With the trap flag, a signal behind every instruction: each of them is one of the program's. */
static void stepped_through(void) {
    struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGTRAP, &action, NULL) == 0);
    long parent = getppid(), user = getuid(), leader = getpgrp(), stored = 0;
    const volatile long *address = NULL;
    sites_value = 0;
    for (int i = 1; i <= 300; i++) {
        steps = 0;
        CHECK(sites_step(plain) == parent && steps > 3);
        steps = 0;
        CHECK(sites_step(zero, -1l, NULL, 0l) == -EBADF && steps > 3);
        CHECK(sites_step(by_register, SYS_getuid) == user && sites_step(by_load, SYS_getuid) == user);
        CHECK(sites_step(store, &stored) == getgid() && stored == 0x11223344);
        CHECK(sites_step(relative, &address) == getegid() && address == &sites_value);
        CHECK(sites_step(count) == leader && sites_value == i);
        CHECK(sites_step(faulting, process_number) == leader && sites_step(jumped) == user);
    }
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"constant_numbers", constant_numbers}, {"numbers_in_registers", numbers_in_registers},
        {"frames_by_register", frames_by_register}, {"displaced_instructions", displaced_instructions},
        {"faults_before_the_call", faults_before_the_call}, {"jumps_to_the_call", jumps_to_the_call},
        {"stepped_through", stepped_through},
    };
    find_code();
    return check_sections(argc, argv, sections, COUNT(sections));
}
