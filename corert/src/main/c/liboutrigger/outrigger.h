/*
 * Memory shared by name between the processes of a job on the lightweight kernel.
 *
 * One process makes a segment; others get it by its name, attach it and detach it. All see the same pages: nothing is copied.
 * The name goes away when it is removed, when the process that made it ends in whatever way, and with the job. Who has the
 * segment attached then keeps the memory until it detaches or ends.
 *
 * Every function may be called by any thread, and in a child after fork. The library keeps no state; a call is one short
 * conversation with the LWK. Failures leave errno:
 *
 *   ENOTCONN  this process is in no job (the variable OUTRIGGER_JOB is missing or wrong)
 *   ENXIO     the job's LWK is gone; what is attached stays so
 *   ENOENT    there is no such segment, or it has gone
 *   EACCES    its mode does not permit this; or a process of another user makes or removes
 *   EINVAL    an argument is wrong
 *   EEXIST    (make) the name is taken
 *   ENOMEM    there is no memory, or the job may have no more
 *   ENOSPC    (make) the job has as many segments as it may
 *
 * and those of memfd_create(2), socket(2) and mmap(2). docs/sharing.md is the guide.
 */
#ifndef OUTRIGGER_H
#define OUTRIGGER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Names have 1 to 63 bytes of printable ASCII without the space. */
#define OUTRIGGER_NAME_SIZE 64

/* What a process wants to do with a segment. */
#define OUTRIGGER_READ 1
#define OUTRIGGER_WRITE 2 /* and read */

/* Flags of outrigger_make. */
#define OUTRIGGER_HUGE 1 /* huge pages: of the pool if it has enough, else transparent ones, else none */
#define OUTRIGGER_KEEP 2 /* the segment outlives the process that made it, until it is removed or the job ends */

/* Which pages a segment consists of. */
#define OUTRIGGER_PAGES_BASE 0
#define OUTRIGGER_PAGES_TRANSPARENT 1 /* 4 KiB, for which huge pages were asked: Linux uses them where it can */
#define OUTRIGGER_PAGES_POOL 2        /* of the huge-page pool */

/* A segment as the LWK knows it. */
struct outrigger_segment {
    uint64_t id;        /* never used again in this job */
    uint64_t size;      /* bytes, a multiple of page_size */
    uint64_t page_size; /* bytes: offsets and addresses are multiples of it */
    uint64_t gets;      /* how often it was got */
    uint64_t attaches;  /* how often it was attached by outrigger_attach */
    uint32_t mode;      /* as of a file, such as 0640 */
    uint32_t uid, gid;  /* of the process that made it */
    int32_t pid;        /* that process; 0: the job itself keeps it */
    uint32_t pages;     /* OUTRIGGER_PAGES_... */
    uint32_t reserved;
    char name[OUTRIGGER_NAME_SIZE];
};

/* What outrigger_get answers. It holds nothing, needs no release, and means the same in every process of the job. */
typedef int64_t outrigger_handle;

/*
 * Makes a segment and returns where the caller has it, mapped for reading and writing, or NULL.
 *
 * With address NULL the segment is new memory, zeroed, of size bytes rounded up to the page. Else address and size must be multiples
 * of the page, and the memory that the caller has there becomes the segment: its contents stay and can be shared from then on.
 * That copies it once, and nobody else may write to it during the call. mode has the bits of a file's mode (0600, 0640, 0444, ...)
 * and is not subject to the umask.
 */
void *outrigger_make(const char *name, void *address, size_t size, unsigned mode, unsigned flags);

/* Finds a segment and checks that the caller may have it for access. Fills *about unless it is NULL. -1: failed. */
outrigger_handle outrigger_get(const char *name, int access, struct outrigger_segment *about);

/*
 * Maps size bytes of the segment from offset on; size 0: all from there to the end. hint is where, if that is free, or NULL. Returns
 * NULL on failure. A segment that was got for OUTRIGGER_READ is mapped read-only, and no mprotect changes that.
 */
void *outrigger_attach(outrigger_handle handle, uint64_t offset, size_t size, void *hint);

/* Unmaps what outrigger_attach or outrigger_make returned, or a part of it. 0, or -1. */
int outrigger_detach(void *address, size_t size);

/* Takes the name away, at once. Only a process of the user who made it, or of root, may. 0, or -1. */
int outrigger_remove(const char *name);

/*
 * Tells of the job's segments, in the order in which they were made: fills at most room elements of list and returns how many there
 * are, which may be more. -1: failed.
 */
ssize_t outrigger_list(struct outrigger_segment *list, size_t room);

#ifdef __cplusplus
}
#endif

#endif
