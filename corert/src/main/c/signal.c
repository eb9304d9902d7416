/*
 * Signals. The kernel runs `deliver` for every signal that the application handles; the application must never observe itself
 * inside the runtime. Where the signal lands decides:
 *   in the application               its handler runs on the frame that Linux made;
 *   at the call made by rt_here      the frame is rewritten to the application's call site, restarted or completed;
 *   anywhere else in the runtime     the signal is kept, all others stay blocked, and the runtime sends it to itself again on
 *                                    its way out, so that Linux makes the frame at the application's call site.
 */
#include "rt.h"


u64 block_all(void)
{
    u64 all = ~0ull, old = 0;
    sys4(__NR_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
    return old;
}

/*
 * Blocks every signal; 0 where one waits to be delivered first. A call through a patched site has no frame whose mask would lift that:
 * its mask stands in its context until lift(). What is let through then is kept, and sent again on the way out.
 */
int hold(const volatile struct slot *slot, struct context *uc)
{
    u64 mask = block_all();
    if (!uc->fpstate)
        uc->mask = mask;
    return !slot->deferred;
}

void lift(const struct context *uc)
{
    if (!uc->fpstate)
        sys4(__NR_rt_sigprocmask, SIG_SETMASK, &uc->mask, 0, 8);
}

/* Eight bytes at `address` can be read: Linux copies the set in before it looks at `how`. */
int readable(u64 address)
{
    return sys4(__NR_rt_sigprocmask, 99, address, 0, 8) == -EINVAL;
}

extern char rt_sigsys[];

void arm_sigsys(void)
{
    struct action action = {(u64)rt_sigsys, SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTORER, (u64)rt_restorer, 0};
    sys4(__NR_rt_sigaction, SIGSYS, &action, 0, 8);
}

static void set_plain(int sig, u64 handler)
{
    struct action action = {handler, SA_RESTORER, (u64)rt_restorer, 0};
    sys4(__NR_rt_sigaction, sig, &action, 0, 8);
}

static void to_default(int sig)
{
    set_plain(sig, SIG_DFL);
}

void die_of_sigsys(void)
{
    to_default(SIGSYS);
    sys3(__NR_tgkill, sys2(__NR_getpid, 0, 0), sys2(__NR_gettid, 0, 0), SIGSYS);
}

void ignore_sigsys(void)
{
    set_plain(SIGSYS, SIG_IGN);
}

static int within(u64 rip, const char *from, const char *to)
{
    return rip >= (u64)from && rip < (u64)to;
}

static void copy_fpstate(const struct context *from, struct context *to)
{
    if (!from->fpstate || !to->fpstate)
        return;
    const u32 *from_words = (const u32 *)(from->fpstate + FP_SW_BYTES), *to_words = (const u32 *)(to->fpstate + FP_SW_BYTES);
    u64 size = from_words[0] == FP_MAGIC1 ? from_words[4] : 512;
    u64 room = to_words[0] == FP_MAGIC1 ? to_words[4] : 512;
    copy((void *)to->fpstate, (const void *)from->fpstate, size < room ? size : room);
}

/*
 * The application's registers at its call site replace the runtime's in the frame: rip and rax tell where the call stands. What
 * came through a patched site has no signal frame: alternate stack and vector registers are still the application's own.
 */
static void rewrite(volatile struct slot *slot, struct siginfo *info, struct context *uc, u64 rip, u64 rax)
{
    const struct context *site = (const struct context *)slot->context;
    copy((char *)uc + GREGS, (const char *)site + GREGS, GREGS_SIZE);
    uc->rip = rip;
    uc->rax = rax;
    if (site->fpstate) {
        uc->stack_sp = site->stack_sp; /* an SS_AUTODISARM stack was taken away when the call was trapped */
        uc->stack_flags = site->stack_flags;
        uc->stack_size = site->stack_size;
        copy_fpstate(site, uc);
    }
    if (info->si_signo == SIGSYS && info->si_code == SYS_SECCOMP)
        info->si_addr = site->rip;
}

/*
 * The frame of a signal that landed in the runtime lies below the runtime's own, and on the alternate stack if there is one. The
 * handler wants it where Linux would have put it at the application's call site. What is there now is the runtime's dead frame.
 */
static void move_frame(volatile struct slot *slot, struct context *uc, u64 flags)
{
    u64 top = uc->rsp - RED_ZONE, from = (u64)uc - sizeof(u64), end = frame_end(uc); /* the return address comes first */
    if ((flags & SA_ONSTACK) && uc->stack_size && !on_stack(uc))
        top = uc->stack_sp + uc->stack_size;
    u64 by = (top - end) & ~63ull;
    if (from + by < end && end + by > from)
        return;
    uc->fpstate += by;
    copy((void *)(from + by), (void *)from, end - from);
    slot->moved = by;
}

/* In rt_here: not made yet, to be restarted by Linux's will, or made. */
static void rewrite_here(volatile struct slot *slot, struct siginfo *info, struct context *uc)
{
    const struct context *site = (const struct context *)slot->context;
    if (uc->rip == (u64)rt_here_after)
        rewrite(slot, info, uc, site->rip, uc->rax);
    else
        rewrite(slot, info, uc, site->rip - 2, uc->rip == (u64)rt_here_insn ? uc->rax : site->rax);
}

/*
 * In a trampoline, or on the jump in the padding that leads there (Trampolines.java has the layout): back to where the site was, if
 * its displaced instruction has not been executed, else to the syscall instruction, which will trap. An island begins with what is
 * no trampoline, and ends with zeros; those that a hole leads to come first. Returns 1 for a program that steps itself through its
 * instructions (the trap flag) where it has not done one yet: it would never get on.
 */
static int leave_trampoline(struct context *uc, int stepping)
{
    for (int i = 0; i < ISLANDS && PROC->islands[i][0]; i++) {
        int inside = uc->rip >= PROC->islands[i][0] && uc->rip < PROC->islands[i][1];
        u64 at = inside ? uc->rip & -(u64)TRAMPOLINE_SIZE : PROC->islands[i][0] + TRAMPOLINE_SIZE;
        for (const u8 *t = (const u8 *)at; inside || t[30]; t += TRAMPOLINE_SIZE) {
            u64 call = (u64)t + 23 + (u64)(i64) * (const int *)(t + 19) - 2, site = call - t[31];
            if (inside || uc->rip == site + 2 + (u64)(i64) * (const signed char *)(t + 30)) {
                int done = inside && uc->rip > (u64)t + 16 - t[31];
                if (!done && stepping)
                    return 1;
                uc->rip = done ? call : site;
                return 0;
            }
        }
    }
    return 0;
}

/* On the short way of a patched site, see patched.S. Returns 1 if it was there, and is not any more. */
static int leave_short_way(struct siginfo *info, struct context *uc)
{
    if (uc->rip == (u64)rt_short_jump || uc->rip == (u64)rt_ask_jump || uc->rip == (u64)rt_patched_jump) {
        uc->rip = uc->rcx;
        return 1;
    }
    int made = within(uc->rip, rt_short_after, rt_short_jump) || within(uc->rip, rt_ask_leave, rt_ask_jump);
    if (!made && (uc->rip < (u64)rt_patched || uc->rip > (u64)rt_short_insn))
        return 0;
    u64 back = within(uc->rip, rt_patched, rt_short_stored) ? uc->rcx : *(const u64 *)uc->rsp;
    if (uc->rip != (u64)rt_patched)
        uc->rsp += SHORT_FRAME;
    uc->rip = made ? back : back - 2;
    if (info->si_signo == SIGSYS && info->si_code == SYS_SECCOMP)
        info->si_addr = back;
    return 1;
}

static void keep(volatile struct slot *slot, struct siginfo *info, struct context *uc)
{
    copy(slot->siginfo, info, sizeof slot->siginfo);
    slot->kept_mask = uc->mask;
    slot->deferred = 1;
    uc->mask = ~0ull;
    if (within(uc->rip, rt_exit, rt_exit_end))
        uc->rip = (u64)rt_exit_slow;
}

void rt_requeue(void)
{
    volatile struct slot *slot = self();
    struct siginfo info;
    copy(&info, slot->siginfo, sizeof info);
    slot->deferred = 0;
    u64 pid = (u64)sys2(__NR_getpid, 0, 0), tid = (u64)sys2(__NR_gettid, 0, 0);
    if (sys4(__NR_rt_tgsigqueueinfo, pid, tid, info.si_signo, &info) < 0)
        sys3(__NR_tgkill, pid, tid, info.si_signo); /* the queue is full: its number is better than nothing */
}

static int synchronous(const struct siginfo *info)
{
    int sig = info->si_signo;
    return info->si_code > 0 && (sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP);
}

struct leave deliver(int sig, struct siginfo *info, struct context *uc)
{
    volatile struct slot *slot = self();
    u64 base = uc->mask;
    int rewritten = 0;
    /* The restorer only returns from a handler: one more handler may run first. */
    if (within(uc->rip, (char *)RT_TEXT, rt_image_end) && !within(uc->rip, rt_restorer, rt_restorer_end)) {
        if (within(uc->rip, rt_jump_begin, rt_jump_end)) {
            uc->rdi = uc->r12;
            uc->rsi = uc->r13;
            uc->rdx = uc->r14;
            uc->rip = uc->rbx;
        } else if (uc->rip >= (u64)rt_here_begin && uc->rip <= (u64)rt_here_after) {
            if (slot->temporary)
                copy(&base, slot->mask, sizeof base);
            slot->temporary = 0;
            rewrite_here(slot, info, uc);
            rewritten = 1;
        } else if (leave_short_way(info, uc)) {
            /* the application's registers are all in place */
        } else if (within(uc->rip, rt_patched_exit, rt_patched_jump) || uc->rip == (u64)rt_release_after) {
            const struct context *site = (const struct context *)slot->context;
            rewrite(slot, info, uc, site->rip, site->rax);
            rewritten = 1;
        } else if (synchronous(info)) {
            to_default(sig); /* a fault of the runtime itself: let it show */
            uc->mask &= ~BIT(sig);
            return (struct leave){(u64)uc, 0};
        } else {
            keep(slot, info, uc);
            return (struct leave){(u64)uc, 0};
        }
    }
    if (leave_trampoline(uc, sig == SIGTRAP && info->si_code == TRAP_TRACE))
        return (struct leave){(u64)uc, 0};
    struct action action = PROC->action[sig];
    if (action.handler == SIG_DFL && sig == SIGSYS) {
        to_default(sig);
        copy(slot->siginfo, info, sizeof slot->siginfo);
        uc->mask &= ~SIGSYS_BIT;
        rt_requeue();
        return (struct leave){(u64)uc, 0};
    }
    if (action.handler == SIG_DFL || action.handler == SIG_IGN)
        return (struct leave){(u64)uc, 0};
    if (action.flags & SA_RESETHAND) {
        PROC->action[sig].handler = SIG_DFL;
        if (sig != SIGSYS)
            to_default(sig);
    }
    slot->moved = 0;
    u64 blocked = slot->sigsys_blocked ? SIGSYS_BIT : 0;
    u64 mask = base | blocked | action.mask | (action.flags & SA_NODEFER ? 0 : BIT(sig));
    slot->handler_mask = mask & ~SIGSYS_BIT;
    slot->sigsys_blocked = (mask & SIGSYS_BIT) != 0;
    if (sig != SIGSYS) /* whose frame Linux reads by itself */
        uc->mask |= blocked;
    if (rewritten) /* at last: what is written to the old frame later is lost */
        move_frame(slot, uc, action.flags);
    return (struct leave){action.handler, (u64)&slot->handler_mask};
}

/* rt_sigaction(sig, new, old, size): the kernel gets `rt_signal` with the application's flags; the table keeps the original. */
long do_sigaction(volatile struct slot *slot, struct context *uc)
{
    (void)slot;
    u64 sig = uc->rdi, old = uc->rdx;
    struct action *mine = &PROC->action[sig <= NSIG ? sig : 0];
    struct action new = {0, 0, 0, 0}, installed = {0, 0, 0, 0};
    if (uc->r10 != 8)
        return -EINVAL;
    if (uc->rsi) {
        if (!readable(uc->rsi) || !readable(uc->rsi + 24))
            return -EFAULT;
        copy(&new, (void *)uc->rsi, sizeof new);
    }
    new.flags &= KNOWN_SA_FLAGS; /* as Linux forgets those that it does not know */
    if (sig < 1 || sig > NSIG || (uc->rsi && (sig == SIGKILL || sig == SIGSTOP)))
        return -EINVAL;
    struct action before = *mine;
    if (sig == SIGSYS) {
        if (uc->rsi)
            *mine = new;
        installed = before;
    } else {
        struct action kernels = new;
        if (new.handler != SIG_DFL && new.handler != SIG_IGN) {
            kernels.handler = (u64)rt_signal;
            kernels.flags = (new.flags | SA_SIGINFO) & ~SA_RESETHAND;
            kernels.mask = ~0ull;
        }
        if (uc->rsi && kernels.handler == (u64)rt_signal)
            *mine = new;
        long result = sys4(__NR_rt_sigaction, sig, uc->rsi ? &kernels : 0, &installed, 8);
        if (result < 0) {
            *mine = before;
            return result;
        }
        if (installed.handler == (u64)rt_signal)
            installed = before;
    }
    if (!uc->rdx)
        return 0;
    installed.mask &= ~UNMASKABLE;
    long result = sys4(__NR_rt_sigaction, SIGSYS, 0, old, 8); /* lets Linux judge the address */
    if (result < 0)
        return result;
    copy((void *)old, &installed, sizeof installed);
    return 0;
}

/* The frame that the application's handler returns through must not block SIGSYS, whatever the handler wrote into it. */
void prepare_sigreturn(volatile struct slot *slot, struct context *uc)
{
    struct context *frame = (struct context *)uc->rsp;
    slot->sigsys_blocked = (frame->mask & SIGSYS_BIT) != 0;
    frame->mask &= ~SIGSYS_BIT;
}
