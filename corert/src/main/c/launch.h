/* What the launcher and the LWK say to each other over the control socket (SOCK_SEQPACKET): one packet, one message. */
#ifndef OUTRIGGER_LAUNCH_H
#define OUTRIGGER_LAUNCH_H

#include <stdint.h>

/* LWK to launcher. */
/*
 * a = index of the program in the arguments, b = ranks, c = flags, x = bytes of stack or 0 for as it is, y = words of a set of NUMA
 * nodes or 0 for no policy; then b words: CPU; if y, for each rank 1 + y words: policy and its nodes; then the path
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

struct message {
    uint32_t op, a, b, c;
    uint64_t x, y;
};

#define MESSAGE_MAX 131072
#define NODE_WORDS 32 /* of a set of NUMA nodes: the most that Linux is built for */
#define MAX_RANKS 4096

#endif
