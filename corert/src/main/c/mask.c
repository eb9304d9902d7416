/*
 * Signal masks, the alternate stack, and the calls that wait under a mask of their own. SIGSYS is never blocked in truth: the slot knows
 * whether the application believes so.
 */
#include "rt.h"

/* rt_sigprocmask(how, set, old, size): the frame's mask is what the application will run under. */
static long change_mask(volatile struct slot *slot, struct context *uc)
{
    u64 how = uc->rdi, set = 0;
    if (uc->r10 != 8)
        return -EINVAL;
    if (uc->rsi) {
        if (!readable(uc->rsi))
            return -EFAULT;
        copy(&set, (void *)uc->rsi, sizeof set);
        if (how > SIG_SETMASK)
            return -EINVAL;
    }
    u64 old = uc->mask | (slot->sigsys_blocked ? SIGSYS_BIT : 0), new = old;
    if (uc->rsi) {
        set &= ~UNMASKABLE;
        new = how == SIG_BLOCK ? old | set : how == SIG_UNBLOCK ? old & ~set : set;
        uc->mask = new & ~SIGSYS_BIT;
        slot->sigsys_blocked = (new & SIGSYS_BIT) != 0;
    }
    if (uc->rdx) {
        long result = sys4(__NR_rt_sigprocmask, SIG_BLOCK, 0, uc->rdx, 8);
        if (result < 0)
            return result;
        copy((void *)uc->rdx, &old, sizeof old);
    }
    return 0;
}

long do_sigprocmask(volatile struct slot *slot, struct context *uc)
{
    if (uc->fpstate)
        return change_mask(slot, uc);
    if (!hold(slot, uc))
        return RESTART;
    long result = change_mask(slot, uc);
    lift(uc);
    return result;
}

struct stack { u64 sp; u32 flags, pad; u64 size; };

/* sigaltstack(new, old): what the frame says must agree, for rt_sigreturn installs that. Without a frame Linux knows best. */
long do_sigaltstack(volatile struct slot *slot, struct context *uc)
{
    (void)slot;
    if (!uc->fpstate)
        return here(uc);
    struct stack old = {uc->stack_sp, 0, 0, uc->stack_size};
    old.flags = (uc->stack_flags & SS_AUTODISARM) | (!uc->stack_size ? SS_DISABLE : on_stack(uc) ? SS_ONSTACK : 0);
    if (uc->rdi) {
        struct stack new;
        if (!readable(uc->rdi) || !readable(uc->rdi + 16))
            return -EFAULT;
        copy(&new, (void *)uc->rdi, sizeof new);
        if (uc->stack_size && on_stack(uc))
            return -EPERM;
        /*
         * Linux would refuse while the runtime stands on the old one: the call is made from the application's own stack. A signal
         * frame there, or at the top of the old one, would lie on the runtime's: none may come.
         */
        u64 mask = block_all();
        long result = rt_elsewhere(uc->rsp - RED_ZONE, __NR_sigaltstack, &new, 0);
        sys4(__NR_rt_sigprocmask, SIG_SETMASK, &mask, 0, 8);
        if (result < 0)
            return result;
        if ((new.flags & ~SS_AUTODISARM) == SS_DISABLE)
            new.sp = new.size = 0;
        uc->stack_sp = new.sp;
        uc->stack_flags = new.flags;
        uc->stack_size = new.size;
    }
    if (uc->rsi) {
        long result = sys2(__NR_sigaltstack, 0, uc->rsi);
        if (result < 0)
            return result;
        copy((void *)uc->rsi, &old, sizeof old);
    }
    return 0;
}

/* Calls that wait under a signal mask of their own: SIGSYS is taken out of a copy of it. */
long do_masked(volatile struct slot *slot, struct context *uc)
{
    u64 call[6] = {uc->rdi, uc->rsi, uc->rdx, uc->r10, uc->r8, uc->r9};
    volatile u64 *set = (volatile u64 *)slot->mask, *pair = set + 1;
    int which = 0, packed = 0;
    switch (uc->rax) {
    case __NR_rt_sigsuspend:
    case __NR_rt_sigtimedwait:
        which = 0;
        break;
    case __NR_signalfd:
    case __NR_signalfd4:
        which = 1;
        break;
    case __NR_ppoll:
        which = 3;
        break;
    case __NR_epoll_pwait:
    case __NR_epoll_pwait2:
        which = 4;
        break;
    default:
        which = 5;
        packed = 1;
        break;
    }
    u64 given = call[which];
    if (packed && given) {
        if (!readable(given) || !readable(given + 8))
            return here(uc);
        copy(pair, (void *)given, 16);
        given = pair[0];
    }
    if (!given || !readable(given))
        return here(uc);
    u64 mask;
    copy(&mask, (void *)given, sizeof mask);
    *set = mask & ~SIGSYS_BIT;
    pair[0] = (u64)set;
    call[which] = packed ? (u64)pair : (u64)set;
    slot->temporary = uc->rax != __NR_rt_sigtimedwait && uc->rax != __NR_signalfd && uc->rax != __NR_signalfd4;
    long result = rt_here(uc->rax, call[0], call[1], call[2], call[3], call[4], call[5]);
    slot->temporary = 0;
    return result;
}
