/*
 * What is said over the job's socket: SOCK_SEQPACKET in the abstract namespace, named PREFIX and the value of OUTRIGGER_JOB. A client connects,
 * sends one request, with at most one descriptor, and gets one reply, with at most one descriptor. Then both close.
 * The Java side is org.outrigger.host.share.Wire; a test compares the two.
 */
#ifndef OUTRIGGER_PROTOCOL_H
#define OUTRIGGER_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>
#include "outrigger.h"

#define SHARE_PREFIX "outrigger-"
#define SHARE_VARIABLE "OUTRIGGER_JOB"
#define SHARE_MAGIC 0x3148534f /* OSH1 */

#define SHARE_MAKE 1   /* with the descriptor of a memfd; mode, flags, pages */
#define SHARE_GET 2    /* access; answers one record */
#define SHARE_ATTACH 3 /* id, access; answers one record, with the descriptor */
#define SHARE_REMOVE 4
#define SHARE_LIST 5 /* id: only segments after this one; answers records */

#define SHARE_RECORDS 64 /* the most in one reply */

struct share_request {
    uint32_t magic, op;
    uint32_t mode, flags; /* flags: OUTRIGGER_KEEP */
    uint32_t access, pages;
    uint64_t id;
    char name[OUTRIGGER_NAME_SIZE];
};

struct share_reply {
    uint32_t magic;
    int32_t error; /* 0 or an errno */
    uint32_t count;
    uint32_t more; /* not 0: LIST has not told all */
    struct outrigger_segment records[SHARE_RECORDS];
};

#define SHARE_REPLY_HEAD offsetof(struct share_reply, records)

_Static_assert(sizeof(struct share_request) == 96, "request");
_Static_assert(sizeof(struct outrigger_segment) == 128, "record");
_Static_assert(SHARE_REPLY_HEAD == 16, "reply");

#endif
