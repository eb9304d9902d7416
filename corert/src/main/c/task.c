/*
 * Threads and processes: every child gets a slot and arms itself before any application code runs; exec is announced, so that
 * the LWK can inject the runtime into the new image.
 */
#include "rt.h"

#define CLONE_ARGS_MAX 256 /* bytes of struct clone_args that are copied; today's is 88 */
#define FRAME_SIZE 1024    /* room for the context and what Linux may put behind it */

static void free_slot(volatile struct slot *slot)
{
    u32 index = slot->index;
    slot->tid = 0;
    __atomic_fetch_and(&SHM->taken[index / 64], ~(1ull << index % 64), __ATOMIC_SEQ_CST);
    if (index / 64 < SHM->free_from)
        SHM->free_from = index / 64;
}

/* Gives back the slots of threads that were killed: with no LWK left, nobody else does. Returns how many. */
static u32 reclaim(void)
{
    u32 count = 0;
    if (lwk_lives())
        return 0;
    for (u32 index = 0; index < SLOTS; index++) {
        volatile struct slot *slot = &SHM->slots[index];
        u32 tid = slot->tid;
        if (tid && (SHM->taken[index / 64] >> index % 64 & 1) && sys3(__NR_tgkill, slot->pid, tid, 0) == -ESRCH
            && __atomic_compare_exchange_n(&slot->tid, &tid, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            free_slot(slot);
            count++;
        }
    }
    return count;
}

static volatile struct slot *find_slot(void)
{
    u32 from = SHM->free_from;
    for (u32 turn = 0; turn < SLOT_WORDS; turn++) {
        u32 word = (from + turn) % SLOT_WORDS;
        u64 taken = SHM->taken[word];
        while (~taken) {
            u32 bit = (u32)__builtin_ctzll(~taken);
            if (__atomic_compare_exchange_n(&SHM->taken[word], &taken, taken | 1ull << bit, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
                volatile struct slot *slot = &SHM->slots[word * 64 + bit];
                open_slot(slot, word * 64 + bit);
                SHM->free_from = word;
                return slot;
            }
        }
    }
    return 0;
}

static volatile struct slot *take_slot(void)
{
    volatile struct slot *slot = find_slot();
    return slot || !reclaim() ? slot : find_slot();
}

/* Sequence numbers live on: an answer that comes late for the slot's last owner must not fit a new request. */
void open_slot(volatile struct slot *slot, u32 index)
{
    slot->rep_seq = slot->req_seq;
    slot->waiting = 0;
    slot->index = index;
    slot->pid = slot->tid = slot->cpu = 0;
    slot->detached = 0;
    slot->sigsys_blocked = 0;
    slot->context = 0;
    slot->gs_base = 0;
    slot->self = (u64)slot;
    slot->deferred = slot->temporary = slot->defaults = 0;
    slot->sud_on = 0;
    slot->shares = 0;
    slot->unmapped = 0;
}

/* Makes `slot` the calling thread's: GS and dispatch. 0 or negative errno. */
int arm(volatile struct slot *slot)
{
    slot->tid = (u32)sys2(__NR_gettid, 0, 0);
    slot->pid = slot->pid ? slot->pid : slot->tid; /* a thread has it from its parent */
    int result = (int)sys2(__NR_arch_prctl, ARCH_SET_GS, slot);
    if (result < 0)
        return result;
    return (int)sys6(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, 1, RT_TEXT, (u64)rt_image_end - RT_TEXT, 0, 0);
}

/* The child's first steps. All signals are blocked; its frame's mask will lift that, where there is a frame. */
static void start(volatile struct slot *slot, const struct context *uc)
{
    if (slot->defaults) /* the parent asked for default actions in the child */
        arm_sigsys();
    arm(slot);
    slot->context = (u64)uc;
    if (HEADER->yama && slot->pid == slot->tid)
        sys6(__NR_prctl, PR_SET_PTRACER, HEADER->lwk_pid, 0, 0, 0, 0); /* Yama: the LWK will trace it over its exec */
    if (slot->cpu) {
        u64 cores[16];
        zero(cores, sizeof cores);
        u32 cpu = slot->cpu - 1;
        cores[cpu / 64 % 16] = 1ull << cpu % 64;
        sys3(__NR_sched_setaffinity, 0, sizeof cores, cores);
    }
    slot->arg[0] = slot->pid;
    slot->arg[1] = slot->tid;
    post(slot, OP_STARTED);
    lift(uc);
}

/* From entry.S: a child with a stack of its own. Returns whether it leaves through a signal frame. */
u64 rt_child(const struct context *uc, volatile struct slot *slot)
{
    start(slot, uc);
    return uc->fpstate;
}

/* Copies the register frame below `sp`, with the child's view: result 0, its own stack pointer. Returns its address. */
static struct context *place_frame(const struct context *uc, u64 sp, u64 flags)
{
    u64 state = uc->fpstate ? frame_end(uc) - uc->fpstate : 0; /* without a frame it is inherited */
    u64 fpstate = (sp - RED_ZONE - state) & ~63ull;
    struct context *frame = (struct context *)((fpstate - FRAME_SIZE) & ~15ull);
    if (!state)
        frame = (struct context *)(sp - RED_ZONE - sizeof *frame); /* where rt_patched_exit expects it */
    copy((void *)fpstate, (const void *)uc->fpstate, state);
    copy(frame, uc, sizeof *frame);
    frame->fpstate = state ? fpstate : 0;
    frame->rax = 0;
    frame->rsp = sp;
    if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM) {
        frame->stack_sp = frame->stack_size = 0;
        frame->stack_flags = SS_DISABLE;
    }
    return frame;
}

static int take_save(u64 size)
{
    if (size > SAVE_SIZE)
        return -1;
    u32 taken = PROC->saves_taken;
    while (taken != (1u << SAVES) - 1) {
        int area = __builtin_ctz(~taken);
        if (__atomic_compare_exchange_n(&PROC->saves_taken, &taken, taken | 1u << area, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return area;
    }
    return -1;
}

struct request {
    u64 call[5];
    u64 args[CLONE_ARGS_MAX / 8]; /* struct clone_args of clone3 */
    u64 *flags, *stack;           /* within call or args */
    u64 top;                      /* the child's stack pointer, 0 for the parent's */
};

static long read_request(const struct context *uc, struct request *r)
{
    r->call[0] = uc->rdi;
    r->call[1] = uc->rsi;
    r->call[2] = uc->rdx;
    r->call[3] = uc->r10;
    r->call[4] = uc->r8;
    r->flags = &r->call[0];
    r->stack = &r->call[1];
    if (uc->rax == __NR_fork || uc->rax == __NR_vfork) {
        r->call[0] = 17 | (uc->rax == __NR_vfork ? CLONE_VM | CLONE_VFORK : 0); /* SIGCHLD */
        r->call[1] = r->call[2] = r->call[3] = r->call[4] = 0;
    } else if (uc->rax == __NR_clone3) {
        u64 size = uc->rsi;
        if (size > CLONE_ARGS_MAX && size <= 4096)
            return -E2BIG; /* longer than any that Linux knows today */
        if (size < 64 || size > CLONE_ARGS_MAX || !readable(uc->rdi) || !readable(uc->rdi + size - 8))
            return -1; /* Linux finds the right errno */
        copy(r->args, (void *)uc->rdi, size);
        r->call[0] = (u64)r->args;
        r->flags = &r->args[0];
        r->stack = &r->args[5];
        if (r->args[5])
            r->top = r->args[5] + r->args[6];
        return 0;
    }
    r->top = *r->stack;
    return 0;
}

long do_clone(volatile struct slot *slot, struct context *uc)
{
    struct request r;
    zero(&r, sizeof r);
    long known_form = read_request(uc, &r);
    if (known_form)
        return known_form == -1 ? here(uc) : known_form;
    if (*r.flags & CLONE_THREAD)
        consider_patching(slot, 1);
    volatile struct slot *child = take_slot();
    if (!child)
        return -EAGAIN;
    if (!hold(slot, uc)) { /* deliver what waits first; Linux would restart the call just so */
        free_slot(child);
        return RESTART;
    }
    u64 flags = *r.flags;
    child->pid = flags & CLONE_THREAD ? slot->pid : 0;
    child->sigsys_blocked = slot->sigsys_blocked;
    child->gs_base = slot->gs_base;
    child->shares = (flags & (CLONE_VM | CLONE_THREAD)) == CLONE_VM || ((flags & CLONE_THREAD) && slot->shares);
    child->defaults = (flags & CLONE_CLEAR_SIGHAND) != 0;
    slot->nr = __NR_clone;
    slot->arg[0] = flags;
    slot->arg[1] = child->index;
    slot->arg[2] = r.top;
    int known = ask(slot, OP_SYSCALL);
    long result = known ? answer(slot, 0) : 0; /* ENOMEM where there is no room for a copy */
    child->detached = !known || slot->kind == RE_PLAIN;
    long nr = uc->rax == __NR_clone3 ? __NR_clone3 : __NR_clone;
    int area = -1;
    u64 end = 0;
    if ((flags & (CLONE_VM | CLONE_VFORK)) == (CLONE_VM | CLONE_VFORK) && (uc->fpstate || !r.top)) {
        end = uc->fpstate ? frame_end(uc) : uc->rsp;
        area = take_save(end - (u64)&r + 1024);
        if (area < 0 && !r.top)
            *r.flags = flags &= ~(CLONE_VM | CLONE_VFORK); /* vfork may be fork: POSIX */
    }
    if (r.top) {
        /* Without a saved stack, the alternate stack stays the parent's alone. */
        u64 sp = (u64)place_frame(uc, r.top, area < 0 ? flags & ~CLONE_VFORK : flags);
        if (nr == __NR_clone3)
            r.args[6] = sp - r.args[5];
        else
            r.call[1] = sp;
    }
    if (!result)
        result = rt_clone((u64)nr, r.call[0], nr == __NR_clone3 ? uc->rsi : r.call[1], r.call[2], r.call[3], r.call[4], child,
                          area < 0 ? 0 : PROC->save[area], end);
    if (!result) {
        if (!(flags & CLONE_VM))
            PROC->saves_taken = 0; /* a copy: the threads that held the others are not in it */
        start(child, uc);
        return 0;
    }
    if (area >= 0)
        __atomic_fetch_and(&PROC->saves_taken, ~(1u << area), __ATOMIC_SEQ_CST);
    slot = self();
    if (result < 0 || !(flags & CLONE_THREAD)) {
        slot->arg[0] = child->index;
        slot->arg[1] = (u64)result;
        if (known && (result < 0 ? !ask(slot, OP_CLONED) : !post(slot, OP_CLONED)))
            known = 0;
    }
    if (result < 0)
        free_slot(child);
    else if (!known && !(flags & (CLONE_THREAD | CLONE_VFORK)) && !child->tid)
        child->pid = child->tid = (u32)result; /* reclaim must find it even if it is killed before it is armed */
    lift(uc);
    return result;
}

/*
 * The LWK seizes this thread before it answers. On success nothing comes back: the new image is injected. A signal that must be
 * delivered first abandons the attempt, and the LWK hears of it as of any failure.
 */
long do_execve(volatile struct slot *slot, struct context *uc)
{
    slot->nr = uc->rax;
    slot->arg[0] = uc->rdi;
    slot->arg[1] = uc->rsi;
    slot->arg[2] = uc->rdx;
    slot->arg[3] = uc->r10;
    slot->arg[4] = uc->r8;
    if (!ask(slot, OP_SYSCALL))
        return here(uc);
    if (slot->kind == RE_DONE)
        return (long)slot->value;
    /* What the application believes to block or ignore is inherited by the new image. */
    u64 sigsys = BIT(SIGSYS);
    int ignored = PROC->action[SIGSYS].handler == SIG_IGN;
    if (slot->sigsys_blocked)
        sys4(__NR_rt_sigprocmask, SIG_BLOCK, &sigsys, 0, 8);
    if (ignored)
        ignore_sigsys();
    long result = here(uc);
    if (ignored)
        arm_sigsys();
    if (slot->sigsys_blocked)
        sys4(__NR_rt_sigprocmask, SIG_UNBLOCK, &sigsys, 0, 8);
    slot->arg[0] = (u64)result;
    ask(slot, OP_RESULT);
    return result;
}

/*
 * A thread that asks to be traced is its tracer's from now on, who must see the thread's own signals and calls, not SIGSYS: it
 * goes on under plain Linux.
 */
long do_ptrace(volatile struct slot *slot, struct context *uc)
{
    if (uc->rdi != PTRACE_TRACEME)
        return here(uc);
    slot->nr = uc->rax;
    ask(slot, OP_SYSCALL);
    slot->detached = 1;
    if (!slot->shares)
        settle();
    sys6(__NR_prctl, PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0, 0);
    return here(uc);
}

long do_exit(volatile struct slot *slot, struct context *uc)
{
    block_all();
    u64 stack = slot->unmapped >> 28 << 12, length = (slot->unmapped & 0xfffffff) << 12;
    slot->arg[0] = stack;
    slot->arg[1] = length;
    if (!post(slot, OP_EXIT))
        free_slot(slot);
    if (length)
        rt_exit_without_stack(stack, length, uc->rdi);
    return sys2(__NR_exit, uc->rdi, 0);
}

long do_prctl(volatile struct slot *slot, struct context *uc)
{
    if (uc->rdi != PR_SET_SYSCALL_USER_DISPATCH)
        return here(uc);
    u64 mode = uc->rsi, offset = uc->rdx, length = uc->r10, selector = uc->r8;
    if (mode == 0) {
        if (offset || length || selector)
            return -EINVAL;
        slot->sud_on = 0;
        return 0;
    }
    if (mode != 1 || (offset && offset + length <= offset))
        return -EINVAL;
    if (selector && !readable(selector & ~7ull))
        return -EFAULT;
    slot->sud_offset = offset;
    slot->sud_length = length;
    slot->sud_selector = selector;
    slot->sud_on = 1;
    return 0;
}

long do_arch_prctl(volatile struct slot *slot, struct context *uc)
{
    if (uc->rdi == ARCH_SET_GS) {
        if (uc->rsi >= 0x7ffffffff000ull)
            return -EPERM;
        slot->gs_base = uc->rsi;
        return 0;
    }
    if (uc->rdi == ARCH_GET_GS) {
        long result = sys2(__NR_arch_prctl, ARCH_GET_GS, uc->rsi); /* Linux judges the address */
        if (!result)
            *(volatile u64 *)uc->rsi = slot->gs_base;
        return result;
    }
    return here(uc);
}

/* sched_getaffinity and sched_setaffinity(pid, size, mask): seen and confined to the LWK cores. */
long do_affinity(volatile struct slot *slot, struct context *uc)
{
    if (HEADER->disposition[uc->rax] != DISP_LWK)
        return here(uc);
    u64 size = uc->rsi < sizeof slot->mask ? uc->rsi : sizeof slot->mask;
    if (uc->rax == __NR_sched_getaffinity) {
        long written = here(uc); /* Linux judges pid, size and address */
        if (written <= 0)
            return written;
        u64 room = (u64)written < sizeof slot->mask ? (u64)written : sizeof slot->mask;
        slot->nr = uc->rax;
        slot->arg[0] = uc->rdi;
        if (ask(slot, OP_SYSCALL) && slot->kind == RE_DONE)
            copy((void *)uc->rdx, slot->mask, room);
        return written;
    }
    u64 words = size & ~7ull;
    if (!words || !readable(uc->rdx) || !readable(uc->rdx + words - 8))
        return here(uc);
    zero(slot->mask, sizeof slot->mask);
    copy(slot->mask, (void *)uc->rdx, words);
    return ask_lwk(slot, uc);
}
