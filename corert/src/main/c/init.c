/* The first steps in a new image: map what is private and what is shared, learn the process's facts, arm its first thread. */
#include "rt.h"

#define PROT_RW 3
#define MAP_SHARED 0x01
#define MAP_PRIVATE_ANONYMOUS 0x22
#define MAP_FIXED_NOREPLACE 0x100000
#define RLIMIT_DATA 2
#define RLIMIT_AS 9

static int map(u64 address, u64 length, u64 flags, int fd, u64 offset)
{
    u64 got = (u64)sys6(__NR_mmap, address, length, PROT_RW, flags | MAP_FIXED_NOREPLACE, (u64)fd, offset);
    return got == address;
}

void rt_init(u32 index, int fd)
{
    int mapped = map(RT_DATA, (sizeof(struct proc) + 4095) & ~4095ull, MAP_PRIVATE_ANONYMOUS, -1, 0)
                 && map(RT_SHM, (sizeof(struct shared) + 4095) & ~4095ull, MAP_SHARED, fd, RT_TEXT_SIZE);
    sys2(__NR_close, (u64)fd, 0);
    if (!mapped || HEADER->magic != LAYOUT_MAGIC || HEADER->version != LAYOUT_VERSION)
        return; /* plain Linux */
    volatile struct slot *slot = &SHM->slots[index];
    open_slot(slot, index);

    struct action inherited = {SIG_DFL, 0, 0, 0};
    sys4(__NR_rt_sigaction, SIGSYS, 0, &inherited, 8);
    PROC->action[SIGSYS].handler = inherited.handler;
    arm_sigsys();
    u64 sigsys = BIT(SIGSYS), before = 0;
    sys4(__NR_rt_sigprocmask, SIG_UNBLOCK, &sigsys, &before, 8);
    slot->sigsys_blocked = (before & sigsys) != 0;

    u64 space[2] = {~0ull, ~0ull}, data[2] = {~0ull, ~0ull};
    sys4(__NR_prlimit64, 0, RLIMIT_AS, 0, space);
    sys4(__NR_prlimit64, 0, RLIMIT_DATA, 0, data);
    slot->arg[0] = slot->arg[1] = (u64)sys2(__NR_getpid, 0, 0); /* whoever execs becomes the first thread */
    slot->arg[2] = PROC->heap_start = (u64)sys2(__NR_brk, 0, 0);
    slot->arg[3] = space[0];
    slot->arg[4] = data[0];
    post(slot, OP_EXECED);
    arm(slot);
}
