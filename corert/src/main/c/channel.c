/*
 * The thread's end of its channel: insert a request, ring only if the receiver neither polls nor is awake, wait for the reply.
 * Every wait is bounded by the life of the LWK: when the kernel loop's thread is gone, Linux marks lwk_word (a robust futex).
 */
#include "rt.h"

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define NAP_NS 20000000 /* a sleeping thread looks this often whether the LWK still lives */

int lwk_lives(void)
{
    return !HEADER->gone && !(HEADER->lwk_word & FUTEX_OWNER_DIED);
}

static void ring(volatile struct slot *slot)
{
    u32 index = slot->index;
    volatile struct bells *bells = &SHM->bells[slot->loop % LOOPS];
    if (!slot->polled) {
        __atomic_fetch_or(&bells->pending[index / 64], 1ull << index % 64, __ATOMIC_SEQ_CST);
        __atomic_fetch_or(&bells->summary, 1ull << index / GROUP_SLOTS % 64, __ATOMIC_SEQ_CST);
    }
    if (bells->sleeping) {
        __atomic_fetch_add(&bells->doorbell, 1, __ATOMIC_SEQ_CST);
        sys3(__NR_futex, &bells->doorbell, FUTEX_WAKE, 1);
    }
}

/* Waits for the reply to what has been posted. 1: it is there; 0: there is no LWK any more. */
int await(volatile struct slot *slot)
{
    u32 sequence = slot->req_seq;
    ring(slot);
    for (;;) {
        for (u32 turn = HEADER->spin; turn; turn--) {
            if (__atomic_load_n(&slot->rep_seq, __ATOMIC_ACQUIRE) == sequence)
                return 1;
            pause_turn();
        }
        if (!lwk_lives())
            return __atomic_load_n(&slot->rep_seq, __ATOMIC_ACQUIRE) == sequence;
        __atomic_store_n(&slot->waiting, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&slot->rep_seq, __ATOMIC_SEQ_CST) != sequence) {
            u64 nap[2] = {0, NAP_NS};
            sys4(__NR_futex, &slot->rep_seq, FUTEX_WAIT, sequence - 1, nap);
        }
        slot->waiting = 0;
        if (__atomic_load_n(&slot->rep_seq, __ATOMIC_ACQUIRE) == sequence)
            return 1;
    }
}

/* Whether the thread may speak to the LWK. To be called before operands are written: those of its last post are read by then. */
int attached(volatile struct slot *slot)
{
    if (slot->detached == LISTEN)
        slot->detached = (slot->rep_seq == slot->req_seq || await(slot)) && slot->kind == RE_PLAIN;
    return !slot->detached && lwk_lives();
}

/* Posts `op` (its operands are in the slot already) and waits. */
int ask(volatile struct slot *slot, u32 op)
{
    if (!attached(slot))
        return 0;
    slot->op = op;
    __atomic_store_n(&slot->req_seq, slot->req_seq + 1, __ATOMIC_SEQ_CST);
    return await(slot);
}

/* Posts `op` and goes on; 0: there is no LWK. The slot is not written to any more: after OP_EXIT it is another thread's. */
int post(volatile struct slot *slot, u32 op)
{
    if (!attached(slot))
        return 0;
    slot->op = op;
    slot->detached = LISTEN;
    __atomic_store_n(&slot->req_seq, slot->req_seq + 1, __ATOMIC_SEQ_CST);
    ring(slot);
    return 1;
}

/* After the LWK is gone: gives Linux the break that the application knows, once per address space. */
void settle(void)
{
    u64 known = __atomic_exchange_n(&PROC->app_break, 0, __ATOMIC_SEQ_CST);
    if (known)
        sys2(__NR_brk, known, 0);
}

/* Follows the replies to the request just answered until one of them is final; without uc it is no call of the application's. */
long answer(volatile struct slot *slot, struct context *uc)
{
    for (;;) {
        long result;
        switch (slot->kind) {
        case RE_DONE:
            return (long)slot->value;
        case RE_ZERO:
            zero((volatile void *)slot->reply[0], slot->reply[1]);
            return (long)slot->value;
        case RE_DO:
            result = sys6((long)slot->value, slot->reply[0], slot->reply[1], slot->reply[2], slot->reply[3], slot->reply[4],
                          slot->reply[5]);
            break;
        case RE_TELL:
            result = sys6((long)uc->rax, uc->rdi, uc->rsi, uc->rdx, uc->r10, uc->r8, uc->r9);
            break;
        default:
            return uc ? here(uc) : 0;
        }
        slot->arg[0] = (u64)result;
        if (!ask(slot, OP_RESULT)) {
            u32 told = slot->kind == RE_TELL;
            settle();
            return told ? result : uc ? here(uc) : 0;
        }
    }
}

/* The application's call, answered by the LWK; by Linux where there is none. */
long ask_lwk(volatile struct slot *slot, struct context *uc)
{
    slot->nr = uc->rax;
    slot->arg[0] = uc->rdi;
    slot->arg[1] = uc->rsi;
    slot->arg[2] = uc->rdx;
    slot->arg[3] = uc->r10;
    slot->arg[4] = uc->r8;
    slot->arg[5] = uc->r9;
    if (ask(slot, OP_SYSCALL))
        return answer(slot, uc);
    settle();
    return here(uc);
}
