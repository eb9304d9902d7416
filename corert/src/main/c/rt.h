/*
 * The core-side runtime, seen from inside. It is freestanding: no libc, no SSE, no lock, no relocation. Its text is mapped at
 * RT_TEXT, its private data at RT_DATA, what it shares with the LWK at RT_SHM. GS points at the thread's slot.
 */
#ifndef OUTRIGGER_RT_H
#define OUTRIGGER_RT_H

#include <asm/unistd_64.h>
#include <stddef.h>

#include "layout.h"

#define SHM ((volatile struct shared *)RT_SHM)
#define HEADER (&SHM->header)
#define PROC ((struct proc *)RT_DATA)

#define EPERM 1
#define ESRCH 3
#define EINTR 4
#define E2BIG 7
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EINVAL 22

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGSTOP 19
#define SIGSYS 31
#define NSIG 64
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define BIT(sig) (1ull << ((sig) - 1))
#define SIGSYS_BIT BIT(SIGSYS)
#define UNMASKABLE (BIT(SIGKILL) | BIT(SIGSTOP))

#define SA_SIGINFO 0x00000004ull
#define SA_RESTORER 0x04000000ull
#define SA_ONSTACK 0x08000000ull
#define SA_NODEFER 0x40000000ull
#define SA_RESETHAND 0x80000000ull
#define KNOWN_SA_FLAGS (0x00000807ull | 0x10000000ull | SA_RESTORER | SA_ONSTACK | SA_NODEFER | SA_RESETHAND) /* <linux/signal.h> */
#define SIG_DFL 0
#define SIG_IGN 1

#define TRAP_TRACE 2
#define SYS_SECCOMP 1
#define SYS_USER_DISPATCH 2 /* si_code, <asm-generic/siginfo.h> */
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define ARCH_SET_GS 0x1001
#define ARCH_GET_GS 0x1004

#define PTRACE_TRACEME 0
#define PR_SET_PTRACER 0x59616d61
#define CLONE_VM 0x00000100ull
#define CLONE_VFORK 0x00004000ull
#define CLONE_THREAD 0x00010000ull
#define CLONE_CLEAR_SIGHAND 0x100000000ull

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1u << 31)

/* What `here` returns when a signal must be delivered before the call: the call is to be restarted. Not an errno of Linux. */
#define RESTART (-4000)

/* Linux's register frame in a signal, <asm/sigcontext.h> and <asm/ucontext.h>. */
struct context {
    u64 flags, link;
    u64 stack_sp;
    u32 stack_flags, stack_pad;
    u64 stack_size;
    u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
    u64 segments, err, trapno, oldmask, cr2, fpstate, reserved[8];
    u64 mask;
};
#define GREGS offsetof(struct context, r8)
#define GREGS_SIZE (offsetof(struct context, segments) - GREGS)
#define RED_ZONE 128
#define FP_SW_BYTES 464 /* struct _fpx_sw_bytes in struct _fpstate, <asm/sigcontext.h> */
#define FP_MAGIC1 0x46505853u

struct siginfo {
    int si_signo, si_errno, si_code, pad;
    u64 si_addr; /* si_call_addr for SIGSYS */
    u64 rest[13];
};

struct action {
    u64 handler, flags, restorer, mask;
};

#define SAVES 8
#define SAVE_SIZE 16384

/* Private to the process, shared by what shares its address space. */
struct proc {
    u64 islands[ISLANDS][2];        /* written by the LWK: start and end of each block of trampolines, 0 for none */
    struct action action[NSIG + 1]; /* what the application installed, by signal */
    u64 app_break;                  /* the application's break when the LWK serves brk, else 0 */
    u64 mapped_break;               /* Linux's, which runs ahead */
    u64 heap_start;
    u32 saves_taken;                /* bits of save[] */
    u32 traps;                      /* calls that were trapped, until sites are patched */
    u32 patched;                    /* 1: sites are patched, also of files mapped from now on */
    u32 pad;
    u8 save[SAVES][SAVE_SIZE] __attribute__((aligned(64)));
};

/* How the assembler entry goes on: through rt_sigreturn at `at`, or by jumping to a handler with the mask at `mask`. */
struct leave { u64 at, mask; };

static inline volatile struct slot *self(void)
{
    u64 address;
    __asm__ volatile("mov %%gs:%c1,%0" : "=r"(address) : "i"(SLOT_SELF));
    return (volatile struct slot *)address;
}

static inline long sys6(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
    long result;
    register u64 r10 __asm__("r10") = d;
    register u64 r8 __asm__("r8") = e;
    register u64 r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    return result;
}
#define sys4(nr, a, b, c, d) sys6(nr, (u64)(a), (u64)(b), (u64)(c), (u64)(d), 0, 0)
#define sys3(nr, a, b, c) sys6(nr, (u64)(a), (u64)(b), (u64)(c), 0, 0, 0)
#define sys2(nr, a, b) sys6(nr, (u64)(a), (u64)(b), 0, 0, 0, 0)

/* entry.S */
extern char rt_patched[], rt_short_stored[], rt_short_insn[], rt_short_after[], rt_short_jump[], rt_ask_leave[], rt_ask_jump[];
extern char rt_image_end[], rt_here_begin[], rt_here_insn[], rt_here_after[], rt_exit[], rt_exit_end[], rt_exit_slow[],
    rt_jump_begin[], rt_jump_end[], rt_patched_exit[], rt_patched_jump[], rt_release_after[], rt_signal[], rt_restorer[], rt_restorer_end[];
long rt_here(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f);
long rt_clone(u64 nr, u64 a, u64 b, u64 c, u64 d, u64 e, volatile struct slot *child, void *save, u64 save_end);

void rt_exit_without_stack(u64 start, u64 length, u64 status);
long rt_elsewhere(u64 rsp, long nr, const void *a, const void *b);

/* channel.c */
int lwk_lives(void);
int await(volatile struct slot *slot);
int attached(volatile struct slot *slot);
int ask(volatile struct slot *slot, u32 op);
int post(volatile struct slot *slot, u32 op);
long ask_lwk(volatile struct slot *slot, struct context *uc);
long answer(volatile struct slot *slot, struct context *uc);
void settle(void);

/* What serves a call that is not simply made: signal.c, task.c, memory.c. */
typedef long handler(volatile struct slot *slot, struct context *uc);
handler do_sigaction, do_sigprocmask, do_sigaltstack, do_masked, do_clone, do_execve, do_ptrace, do_exit, 
    do_prctl, do_arch_prctl, do_affinity, do_memory, do_limits;

/* signal.c */
u64 block_all(void);
int hold(const volatile struct slot *slot, struct context *uc);
void lift(const struct context *uc);
void arm_sigsys(void);
void ignore_sigsys(void);
void die_of_sigsys(void);
int readable(u64 address);
struct leave deliver(int sig, struct siginfo *info, struct context *uc);
void prepare_sigreturn(volatile struct slot *slot, struct context *uc);

/* task.c */
int arm(volatile struct slot *slot);
void open_slot(volatile struct slot *slot, u32 index);

/* memory.c */
void note_break(volatile struct slot *slot, u64 now);
void consider_patching(volatile struct slot *slot, int certainly);

static inline long here(const struct context *uc)
{
    return rt_here(uc->rax, uc->rdi, uc->rsi, uc->rdx, uc->r10, uc->r8, uc->r9);
}

/* Where a signal frame ends: the register state comes last. */
static inline u64 frame_end(const struct context *uc)
{
    const u32 *words = (const u32 *)(uc->fpstate + FP_SW_BYTES);
    return uc->fpstate + (uc->fpstate && words[0] == FP_MAGIC1 ? words[1] : 512);
}

static inline int on_stack(const struct context *uc)
{
    return !(uc->stack_flags & SS_AUTODISARM) && uc->rsp > uc->stack_sp && uc->rsp - uc->stack_sp <= uc->stack_size;
}

static inline void copy(volatile void *to, const volatile void *from, u64 bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static inline void zero(volatile void *to, u64 bytes)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(0) : "memory");
}

static inline u64 ticks(void)
{
    u32 low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (u64)high << 32 | low;
}

static inline void pause_turn(void)
{
    __asm__ volatile("pause");
}

#endif
