/*
 * Memory calls: those that concern the arenas go to the LWK, the rest stay here. The runtime's own ranges are out of bounds.
 */
#include "rt.h"

#define PAGE 4096ull
#define PROT_READ_WRITE 3
#define PROT_EXEC 4
#define MAP_PRIVATE 0x02ull
#define MAP_TYPE 0x0full
#define MAP_FIXED 0x10ull
#define MAP_ANONYMOUS 0x20ull
#define MAP_POPULATE 0x8000ull
#define MAP_NORESERVE 0x4000ull
#define MAP_STACK 0x20000ull
#define MAP_FIXED_NOREPLACE 0x100000ull
#define MREMAP_FIXED 2ull
#define RLIMIT_DATA 2
#define RLIMIT_AS 9

/* A range that wraps around overlaps nothing: Linux refuses it by itself. */
static int overlaps(u64 address, u64 length, u64 from, u64 to)
{
    return address < to && length <= ~address && address + length > from && length;
}

/* The LWK's concern: the arenas and the heap, once it serves it; everything where the job's memory is limited. */
static int in_window(u64 address, u64 length)
{
    return HEADER->limited || overlaps(address, length, ARENA_BASE, ARENA_END)
           || (PROC->app_break && overlaps(address, length, PROC->heap_start & ~(PAGE - 1), PROC->mapped_break));
}

static int in_runtime(u64 address, u64 length)
{
    return overlaps(address, length, RT_TEXT, RT_END);
}

static long do_mmap(volatile struct slot *slot, struct context *uc, int served)
{
    u64 address = uc->rdi, length = uc->rsi, flags = uc->r10;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (in_runtime(address, length))
            return -ENOMEM;
        if (in_window(address, length))
            return ask_lwk(slot, uc);
    }
    if ((HEADER->limited || (PROC->patched && (uc->rdx & PROT_EXEC) && (flags & (MAP_ANONYMOUS | MAP_TYPE)) == MAP_PRIVATE)) && attached(slot))
        return ask_lwk(slot, uc); /* it looks for call sites, or counts */
    u64 plain = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_POPULATE;
    int private_memory = (flags & MAP_ANONYMOUS) && (flags & MAP_TYPE) == MAP_PRIVATE && !(flags & ~plain)
                         && uc->rdx == PROT_READ_WRITE && !(uc->r9 & (PAGE - 1));
    if (served && private_memory && (!address || in_window(address, length)))
        return ask_lwk(slot, uc);
    return here(uc);
}

_Static_assert(offsetof(struct proc, app_break) == PROC_APP_BREAK && offsetof(struct proc, mapped_break) == PROC_MAPPED_BREAK,
               "assembler code knows these offsets");

/* The LWK's answer to brk, though it may be gone since. */
void note_break(volatile struct slot *slot, u64 now)
{
    if (slot->rep_seq != slot->req_seq)
        return;
    PROC->app_break = now;
    PROC->mapped_break = slot->reply[2];
}

long do_memory(volatile struct slot *slot, struct context *uc)
{
    u64 length = (uc->rsi + PAGE - 1) & ~(PAGE - 1);
    int served = HEADER->disposition[uc->rax] == DISP_LWK || (HEADER->disposition[uc->rax] == DISP_LARGE && length >= LARGE);
    switch (uc->rax) {
    case __NR_mmap:
        return do_mmap(slot, uc, served);
    case __NR_brk: {
        if (!served)
            return here(uc);
        u32 before = slot->req_seq;
        long result = ask_lwk(slot, uc);
        if (slot->req_seq != before)
            note_break(slot, (u64)result);
        return result;
    }
    case __NR_mremap:
        if (in_runtime(uc->rdi, length ? length : PAGE) || ((uc->r10 & MREMAP_FIXED) && in_runtime(uc->r8, uc->rdx)))
            return -EINVAL;
        return in_window(uc->rdi, length ? length : PAGE) || ((uc->r10 & MREMAP_FIXED) && in_window(uc->r8, uc->rdx))
                   ? ask_lwk(slot, uc)
                   : here(uc);
    case __NR_munmap:
        /* A thread that unmaps the stack it stands on (musl's detached threads do) is about to exit: not before. */
        if (uc->rsp - uc->rdi < length && !(uc->rdi & (PAGE - 1)) && uc->rdi < 1ull << 47 && length < 1ull << 40) {
            slot->unmapped = uc->rdi >> 12 << 28 | length >> 12;
            return 0;
        }
        __attribute__((fallthrough));
    case __NR_mprotect:
    case __NR_pkey_mprotect:
        if (in_runtime(uc->rdi, length))
            return -EINVAL;
    }
    return in_window(uc->rdi, length) ? ask_lwk(slot, uc) : here(uc);
}

/*
 * Patching costs more than a short program's traps. A process that has trapped so many times, or is about to have threads, is
 * worth it; while it has one thread only, nobody executes what is being written. Before a thread it is now or never
 * (`certainly`).
 */
void consider_patching(volatile struct slot *slot, int certainly)
{
    if (!HEADER->patching || PROC->patched || slot->shares || (!certainly && ++PROC->traps % HEADER->patching))
        return;
    slot->arg[0] = (u64)certainly;
    if (ask(slot, OP_PATCH))
        PROC->patched = answer(slot, 0) > 0;
}

/* setrlimit and prlimit64: the LWK must know the limits that its arenas are bound by. */
long do_limits(volatile struct slot *slot, struct context *uc)
{
    u64 resource = uc->rax == __NR_setrlimit ? uc->rdi : uc->rsi;
    u64 new = uc->rax == __NR_setrlimit ? uc->rsi : uc->rdx;
    if (!new || (resource != RLIMIT_AS && resource != RLIMIT_DATA))
        return here(uc);
    long result = here(uc);
    if (result == 0) {
        u64 pid = uc->rax == __NR_setrlimit ? 0 : uc->rdi;
        u64 space[2] = {~0ull, ~0ull}, data[2] = {~0ull, ~0ull};
        sys4(__NR_prlimit64, pid, RLIMIT_AS, 0, space);
        sys4(__NR_prlimit64, pid, RLIMIT_DATA, 0, data);
        slot->arg[0] = space[0];
        slot->arg[1] = data[0];
        slot->arg[2] = pid ? pid : slot->pid;
        if (ask(slot, OP_LIMITS))
            answer(slot, uc);
    }
    return result;
}
