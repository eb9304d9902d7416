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

static long do_exit_group(volatile struct slot *slot, struct context *uc)
{
    return HEADER->measure ? ask_lwk(slot, uc) : here(uc); /* the LWK takes the process's last figures */
}

enum { SIGACTION = CLASS_OWN, SIGPROCMASK, SIGALTSTACK, MASKED, CLONE, EXECVE, PTRACE, EXIT, EXIT_GROUP, PRCTL, ARCH_PRCTL, LIMITS,
       AFFINITY, MEMORY, LOCK, CLASSES };

#define IS(class, name) [__NR_##name] = class
#define FRAME(name) IS(CLASS_FRAME, name),

/* Calls that the runtime virtualises, whoever serves them. */
const u8 rt_class[NR_MAX] = {
    FRAME_CALLS(FRAME) IS(SIGACTION, rt_sigaction), IS(SIGPROCMASK, rt_sigprocmask), IS(SIGALTSTACK, sigaltstack),
    IS(MASKED, rt_sigsuspend), IS(MASKED, rt_sigtimedwait), IS(MASKED, ppoll), IS(MASKED, pselect6), IS(MASKED, epoll_pwait),
    IS(MASKED, epoll_pwait2), IS(MASKED, signalfd), IS(MASKED, signalfd4), IS(MASKED, io_pgetevents),
    IS(CLONE, clone), IS(CLONE, clone3), IS(CLONE, fork), IS(CLONE, vfork), IS(EXECVE, execve), IS(EXECVE, execveat),
    IS(PTRACE, ptrace), IS(EXIT, exit), IS(EXIT_GROUP, exit_group), IS(PRCTL, prctl), IS(ARCH_PRCTL, arch_prctl),
    IS(LIMITS, setrlimit), IS(LIMITS, prlimit64), IS(AFFINITY, sched_getaffinity), IS(AFFINITY, sched_setaffinity),
    IS(MEMORY, mremap), IS(MEMORY, mprotect), IS(MEMORY, pkey_mprotect), IS(MEMORY, madvise), IS(MEMORY, mlock), IS(MEMORY, mlock2),
    IS(MEMORY, munlock), IS(MEMORY, mbind), IS(MEMORY, mincore), IS(MEMORY, msync), IS(LOCK, mlockall), IS(LOCK, munlockall),
    IS(CLASS_MMAP, mmap), IS(CLASS_MUNMAP, munmap), IS(CLASS_BRK, brk), IS(CLASS_ASK, getpid), IS(CLASS_ASK, gettid),
    IS(CLASS_ASK, sched_yield), IS(LOCK, set_mempolicy),
};

/* A cold LWK is not asked what Linux answers as well. */
static long do_ask(volatile struct slot *slot, struct context *uc)
{
    return HEADER->disposition[uc->rax] == DISP_LWK && !(HEADER->cold && rt_class[uc->rax] == CLASS_ASK) ? ask_lwk(slot, uc) : here(uc);
}

static handler *const handlers[CLASSES] = {
    [CLASS_ASK] = do_ask, [CLASS_MMAP] = do_memory, [CLASS_MUNMAP] = do_memory, [CLASS_BRK] = do_memory, [SIGACTION] = do_sigaction,
    [SIGPROCMASK] = do_sigprocmask, [SIGALTSTACK] = do_sigaltstack, [MASKED] = do_masked, [CLONE] = do_clone, [EXECVE] = do_execve,
    [PTRACE] = do_ptrace, [EXIT] = do_exit, [EXIT_GROUP] = do_exit_group, [PRCTL] = do_prctl, [ARCH_PRCTL] = do_arch_prctl,
    [LIMITS] = do_limits, [AFFINITY] = do_affinity, [MEMORY] = do_memory, [LOCK] = do_ask,
};

static long dispatch(volatile struct slot *slot, struct context *uc)
{
    u64 nr = uc->rax;
    if (nr >= NR_MAX)
        return here(uc);
    if (HEADER->disposition[nr] == DISP_REFUSE)
        return -(long)HEADER->refusal[nr];
    if (!handlers[rt_class[nr]])
        return here(uc);
    attached(slot); /* from here on operands may be written */
    return handlers[rt_class[nr]](slot, uc);
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
    /* The application's own dispatch decides, or a register held the number: let the syscall instruction trap. */
    if (slot->sud_on || (uc->rax < NR_MAX && rt_class[uc->rax] == CLASS_FRAME))
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
