/*
 * The layout that the core-side runtime (C) and the LWK (Java) share. This header is its only source: layout-gen.c prints the
 * Java class from it at build time, and a test compares every offset with what the compiler says.
 *
 *   memfd:   | runtime (ELF file)   | header | doorbells of each loop | slot bits | slots | statistics |
 *   process: RT_TEXT                 RT_SHM ...                                      RT_DATA: private to each process
 *
 * Everything is little-endian; u32 and u64 fields are naturally aligned and accessed whole.
 */
#ifndef OUTRIGGER_LAYOUT_H
#define OUTRIGGER_LAYOUT_H

#ifndef __ASSEMBLER__
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;
#endif

#define LAYOUT_VERSION 1
#define LAYOUT_MAGIC 0x4f555452 /* "OUTR" */

/* Addresses in every process of a job. The window below RT_TEXT belongs to the arenas. */
#define ARENA_BASE 0x7e8000000000 /* within what sanitizers leave to the application */
#define ARENA_END 0x7ec000000000
#define RT_TEXT 0x7ec000000000
#define RT_TEXT_SIZE 0x10000
#define RT_IMAGE 0x7ec000000140   /* where the bootstrap jumps; the headers of the ELF file, by which tools know it, lie before it */
#define RT_PATCHED 0x7ec000000180 /* where trampolines jump: entry.S keeps it there */
#define RT_DATA 0x7ec000100000
#define ISLANDS 128      /* blocks of trampolines that a process can have; their bounds begin at RT_DATA */
#define TRAMPOLINE_SIZE 32
#define RT_SHM 0x7ec001000000
#define RT_END 0x7ec010000000

#define SLOTS 16384
#define SLOT_WORDS 256 /* SLOTS / 64 */
#define SLOT_SIZE 512
#define LOOPS 8        /* kernel loops at most */
#define GROUP_SLOTS 256 /* slots for each bit of a loop's summary: SLOTS / 64 */
#define NR_MAX 512
#define BUCKETS 640
#define TRAP_SITES 1024

/* Operations that a thread posts. */
#define OP_SYSCALL 1 /* nr, arg: the system call that the application made */
#define OP_RESULT 2  /* arg0: result of what the reply asked for (DO or TELL) */
#define OP_EXECED 3  /* arg: pid, tid, break, RLIMIT_AS, RLIMIT_DATA: a new image is armed */
#define OP_STARTED 4 /* arg: pid, tid: a child thread or process is armed; it goes on at once */
#define OP_CLONED 5  /* arg: child slot, result: the parent's view of a clone; it goes on at once */
#define OP_EXIT 6    /* this thread ends; arg: start and length of the stack that it will unmap; the LWK frees the slot */
#define OP_PATCH 8   /* the process lives long enough to be patched; arg0: 1 for now or never; result: 0 for not now */
#define OP_LIMITS 7  /* arg: RLIMIT_AS, RLIMIT_DATA as they are now, process */

/* Kinds of reply. */
#define RE_DONE 1  /* value is the result */
#define RE_HERE 2  /* make the call on this core and return its result */
#define RE_TELL 3  /* make the call on this core, then post its result */
#define RE_DO 4    /* make the call `value` with arg, then post its result */
#define RE_ZERO 5  /* zero arg1 bytes from arg0 on, then value is the result */
#define RE_PLAIN 6 /* (clone, OP_STARTED) the child is left to plain Linux */

/* Byte offsets of slot fields that assembler code needs; layout-gen.c asserts them. */
#define SLOT_REQ_SEQ 0
#define SLOT_OP 4
#define SLOT_NR 8
#define SLOT_ARG 16
#define SLOT_REP_SEQ 64
#define SLOT_KIND 68
#define SLOT_VALUE 72
#define SLOT_REPLY 80
#define SLOT_POLLED 128
#define SLOT_DETACHED 152
#define SLOT_SIGSYS_BLOCKED 156
#define SLOT_CONTEXT 160
#define SLOT_SELF 176
#define SLOT_DEFERRED 192
#define SLOT_SUD_ON 200
#define SLOT_KEPT_MASK 232
/* struct context in rt.h: the registers of a call that came through a patched site. */
#define CONTEXT_REGISTERS 40
#define CONTEXT_FPSTATE 224
#define CONTEXT_SIZE 304
#define SLOT_MOVED 240
/* Of the header. */
#define HEADER_LWK_WORD 8
#define HEADER_GONE 12
#define HEADER_SPIN 16
#define HEADER_MEASURE 20
#define HEADER_COLD 32
#define HEADER_DISPOSITION 56
/* Of struct proc in rt.h. */
#define PROC_APP_BREAK 4128
#define PROC_MAPPED_BREAK 4136

#define SHORT_FRAME 144 /* the red zone, the return address, and 8 bytes that keep the stack aligned */
#define FUTEX_OWNER_DIED 0x40000000 /* <linux/futex.h> */

/* What the runtime does with a call that comes through a patched site; patched.S has the short ways. */
#define CLASS_HERE 0 /* nothing: Linux's, unless the table refuses it */
#define CLASS_ASK 1  /* asks the LWK, if it serves the call and is warm: Linux can answer it as well */
#define CLASS_MMAP 2
#define CLASS_MUNMAP 3
#define CLASS_BRK 4
#define CLASS_FRAME 5 /* needs the whole signal frame: sent back to the syscall instruction, to trap */
#define CLASS_OWN 6   /* from here on: something of its own, see trap.c */

/* The calls of CLASS_FRAME. Sites that make one are not patched where the number is known. */
#define FRAME_CALLS(call) call(rt_sigreturn) call(restart_syscall)

#define NOT_A_CALL 1 /* rt_trap: a SIGSYS that was sent, and nothing to run */

#define LISTEN 2 /* of `detached` in a slot */

/* Dispositions as in the triage table. */
#define DISP_HERE 0
#define DISP_LWK 1
#define DISP_REFUSE 4
#define DISP_LARGE 5     /* of mmap, while the LWK is young: its own from LARGE bytes on, Linux's below */
#define LARGE 0x200000

/* How a call was intercepted: index into the statistics. */
#define WAY_TRAPPED 0
#define WAY_PATCHED 1
#define WAYS 2

#ifndef __ASSEMBLER__

/* One page. Written by the LWK unless said otherwise. */
struct header {
    u32 magic;
    u32 version;
    u32 lwk_word; /* robust futex: tid of the main kernel loop; the kernel sets FUTEX_OWNER_DIED when it ends */
    u32 gone;     /* 1: the LWK has left in good order */
    u32 spin;     /* turns that a waiting thread spins before it sleeps; 0 where cores are shared */
    u32 measure;  /* 1: time every call */
    u32 patching; /* calls that a process traps before its sites are patched; 0: never */
    u32 lwk_pid;
    u32 cold;    /* 1: the LWK's code is not compiled yet: calls that Linux answers just as well are Linux's */
    u32 limited; /* 1: the job's memory is limited: all that maps, unmaps and protects is the LWK's */
    u64 robust[2]; /* the loop's robust list entry: next, unused */
    u8 disposition[NR_MAX];
    u16 refusal[NR_MAX]; /* errno for REFUSE */
    u32 yama; /* 1: Linux lets a process be traced by whom it names only */
};

/*
 * One thread's channel. Lines 0 and 2 to 7 belong to the thread, line 1 and `polled` to the LWK. A thread posts a request by
 * raising req_seq, the LWK answers by setting rep_seq to the same number.
 */
struct slot {
    /* line 0: request */
    u32 req_seq;
    u32 op;
    u64 nr;
    u64 arg[6];
    /* line 1: reply */
    u32 rep_seq; /* futex while `waiting` */
    u32 kind;
    u64 value;
    u64 reply[6];
    /* line 2 */
    u32 polled;  /* LWK: 1 while it promises to look at this slot in every turn */
    u32 waiting; /* 1 while the thread sleeps on rep_seq */
    u32 index;
    u32 pid; /* as the thread sees them */
    u32 tid;
    u32 cpu;      /* LWK: where a child is to run, + 1; 0 for where its parent does */
    u16 detached; /* 1: this thread never speaks to the LWK; LISTEN: the reply to its last post may say so */
    u16 loop;     /* LWK: whose doorbells this slot rings; changes only while the thread waits for a reply */
    u32 sigsys_blocked; /* the application believes that it blocks SIGSYS */
    u64 context;  /* address of the ucontext of the call in progress */
    u64 gs_base;  /* the application's idea of its GS base */
    u64 self;     /* this slot's own address */
    u64 handler_mask; /* signal mask for the application's handler about to run */
    /* line 3: private */
    u32 deferred; /* a signal waits in siginfo to be delivered at the application's call site */
    u8 temporary;  /* 1: the call in progress runs under the signal mask in `mask` */
    u8 defaults;   /* 1: (a child that has not started) its signal handlers are gone, the runtime's too */
    u16 shares;    /* 1: a process that runs in its parent's address space (vfork) */
    u64 sud_on; /* the application's own use of Syscall User Dispatch */
    u64 sud_offset;
    u64 sud_length;
    u64 sud_selector;
    u64 kept_mask; /* the signal mask under which `deferred` was set */
    u64 moved;     /* by how much the frame of the handler about to run was moved */
    u64 unmapped;  /* page number << 28 | pages: the thread's own stack, to be unmapped when it exits */
    /* lines 4 to 7 */
    u8 siginfo[128];
    u8 mask[128]; /* a CPU or signal mask on its way */
};

/*
 * The doorbells of one kernel loop. Threads set the bit in `pending`, then that of its group in `summary`; the loop takes them in
 * the other order, so a bit that it misses is announced once more.
 */
struct bells {
    /* line 0: read by every thread, written when the loop goes to sleep */
    u32 sleeping; /* 1: the loop sleeps on doorbell */
    u32 doorbell; /* futex; threads add 1 and wake */
    u32 pad0[14];
    u64 summary; /* one bit for GROUP_SLOTS slots */
    u64 pad1[7];
    u64 pending[SLOT_WORDS]; /* one bit for each slot: set by threads, taken by the loop */
};

struct statistic {
    u64 count;
    u64 max; /* ticks of the time stamp counter */
    u32 bucket[BUCKETS];
};

/* Trapped calls from one site of a process, counted while calls are timed. Taken by a thread, given back by the LWK. */
struct site {
    u64 owner;   /* process number << 32 | number of the call + 1; 0: free */
    u64 address; /* of the syscall instruction; 0 for a moment after the entry was taken */
    u64 count;
};

struct shared {
    struct header header;
    u8 pad[4096 - sizeof(struct header)];
    struct bells bells[LOOPS];
    u64 taken[SLOT_WORDS]; /* slots in use */
    u32 free_from;         /* a guess: no word of `taken` before this has a free bit */
    u32 pad1[15];
    struct slot slots[SLOTS];
    struct statistic stats[NR_MAX][WAYS];
    struct site sites[TRAP_SITES]; /* open addressing; a site may have several entries */
    u64 sites_missed;              /* trapped calls for which there was no entry */
};

#endif
#endif
