/* What the launcher and the LWK say to each other over the control socket (SOCK_SEQPACKET): one packet, one message. */
#ifndef OUTRIGGER_LAUNCH_H
#define OUTRIGGER_LAUNCH_H

#include <stddef.h>
#include <stdint.h>

/* LWK to launcher. */
/*
 * a = index of the program in the arguments, b = ranks, c = flags and, in its upper half, control groups, x = bytes of stack or 0
 * for as it is, y = words of a set of NUMA nodes or 0 for no policy; then b words: CPU; if y, for each rank 1 + y words: policy
 * and its nodes; then strings: the path of the program, and for each control group that of its file of processes
 */
#define MSG_SPAWN 1
#define MSG_GO 2    /* every rank may exec */
/* Launcher to LWK. */
#define MSG_SPAWNED 3 /* a = rank, b = pid */
#define MSG_READY 4   /* every rank stands before its exec */
#define MSG_ENDED 5   /* a = rank, b = wait status, x = minor, y = major page faults of it and the children it waited for */
#define MSG_DONE 6    /* a = exit status of the job, x = ticks of the time stamp counter in y nanoseconds: report and leave */

#define SPAWN_LABEL 1    /* prefix the lines of each rank */
#define SPAWN_RANK_ENV 2 /* set OUTRIGGER_RANK and its kin */
#define SPAWN_FIFO 4     /* SCHED_FIFO for the ranks, where that is permitted */
#define SPAWN_NO_THP 8   /* no transparent huge pages for the ranks and all that comes of them */
#define SPAWN_RR 16      /* with SPAWN_FIFO: ranks share cores, and so take turns (SCHED_RR) */

struct message {
    uint32_t op, a, b, c;
    uint64_t x, y;
};

#define MESSAGE_MAX 131072
#define NODE_WORDS 32 /* of a set of NUMA nodes: the most that Linux is built for */
#define MAX_RANKS 4096

/* What a rank is to be, for launch-rank.c; what follows `policy` is the rank's own. */
struct setup {
    uint32_t flags, cpu, member_count;
    const char *members; /* paths, each with its end: files that a process is written into to join a control group */
    size_t words;        /* of a set of NUMA nodes */
    uint64_t stack;      /* RLIMIT_STACK in bytes, 0 for as it is */
    const uint32_t *policy; /* NULL for none */
    uint32_t rank, ranks;
    int tracer, go, failure;
};

/* Why a rank cannot be started, as it tells the launcher; OBSTACLE_NONE when it can. */
struct obstacle {
    int step, error;
};

#define OBSTACLE_NONE 0
#define OBSTACLE_END 1    /* it has ended */
#define OBSTACLE_POLICY 2 /* its memory policy */
#define OBSTACLE_CORE 3   /* its core is not one of its control group's */
#define OBSTACLE_STACK 4  /* its limit of stack */
#define OBSTACLE_JOIN 5   /* and more: the number of the control group that it cannot join */

int are_strings(const char *at, const char *end, uint32_t count);
int may_fail(const struct setup *setup);
void describe_obstacle(const struct obstacle *obstacle, const struct setup *setup, char *text, size_t size);
void prepare_rank(const struct setup *setup);
void exec_rank(const struct setup *setup, const char *path, char **argv) __attribute__((noreturn));

#endif
