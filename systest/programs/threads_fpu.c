/*
 * Registers across system calls: everything but rax, rcx and r11 is the program's, also the flags, the red zone below the
 * stack pointer, vector registers, MXCSR and the x87 control word; also when signals arrive and calls block.
 */
#include "check.h"

#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

struct registers {
    uint64_t number;          /*   0 */
    uint64_t arguments[6];    /*   8: rdi rsi rdx r10 r8 r9 */
    uint64_t result;          /*  56 */
    uint64_t kept_in[6];      /*  64: rbx rbp r12 r13 r14 r15 */
    uint64_t arguments_out[6]; /* 112 */
    uint64_t kept_out[6];     /* 160 */
    uint64_t flags_in;        /* 208 */
    uint64_t flags_out;       /* 216 */
    uint64_t red_zone[16];    /* 224 */
    uint32_t mxcsr_in;        /* 352 */
    uint32_t mxcsr_out;       /* 356 */
    uint16_t control_in;      /* 360 */
    uint16_t control_out;     /* 362 */
    char padding[20];
    unsigned char vector_in[16][32];  /* 384 */
    unsigned char vector_out[16][32]; /* 896 */
};

_Static_assert(offsetof(struct registers, vector_in) == 384
      && offsetof(struct registers, vector_out) == 896, "as in the assembly");

void call_sse(struct registers *registers);
void call_avx(struct registers *registers);

__asm__(".macro body name move register\n"
        ".globl \\name\n\\name:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; push %rdi\n"
        "ldmxcsr 352(%rdi)\nfldcw 360(%rdi)\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "\\move 384+32*\\n(%rdi), %\\register\\n\n"
        ".endr\n"
        "pushq 208(%rdi)\npopfq\n"
        "movabs $0x0123456789abcdef, %rax\n"
        ".irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n"
        "mov %rax, -8*\\n(%rsp)\n"
        ".endr\n"
        "mov 0(%rdi), %rax\nmov 16(%rdi), %rsi\nmov 24(%rdi), %rdx\n"
        "mov 32(%rdi), %r10\nmov 40(%rdi), %r8\nmov 48(%rdi), %r9\n"
        "mov 64(%rdi), %rbx\nmov 72(%rdi), %rbp\nmov 80(%rdi), %r12\nmov 88(%rdi), %r13\n"
        "mov 96(%rdi), %r14\nmov 104(%rdi), %r15\n"
        "mov 8(%rdi), %rdi\n"
        "syscall\n"
        "mov (%rsp), %rcx\n"
        "mov %rax, 56(%rcx)\n"
        "mov %rdi, 112(%rcx)\nmov %rsi, 120(%rcx)\nmov %rdx, 128(%rcx)\n"
        "mov %r10, 136(%rcx)\nmov %r8, 144(%rcx)\nmov %r9, 152(%rcx)\n"
        "mov %rbx, 160(%rcx)\nmov %rbp, 168(%rcx)\nmov %r12, 176(%rcx)\n"
        "mov %r13, 184(%rcx)\nmov %r14, 192(%rcx)\nmov %r15, 200(%rcx)\n"
        ".irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n"
        "mov -8*\\n(%rsp), %r11\nmov %r11, 224+8*(\\n-1)(%rcx)\n"
        ".endr\n"
        "pushfq\npopq 216(%rcx)\ncld\n"
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
        "\\move %\\register\\n, 896+32*\\n(%rcx)\n"
        ".endr\n"
        "stmxcsr 356(%rcx)\nfnstcw 362(%rcx)\n"
        "pop %rdi; pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "ret\n"
        ".endm\n"
        ".text\n"
        "body call_sse movups xmm\n"
        "body call_avx vmovups ymm\n");

static uint64_t check_call(long number, const uint64_t *arguments, uint64_t seed, long expected) {
    static const uint32_t mxcsrs[] = {0x1f80, 0x3f80, 0x5f80, 0x7f80, 0xff80};
    static const uint16_t controls[] = {0x037f, 0x077f, 0x0b7f, 0x0f7f, 0x027f};
    static const uint64_t flags[] = {0x202, 0x203, 0x602, 0x247, 0xa97}; /* carry, direction, zero, overflow, sign, parity */
    struct registers registers = {.number = (uint64_t) number};
    int avx = __builtin_cpu_supports("avx") != 0;
    uint32_t mxcsr;
    uint16_t control;
    if (arguments != NULL) {
        memcpy(registers.arguments, arguments, sizeof registers.arguments);
    } else {
        fill_pattern(registers.arguments, sizeof registers.arguments, seed);
    }
    fill_pattern(registers.kept_in, sizeof registers.kept_in, seed + 1);
    fill_pattern(registers.vector_in, sizeof registers.vector_in, seed + 2);
    registers.mxcsr_in = mxcsrs[seed % 5];
    registers.control_in = controls[seed / 5 % 5];
    registers.flags_in = flags[seed / 3 % 5];
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(control));
    if (avx) {
        call_avx(&registers);
    } else {
        call_sse(&registers);
    }
    __asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(mxcsr), "m"(control));
    CHECK(expected < 0 || registers.result == (uint64_t) expected);
    CHECK(memcmp(registers.arguments, registers.arguments_out, sizeof registers.arguments) == 0);
    CHECK(memcmp(registers.kept_in, registers.kept_out, sizeof registers.kept_in) == 0);
    for (int i = 0; i < 16; i++) {
        CHECK(memcmp(registers.vector_in[i], registers.vector_out[i], avx ? 32 : 16) == 0);
        CHECK(registers.red_zone[i] == 0x0123456789abcdef);
    }
    CHECK(((registers.flags_in ^ registers.flags_out) & 0xcd5) == 0);
    CHECK(registers.mxcsr_in == registers.mxcsr_out && registers.control_in == registers.control_out);
    return registers.result;
}

/* A round over calls that different parts of a kernel answer. */
static void round_of_calls(uint64_t seed, int null_device) {
    uint64_t map[6] = {0, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t) -1, 0};
    uint64_t bad_map[6] = {0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t) -1, 0};
    uint64_t write_text[6] = {(uint64_t) null_device, (uint64_t) (uintptr_t) "text", 4, seed, seed, seed};
    check_call(SYS_getpid, NULL, seed, getpid());
    check_call(SYS_getppid, NULL, seed + 1, getppid());
    check_call(SYS_gettid, NULL, seed + 2, syscall(SYS_gettid));
    check_call(SYS_sched_yield, NULL, seed + 3, 0);
    check_call(SYS_mmap, bad_map, seed + 4, -1);
    check_call(SYS_write, write_text, seed + 5, 4);
    check_call(9999, NULL, seed + 6, -1);
    char *p = (char *) check_call(SYS_mmap, map, seed + 7, -1);
    CHECK((intptr_t) p > 0 && is_zero(p, 4 * PAGE));
    uint64_t resize[6] = {(uint64_t) p, 4 * PAGE, 2 * PAGE, 0, 0, 0}, drop[6] = {(uint64_t) p, 2 * PAGE, 1, 2, 3, 4};
    uint64_t protect[6] = {(uint64_t) p, 2 * PAGE, PROT_READ, 7, 8, 9}, advise[6] = {(uint64_t) p, PAGE, MADV_DONTNEED, 7, 8, 9};
    check_call(SYS_mremap, resize, seed + 8, (long) p);
    check_call(SYS_mprotect, protect, seed + 9, 0);
    check_call(SYS_madvise, advise, seed + 10, 0);
    check_call(SYS_munmap, drop, seed + 11, 0);
    check_call(SYS_brk, (uint64_t[6]) {0}, seed + 12, -1);
}

static int open_null(void) {
    FILE *file = fopen("/dev/null", "w");
    CHECK(file != NULL);
    return fileno(file);
}

static void quiet(void) {
    int null_device = open_null();
    for (uint64_t seed = 0; seed < 300; seed++) {
        round_of_calls(seed, null_device);
    }
}

static atomic_int ticks;

/* Spoils all that it may spoil. */
static void on_tick(int number) {
    (void) number;
    uint32_t mxcsr = 0x1f80 | 0x6000;
    uint16_t control = 0x0f7f;
    __asm__ volatile("ldmxcsr %0\n\tfldcw %1\n\t"
                     "pcmpeqd %%xmm0, %%xmm0\n\tpcmpeqd %%xmm7, %%xmm7\n\tpcmpeqd %%xmm15, %%xmm15"
                     : : "m"(mxcsr), "m"(control) : "xmm0", "xmm7", "xmm15");
    syscall(SYS_getppid);
    atomic_fetch_add(&ticks, 1);
}

static void start_ticks(long microseconds) {
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void under_signals(void) {
    int null_device = open_null();
    start_ticks(700);
    atomic_store(&ticks, 0);
    for (uint64_t seed = 0; atomic_load(&ticks) < 700; seed++) {
        round_of_calls(seed, null_device);
    }
    start_ticks(0);
}

static int pipes[2];

static void *trickle(void *argument) {
    (void) argument;
    for (int i = 0; i < 200; i++) {
        CHECK(usleep(500) == 0 || errno == EINTR);
        CHECK(write(pipes[1], "abc", 3) == 3);
    }
    return NULL;
}

static void blocking(void) {
    pthread_t thread;
    char buffer[3];
    uint64_t arguments[6] = {0, (uint64_t) (uintptr_t) buffer, 3, 11, 12, 13};
    CHECK(pipe(pipes) == 0);
    arguments[0] = (uint64_t) pipes[0];
    start_ticks(900);
    CHECK_ZERO(pthread_create(&thread, NULL, trickle, NULL));
    for (uint64_t i = 0; i < 200; i++) {
        check_call(SYS_read, arguments, i, 3);
        CHECK(memcmp(buffer, "abc", 3) == 0);
    }
    CHECK_ZERO(pthread_join(thread, NULL));
    start_ticks(0);
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

/* Every thread its own rounding. */
static void *rounding(void *argument) {
    static const int modes[] = {FE_TONEAREST, FE_DOWNWARD, FE_UPWARD, FE_TOWARDZERO};
    int mode = modes[(intptr_t) argument];
    volatile double value = (intptr_t) argument % 2 ? -2.5 : 2.5;
    CHECK(fesetround(mode) == 0);
    double before = rint(value);
    for (int i = 0; i < 20000; i++) {
        void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(p != MAP_FAILED && munmap(p, PAGE) == 0);
        syscall(SYS_getppid);
        CHECK(fegetround() == mode && rint(value) == before);
    }
    return NULL;
}

static void rounding_modes(void) {
    pthread_t thread[4];
    for (intptr_t i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, rounding, (void *) i));
    }
    for (int i = 0; i < 4; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK(fegetround() == FE_TONEAREST && fesetround(FE_UPWARD) == 0);
    IN_CHILD(CHECK(fegetround() == FE_UPWARD));
    CHECK(fesetround(FE_TONEAREST) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"quiet", quiet}, {"under_signals", under_signals}, {"blocking", blocking}, {"rounding_modes", rounding_modes},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
