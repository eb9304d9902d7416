/*
 * The trap: Syscall User Dispatch delivers SIGSYS for every system call outside the runtime. The register frame of that signal
 * is the application at its call site; the call's result goes into it, and rt_sigreturn resumes it.
 */
#include "rt.h"

#define ENTRY_SIZE 2 /* bytes of the syscall instruction */
#define PROBES 16    /* entries of the table of sites that are looked at for one call */

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

/* Counts a trapped call at its site. Who finds an entry half taken uses another: the LWK adds up what belongs together. */
static void count_site(volatile struct slot *slot, u64 address, u64 nr)
{
    u64 owner = (u64)slot->pid << 32 | (nr + 1);
    u64 place = (address ^ owner >> 32) * 0x9e3779b97f4a7c15 >> 32;
    for (u64 i = 0; i < PROBES; i++) {
        volatile struct site *site = &SHM->sites[(place + i) % TRAP_SITES];
        u64 found = 0;
        if (__atomic_compare_exchange_n(&site->owner, &found, owner, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            site->address = address;
        else if (found != owner || site->address != address)
            continue;
        __atomic_fetch_add(&site->count, 1, __ATOMIC_SEQ_CST);
        return;
    }
    __atomic_fetch_add(&SHM->sites_missed, 1, __ATOMIC_RELAXED);
}

#define OWN(name) [__NR_##name] = CLASS_OWN

/* Calls that the runtime virtualises, whoever serves them. */
const u8 rt_class[NR_MAX] = {
    OWN(rt_sigreturn), OWN(rt_sigaction), OWN(rt_sigprocmask), OWN(sigaltstack), OWN(rt_sigsuspend), OWN(rt_sigtimedwait),
    OWN(ppoll), OWN(pselect6), OWN(epoll_pwait), OWN(epoll_pwait2), OWN(signalfd), OWN(signalfd4), OWN(io_pgetevents),
    OWN(clone), OWN(clone3), OWN(fork), OWN(vfork), OWN(execve), OWN(execveat), OWN(ptrace), OWN(exit), OWN(exit_group),
    OWN(prctl), OWN(arch_prctl), OWN(setrlimit), OWN(prlimit64), OWN(sched_getaffinity), OWN(sched_setaffinity),
    OWN(mremap), OWN(mprotect), OWN(pkey_mprotect), OWN(madvise), OWN(mlock), OWN(mlock2), OWN(munlock), OWN(mbind),
    OWN(mincore), OWN(msync), OWN(mlockall), OWN(munlockall), [__NR_mmap] = CLASS_MMAP, [__NR_munmap] = CLASS_MUNMAP, [__NR_brk] = CLASS_BRK,
    [__NR_getpid] = CLASS_ASK, [__NR_gettid] = CLASS_ASK, [__NR_sched_yield] = CLASS_ASK,
};

static long dispatch(volatile struct slot *slot, struct context *uc)
{
    u64 nr = uc->rax;
    if (nr >= NR_MAX)
        return here(uc);
    u8 disposition = HEADER->disposition[nr];
    if (disposition == DISP_REFUSE)
        return -(long)HEADER->refusal[nr];
    if (rt_class[nr] == CLASS_HERE)
        return here(uc);
    attached(slot); /* from here on operands may be written */
    switch (rt_class[nr]) {
    case CLASS_ASK:
        return disposition == DISP_LWK ? ask_lwk(slot, uc) : here(uc);
    case CLASS_MMAP:
    case CLASS_MUNMAP:
    case CLASS_BRK:
        return do_memory(slot, uc);
    default:
        break;
    }
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
        return do_memory(slot, uc);
    case __NR_mlockall:
    case __NR_munlockall:
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

static void complete(struct context *uc, long result)
{
    if (result == RESTART)
        uc->rip -= ENTRY_SIZE;
    else
        uc->rax = (u64)result;
}

/* One call of the application, however it came. */
static void carry_out(volatile struct slot *slot, struct context *uc, u64 way)
{
    u64 nr = uc->rax;
    u64 began = 0;
    if (HEADER->measure && nr < NR_MAX) {
        __atomic_fetch_add(&SHM->stats[nr][way].count, 1, __ATOMIC_RELAXED);
        began = ticks();
    }
    slot->context = (u64)uc;
    complete(uc, dispatch(slot, uc));
    if (began)
        record(nr, way, ticks() - began);
}

/* From patched.S: a call that came through a patched site and takes the long way. */
void rt_patched_call(struct context *uc)
{
    volatile struct slot *slot = self();
    if (slot->sud_on) /* the application's own dispatch decides: let the syscall instruction trap */
        uc->rip -= ENTRY_SIZE;
    else
        carry_out(slot, uc, WAY_PATCHED);
}

/* From patched.S: the call has been posted to the LWK already. */
void rt_posted_call(struct context *uc)
{
    volatile struct slot *slot = self();
    u64 nr = uc->rax;
    slot->context = (u64)uc;
    if (!await(slot)) {
        settle();
        complete(uc, here(uc));
        return;
    }
    long result = answer(slot, uc);
    if (nr == __NR_brk)
        note_break(slot, (u64)result);
    complete(uc, result);
}

struct leave rt_trap(int sig, struct siginfo *info, struct context *uc)
{
    volatile struct slot *slot = self();
    if (info->si_code != SYS_USER_DISPATCH || own_dispatch(slot, uc)) {
        block_all();
        struct leave leave = deliver(sig, info, uc);
        return (struct leave){leave.at, leave.mask ? leave.mask : NOT_A_CALL};
    }
    if (uc->rax == __NR_rt_sigreturn) {
        prepare_sigreturn(slot, uc);
        return (struct leave){uc->rsp, 0};
    }
    if (HEADER->measure && uc->rax < NR_MAX)
        count_site(slot, uc->rip - ENTRY_SIZE, uc->rax);
    consider_patching(slot, 0);
    carry_out(slot, uc, WAY_TRAPPED);
    return (struct leave){(u64)uc, 0};
}
