/*
 * The trap: Syscall User Dispatch delivers SIGSYS for every system call outside the runtime. The register frame of that signal
 * is the application at its call site; the call's result goes into it, and rt_sigreturn resumes it.
 */
#include "rt.h"

#define ENTRY_SIZE 2 /* bytes of the syscall instruction */

static void record(u64 nr, u64 way, u64 took)
{
    u32 index;
    if (took < 16) {
        index = (u32)took;
    } else {
        u32 exponent = 63 - (u32)__builtin_clzll(took);
        index = (exponent - 3) * 16 + ((took >> (exponent - 4)) & 15);
        if (index >= BUCKETS)
            index = BUCKETS - 1;
    }
    volatile struct statistic *stat = &SHM->stats[nr][way];
    __atomic_fetch_add(&stat->bucket[index], 1, __ATOMIC_RELAXED);
    u64 max = stat->max;
    while (took > max && !__atomic_compare_exchange_n(&stat->max, &max, took, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

/* Calls that the runtime virtualises, whoever serves them. */
static long dispatch(volatile struct slot *slot, struct context *uc)
{
    u64 nr = uc->rax;
    if (nr >= NR_MAX)
        return here(uc);
    u8 disposition = HEADER->disposition[nr];
    if (disposition == DISP_REFUSE)
        return -(long)HEADER->refusal[nr];
    switch (nr) {
    case __NR_rt_sigaction:
        return do_sigaction(uc);
    case __NR_rt_sigprocmask:
        return do_sigprocmask(slot, uc);
    case __NR_sigaltstack:
        return do_sigaltstack(uc);
    case __NR_rt_sigsuspend:
    case __NR_rt_sigtimedwait:
    case __NR_ppoll:
    case __NR_pselect6:
    case __NR_epoll_pwait:
    case __NR_epoll_pwait2:
    case __NR_signalfd:
    case __NR_signalfd4:
    case __NR_io_pgetevents:
        return do_masked(slot, uc);
    case __NR_clone:
    case __NR_clone3:
    case __NR_fork:
    case __NR_vfork:
        return do_clone(slot, uc);
    case __NR_execve:
    case __NR_execveat:
        return do_execve(slot, uc);
    case __NR_ptrace:
        return do_ptrace(slot, uc);
    case __NR_exit:
        return do_exit(slot, uc);
    case __NR_exit_group:
        if (HEADER->measure) /* the LWK takes the process's last figures */
            return ask_lwk(slot, uc);
        return here(uc);
    case __NR_prctl:
        return do_prctl(slot, uc);
    case __NR_arch_prctl:
        return do_arch_prctl(slot, uc);
    case __NR_setrlimit:
    case __NR_prlimit64:
        return do_limits(slot, uc);
    case __NR_sched_getaffinity:
    case __NR_sched_setaffinity:
        return disposition == DISP_LWK ? do_affinity(slot, uc) : here(uc);
    case __NR_mmap:
    case __NR_munmap:
    case __NR_mremap:
    case __NR_mprotect:
    case __NR_pkey_mprotect:
    case __NR_madvise:
    case __NR_mlock:
    case __NR_mlock2:
    case __NR_munlock:
    case __NR_mbind:
    case __NR_mincore:
    case __NR_msync:
    case __NR_brk:
        return do_memory(slot, uc);
    case __NR_mlockall:
    case __NR_munlockall:
    case __NR_getpid:
    case __NR_gettid:
    case __NR_sched_yield:
        return disposition == DISP_LWK ? ask_lwk(slot, uc) : here(uc);
    default:
        return here(uc);
    }
}

static int own_dispatch(volatile struct slot *slot, const struct context *uc)
{
    if (!slot->sud_on || uc->rip - slot->sud_offset < slot->sud_length)
        return 0;
    u8 chosen = slot->sud_selector ? *(volatile u8 *)slot->sud_selector : 1;
    if (chosen > 1)
        die_of_sigsys(); /* as Linux has it for a selector that is neither */
    return chosen;
}

/* One call of the application, however it came. */
static void carry_out(volatile struct slot *slot, struct context *uc, u64 way)
{
    u64 nr = uc->rax;
    u64 began = 0;
    if (nr < NR_MAX) {
        __atomic_fetch_add(&SHM->stats[nr][way].count, 1, __ATOMIC_RELAXED);
        began = HEADER->measure ? ticks() : 0;
    }
    slot->context = (u64)uc;
    long result = dispatch(slot, uc);
    if (result == RESTART)
        uc->rip -= ENTRY_SIZE;
    else
        uc->rax = (u64)result;
    if (began)
        record(nr, way, ticks() - began);
}

/* From entry.S: a call that came through a patched site. */
void rt_patched_call(struct context *uc)
{
    volatile struct slot *slot = self();
    if (slot->sud_on) /* the application's own dispatch decides: let the syscall instruction trap */
        uc->rip -= ENTRY_SIZE;
    else
        carry_out(slot, uc, WAY_PATCHED);
}

struct leave rt_trap(int sig, struct siginfo *info, struct context *uc)
{
    volatile struct slot *slot = self();
    if (info->si_code != SYS_USER_DISPATCH || own_dispatch(slot, uc)) {
        block_all();
        return deliver(sig, info, uc);
    }
    if (uc->rax == __NR_rt_sigreturn) {
        prepare_sigreturn(slot, uc);
        return (struct leave){uc->rsp, 0};
    }
    consider_patching(slot, 0);
    carry_out(slot, uc, WAY_TRAPPED);
    return (struct leave){(u64)uc, 0};
}
