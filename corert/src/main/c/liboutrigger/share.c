/* liboutrigger: see outrigger.h. A call is one connection, so there is no state to guard against fork, threads and signals. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocol.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u /* Linux 6.3 */
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_SEAL_SEAL 1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW 4
#endif
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4u
#endif
#define MFD_HUGE_2M (21u << 26)
#define PAGE ((size_t)4096)
#define HUGE ((size_t)2 << 20)
#define GIGANTIC ((size_t)1 << 30)
#define EXPORT __attribute__((visibility("default")))
/* The LWK closes the connections that have been silent longest when there are too many; who was merely slow tries again. */
#define ATTEMPTS 64

/* Closes and keeps errno. */
static void let_go(int descriptor)
{
    int error = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = error;
}

/* The answer to: where is the job's LWK? Checks that whoever listens there is of the job's user or of the caller's own. */
static int job_connection(void)
{
    const char *job = getenv(SHARE_VARIABLE);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *end;
    size_t prefix = sizeof SHARE_PREFIX - 1, length = job ? strlen(job) : 0;
    unsigned long uid = length ? strtoul(job, &end, 10) : 0;
    if (!length || length > sizeof address.sun_path - 1 - prefix || end == job || *end != '-') {
        errno = ENOTCONN;
        return -1;
    }
    memcpy(address.sun_path + 1, SHARE_PREFIX, prefix);
    memcpy(address.sun_path + 1 + prefix, job, length);
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (connection < 0)
        return -1;
    int result;
    while ((result = connect(connection, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + prefix + length)))
           && errno == EINTR)
        ;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (result) {
        errno = ENXIO;
    } else if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        if (peer.uid == uid || peer.uid == geteuid())
            return connection;
        errno = ENXIO;
    }
    let_go(connection);
    return -1;
}

static ssize_t say(int connection, const struct share_request *request, int descriptor)
{
    struct iovec part = {(void *)request, sizeof *request};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.room;
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        control.head.cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(&control.head), &descriptor, sizeof descriptor);
    }
    ssize_t sent;
    while ((sent = sendmsg(connection, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return sent;
}

/* Takes the reply; the descriptor that comes with it, or -1, goes to *descriptor. 0: the other side has closed. */
static ssize_t hear(int connection, struct share_reply *reply, size_t room, int *descriptor)
{
    struct iovec part = {reply, room};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int))};
    ssize_t got;
    while ((got = recvmsg(connection, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        ;
    *descriptor = -1;
    if (got > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) && control.head.cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(&control.head), sizeof(int));
    return got < 0 && errno == ECONNRESET ? 0 : got;
}

/*
 * Asks the LWK. Returns 0 and the reply's records, or -1. A connection that ends without a reply was not served: the LWK replies to a request
 * in the moment in which it acts on it.
 */
static int ask(struct share_request *request, int give, struct share_reply *reply, size_t room, int *descriptor)
{
    request->magic = SHARE_MAGIC;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int connection = job_connection(), got_descriptor = -1;
        if (connection < 0)
            return -1;
        ssize_t got = say(connection, request, give);
        if (got > 0)
            got = hear(connection, reply, room, &got_descriptor);
        else if (errno == EPIPE || errno == ECONNRESET)
            got = 0;
        let_go(connection);
        if (got == 0)
            continue;
        if (got > 0 && ((size_t)got < SHARE_REPLY_HEAD || reply->magic != SHARE_MAGIC
                        || (size_t)got != SHARE_REPLY_HEAD + reply->count * sizeof *reply->records)) {
            errno = EPROTO;
            got = -1;
        } else if (got > 0 && reply->error) {
            errno = reply->error;
            got = -1;
        }
        if (got < 0 || !descriptor) {
            let_go(got_descriptor);
            return got < 0 ? -1 : 0;
        }
        *descriptor = got_descriptor;
        return 0;
    }
    errno = ENXIO;
    return -1;
}

/* A reply with one record. */
struct one {
    union {
        struct share_reply reply;
        char bytes[SHARE_REPLY_HEAD + sizeof(struct outrigger_segment)];
    };
};
#define ONE (SHARE_REPLY_HEAD + sizeof(struct outrigger_segment))

static int put_name(struct share_request *request, const char *name)
{
    size_t length = name ? strlen(name) : 0;
    int wrong = length == 0 || length >= OUTRIGGER_NAME_SIZE;
    for (size_t i = 0; !wrong && i < length; i++)
        wrong = name[i] <= ' ' || name[i] > '~';
    if (wrong) {
        errno = EINVAL;
        return -1;
    }
    memcpy(request->name, name, length);
    return 0;
}

/* Whether Linux gives shared memory transparent huge pages where they are asked for. */
static int transparent_pages(void)
{
    char text[128];
    int file = open("/sys/kernel/mm/transparent_hugepage/shmem_enabled", O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    let_go(file);
    text[length > 0 ? length : 0] = 0;
    return strstr(text, "[always]") || strstr(text, "[within_size]") || strstr(text, "[advise]") || strstr(text, "[force]");
}

static int memory_file(const char *name, unsigned flags)
{
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | flags);
    if (descriptor < 0 && errno == EINVAL)
        descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | flags);
    return descriptor;
}

/* A memfd of this size, mode and, from now on, length; mapped to *mapped unless that is NULL. */
static int sealed_file(const char *name, size_t size, unsigned mode, unsigned flags, void **mapped)
{
    int descriptor = memory_file(name, flags);
    if (descriptor < 0)
        return -1;
    if (ftruncate(descriptor, (off_t)size) == 0 && fchmod(descriptor, mode) == 0
        && fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        if (!mapped)
            return descriptor;
        *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        if (*mapped != MAP_FAILED)
            return descriptor;
    }
    let_go(descriptor);
    return -1;
}

/* Fills a file from the caller's memory. pwrite does so without a second mapping, but not on files of the pool. */
static int fill(int descriptor, const char *from, size_t size, int pool)
{
    if (pool) {
        void *window = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        if (window == MAP_FAILED)
            return -1;
        memcpy(window, from, size);
        munmap(window, size);
        return 0;
    }
    for (size_t done = 0; done < size;) {
        ssize_t wrote = pwrite(descriptor, from + done, size - done, (off_t)done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;
        done += (size_t)wrote;
    }
    return 0;
}

static int announce(struct share_request *request, int descriptor)
{
    struct one answer;
    return ask(request, descriptor, &answer.reply, ONE, NULL);
}

/* Takes the memory at address into a file of its own and maps that there. */
static void *exported(struct share_request *request, void *address, size_t size, unsigned flags)
{
    int descriptor = -1, pool = 0;
    if ((flags & OUTRIGGER_HUGE) && !((uintptr_t)address % HUGE) && !(size % HUGE)) {
        void *reservation; /* of pages in the pool, which stays with the file */
        descriptor = sealed_file(request->name, size, request->mode, MFD_HUGETLB | MFD_HUGE_2M, &reservation);
        pool = descriptor >= 0;
        if (pool)
            munmap(reservation, size);
    }
    if (descriptor < 0)
        descriptor = sealed_file(request->name, size, request->mode, 0, NULL);
    request->pages = pool ? OUTRIGGER_PAGES_POOL
        : (flags & OUTRIGGER_HUGE) && transparent_pages() ? OUTRIGGER_PAGES_TRANSPARENT : OUTRIGGER_PAGES_BASE;
    void *result = NULL;
    if (descriptor >= 0 && fill(descriptor, address, size, pool) == 0 && announce(request, descriptor) == 0) {
        if (mmap(address, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, descriptor, 0) == MAP_FAILED) {
            int error = errno;
            outrigger_remove(request->name);
            errno = error;
        } else {
            result = address;
        }
    }
    let_go(descriptor);
    return result;
}

static size_t rounded(size_t size, size_t page)
{
    return (size + page - 1) & ~(page - 1);
}

static void *fresh(struct share_request *request, size_t size, unsigned flags)
{
    void *mapped = MAP_FAILED;
    int descriptor = -1;
    size_t length = 0;
    if (flags & OUTRIGGER_HUGE) {
        length = rounded(size, HUGE);
        request->pages = OUTRIGGER_PAGES_POOL;
        descriptor = sealed_file(request->name, length, request->mode, MFD_HUGETLB | MFD_HUGE_2M, &mapped);
    }
    if (descriptor < 0) {
        int huge = (flags & OUTRIGGER_HUGE) && transparent_pages();
        length = rounded(size, PAGE);
        request->pages = huge ? OUTRIGGER_PAGES_TRANSPARENT : OUTRIGGER_PAGES_BASE;
        descriptor = sealed_file(request->name, length, request->mode, 0, &mapped);
        if (descriptor >= 0 && huge)
            madvise(mapped, length, MADV_HUGEPAGE);
    }
    if (descriptor < 0)
        return NULL;
    int failed = announce(request, descriptor);
    let_go(descriptor);
    if (failed) {
        int error = errno;
        munmap(mapped, length);
        errno = error;
        return NULL;
    }
    return mapped;
}

EXPORT void *outrigger_make(const char *name, void *address, size_t size, unsigned mode, unsigned flags)
{
    struct share_request request = {.op = SHARE_MAKE, .mode = mode, .flags = flags & OUTRIGGER_KEEP};
    if (put_name(&request, name))
        return NULL;
    if (size == 0 || size > PTRDIFF_MAX - GIGANTIC || (mode & ~0666u) || (flags & ~(OUTRIGGER_HUGE | OUTRIGGER_KEEP))
        || (address && ((uintptr_t)address % PAGE || size % PAGE))) {
        errno = EINVAL;
        return NULL;
    }
    return address ? exported(&request, address, size, flags) : fresh(&request, size, flags);
}

EXPORT outrigger_handle outrigger_get(const char *name, int access, struct outrigger_segment *about)
{
    struct share_request request = {.op = SHARE_GET, .access = (uint32_t)access};
    struct one answer;
    if (put_name(&request, name))
        return -1;
    if (access != OUTRIGGER_READ && access != OUTRIGGER_WRITE) {
        errno = EINVAL;
        return -1;
    }
    if (ask(&request, -1, &answer.reply, ONE, NULL))
        return -1;
    if (answer.reply.count != 1) {
        errno = EPROTO;
        return -1;
    }
    if (about)
        *about = answer.reply.records[0];
    return (outrigger_handle)(answer.reply.records[0].id << 1 | (access == OUTRIGGER_WRITE));
}

EXPORT void *outrigger_attach(outrigger_handle handle, uint64_t offset, size_t size, void *hint)
{
    int write = (int)(handle & 1), descriptor = -1;
    struct share_request request = {.op = SHARE_ATTACH, .access = write ? OUTRIGGER_WRITE : OUTRIGGER_READ,
                                    .id = (uint64_t)handle >> 1};
    struct one answer;
    if (handle < 0) {
        errno = EINVAL;
        return NULL;
    }
    if (ask(&request, -1, &answer.reply, ONE, &descriptor))
        return NULL;
    const struct outrigger_segment *segment = &answer.reply.records[0];
    void *result = MAP_FAILED;
    if (answer.reply.count != 1 || descriptor < 0) {
        errno = EPROTO;
    } else if (offset % segment->page_size || offset >= segment->size || size > segment->size - offset) {
        errno = EINVAL;
    } else {
        size_t length = size ? rounded(size, segment->page_size) : segment->size - offset;
        result = mmap(hint, length, PROT_READ | (write ? PROT_WRITE : 0), MAP_SHARED, descriptor, (off_t)offset);
        if (result != MAP_FAILED && segment->pages == OUTRIGGER_PAGES_TRANSPARENT)
            madvise(result, length, MADV_HUGEPAGE);
    }
    let_go(descriptor);
    return result == MAP_FAILED ? NULL : result;
}

EXPORT int outrigger_detach(void *address, size_t size)
{
    if (!address || size == 0 || size > PTRDIFF_MAX - GIGANTIC) {
        errno = EINVAL;
        return -1;
    }
    int result = munmap(address, rounded(size, PAGE));
    if (result && errno == EINVAL) /* memory of the pool goes by whole huge pages */
        result = munmap(address, rounded(size, HUGE));
    return result;
}

EXPORT int outrigger_remove(const char *name)
{
    struct share_request request = {.op = SHARE_REMOVE};
    struct one answer;
    return put_name(&request, name) || ask(&request, -1, &answer.reply, ONE, NULL) ? -1 : 0;
}

EXPORT ssize_t outrigger_list(struct outrigger_segment *list, size_t room)
{
    struct share_request request = {.op = SHARE_LIST};
    struct share_reply reply;
    size_t count = 0;
    do {
        if (ask(&request, -1, &reply, sizeof reply, NULL))
            return -1;
        for (uint32_t i = 0; i < reply.count; i++, count++) {
            if (count < room)
                list[count] = reply.records[i];
            request.id = reply.records[i].id;
        }
    } while (reply.more && reply.count);
    return (ssize_t)count;
}
