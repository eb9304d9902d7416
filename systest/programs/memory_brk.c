/* The heap end (brk, sbrk) and the limits RLIMIT_AS and RLIMIT_DATA, also over fork and exec. */
#include "check.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

extern char **environ;

/* The raw call: the new end, or the old one when the kernel refuses. Every section that uses it runs in a child. */
static char *set_end(void *end) {
    return (char *) syscall(SYS_brk, end);
}

static char *page_up(char *p) {
    return (char *) (((uintptr_t) p + PAGE - 1) & ~(PAGE - 1));
}

static void raise_and_lower(void) {
    char *start = set_end(NULL);
    char *base = page_up(start);
    CHECK(set_end(NULL) == start && set_end((void *) opaque(1)) == start && set_end(base - 64 * GIB) == start);
    static const size_t sizes[] = {1, 100, PAGE, PAGE + 1, 132 * KIB, MIB, 2 * MIB, 5 * MIB + 3, 40 * MIB};
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            CHECK(set_end(base + sizes[i]) == base + sizes[i]);
            CHECK(set_end(NULL) == base + sizes[i]);
            size_t whole = (sizes[i] + PAGE - 1) & ~(PAGE - 1);
            CHECK(is_zero(base, whole));
            fill_pattern(base, whole, i);
            CHECK(holds_pattern(base, whole, i));
            CHECK(set_end(base) == base);
        }
    }
    /* Step by step up, the content below stays; half down and up again, the upper half is zero. */
    for (size_t length = 0; length < 8 * MIB; length += 256 * KIB) {
        CHECK(set_end(base + length + 256 * KIB) == base + length + 256 * KIB);
        CHECK(is_zero(base + length, 256 * KIB));
        fill_pattern(base + length, 256 * KIB, length);
    }
    for (size_t length = 0; length < 8 * MIB; length += 256 * KIB) {
        CHECK(holds_pattern(base + length, 256 * KIB, length));
    }
    CHECK(set_end(base + 4 * MIB) == base + 4 * MIB && set_end(base + 8 * MIB) == base + 8 * MIB);
    CHECK(is_zero(base + 4 * MIB, 4 * MIB) && holds_pattern(base, 256 * KIB, 0));
    unsigned char present;
    CHECK(set_end(base) == base);
    CHECK_ERRNO(mincore(base, PAGE, &present), ENOMEM);
    CHECK_ERRNO(mprotect(base, PAGE, RW), ENOMEM);
    CHECK(set_end(start) == start);
}

static void obstacles(void) {
    char *start = set_end(NULL);
    char *base = page_up(start);
    CHECK(set_end(base + (1ul << 47)) == start && set_end((void *) opaque(UINTPTR_MAX)) == start);
    CHECK(set_end((void *) opaque(0x7fffffffffff)) == start);
    char *wall = mmap(base + 2 * MIB, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(wall == base + 2 * MIB);
    wall[0] = 'w';
    CHECK(set_end(base + 4 * MIB) == start);
    CHECK(set_end(base + MIB) == base + MIB && is_zero(base, MIB));
    CHECK(set_end(base + 4 * MIB) == base + MIB);
    CHECK(munmap(wall, PAGE) == 0);
    CHECK(set_end(base + 4 * MIB) == base + 4 * MIB && is_zero(base, 4 * MIB));
    memset(base, 1, 4 * MIB);
    /* Holes, protections and file-like treatment inside the heap. */
    CHECK(munmap(base + MIB, 4 * PAGE) == 0);
    CHECK(mprotect(base + 2 * MIB, PAGE, PROT_READ) == 0);
    CHECK(madvise(base + 3 * MIB, PAGE, MADV_DONTNEED) == 0 && is_zero(base + 3 * MIB, PAGE));
    CHECK(mmap(base + MIB, PAGE, RW, ANON | MAP_FIXED, -1, 0) == base + MIB && is_zero(base + MIB, PAGE));
    CHECK(set_end(NULL) == base + 4 * MIB);
    CHECK(set_end(base) == base && set_end(base + 4 * MIB) == base + 4 * MIB && is_zero(base, 4 * MIB));
    memset(base, 2, 4 * MIB);
    CHECK(set_end(start) == start);
}

static void child_end(char *end, char *base) {
    CHECK(set_end(NULL) == end && holds_pattern(base, MIB, 1));
    CHECK(set_end(base + 3 * MIB) == base + 3 * MIB && is_zero(base + MIB, 2 * MIB));
    memset(base, 3, 3 * MIB);
    CHECK(set_end(base) == base);
}

static void over_fork(void) {
    char *start = set_end(NULL);
    char *base = page_up(start);
    CHECK(set_end(base + MIB) == base + MIB);
    fill_pattern(base, MIB, 1);
    IN_CHILD(child_end(base + MIB, base));
    CHECK(set_end(NULL) == base + MIB && holds_pattern(base, MIB, 1));
    CHECK(set_end(base + 2 * MIB) == base + 2 * MIB && is_zero(base + MIB, MIB));
    CHECK(set_end(start) == start);
}

static void library(void) {
#ifdef __GLIBC__
    char *start = sbrk(0);
    CHECK(sbrk(100) == start && sbrk(0) == start + 100);
    memset(start, 1, 100);
    CHECK(sbrk(MIB) == start + 100 && sbrk(-(intptr_t) MIB - 100) == start + 100 + MIB && sbrk(0) == start);
    CHECK_ERRNO(sbrk(1l << 47), ENOMEM);
    CHECK_ERRNO(brk(start + (1ul << 47)), ENOMEM);
    CHECK(sbrk(0) == start && brk(start + PAGE) == 0 && brk(start) == 0);
#endif
}

static void set_limit(int which, rlim_t soft) {
    struct rlimit limit;
    CHECK(getrlimit(which, &limit) == 0);
    limit.rlim_cur = soft;
    CHECK(setrlimit(which, &limit) == 0);
    CHECK(getrlimit(which, &limit) == 0 && limit.rlim_cur == soft);
}

static void *try_map(size_t length, int prot, int flags) {
    void *p = mmap(NULL, length, prot, MAP_ANONYMOUS | flags, -1, 0);
    CHECK(p != MAP_FAILED || errno == ENOMEM);
    return p;
}

static void address_space(void) {
    char *start = set_end(NULL);
    char *early = try_map(64 * MIB, RW, MAP_PRIVATE);
    CHECK(early != MAP_FAILED && munmap(early + 4 * MIB, 60 * MIB) == 0);
    set_limit(RLIMIT_AS, 256 * MIB);
    CHECK(try_map(512 * MIB, RW, MAP_PRIVATE) == MAP_FAILED);
    CHECK(try_map(512 * MIB, PROT_NONE, MAP_PRIVATE | MAP_NORESERVE) == MAP_FAILED);
    CHECK(try_map(512 * MIB, RW, MAP_SHARED) == MAP_FAILED);
    CHECK(set_end(start + 512 * MIB) == start);
    CHECK_ERRNO(mremap(early, 4 * MIB, 512 * MIB, MREMAP_MAYMOVE), ENOMEM);
    errno = 0;
    CHECK(malloc(512 * MIB) == NULL && errno == ENOMEM);
    void *pieces[32];
    size_t count = 0;
    while (count < 32 && (pieces[count] = try_map(16 * MIB, RW, MAP_PRIVATE)) != MAP_FAILED) {
        CHECK(is_zero(pieces[count], MIB));
        count++;
    }
    CHECK(count >= 12 && count <= 15); /* the program itself and its library take some MiB */
    CHECK(try_map(16 * MIB, RW, MAP_PRIVATE) == MAP_FAILED);
    CHECK(munmap(pieces[0], 16 * MIB) == 0);
    CHECK((pieces[0] = try_map(16 * MIB, RW, MAP_PRIVATE)) != MAP_FAILED && is_zero(pieces[0], 16 * MIB));
    for (size_t i = 0; i < count; i++) {
        CHECK(munmap(pieces[i], 16 * MIB) == 0);
    }
    void *p = try_map(128 * MIB, RW, MAP_PRIVATE);
    CHECK(p != MAP_FAILED && munmap(p, 128 * MIB) == 0);
    set_limit(RLIMIT_AS, RLIM_INFINITY);
    p = try_map(512 * MIB, RW, MAP_PRIVATE);
    CHECK(p != MAP_FAILED && munmap(p, 512 * MIB) == 0);
    CHECK(set_end(start + MIB) == start + MIB && set_end(start) == start);
    CHECK(munmap(early, 4 * MIB) == 0);
}

static void data_size(void) {
    char *start = set_end(NULL);
    char *none = try_map(128 * MIB, PROT_NONE, MAP_PRIVATE);
    CHECK(none != MAP_FAILED);
    set_limit(RLIMIT_DATA, 64 * MIB);
    CHECK(try_map(128 * MIB, RW, MAP_PRIVATE) == MAP_FAILED);
    CHECK(set_end(start + 128 * MIB) == start);
    CHECK_ERRNO(mprotect(none, 128 * MIB, RW), ENOMEM); /* becomes data only now */
    void *p = try_map(128 * MIB, PROT_READ, MAP_PRIVATE);
    CHECK(p != MAP_FAILED && munmap(p, 128 * MIB) == 0); /* not writable: no data */
    p = try_map(128 * MIB, RW, MAP_SHARED);
    CHECK(p != MAP_FAILED && munmap(p, 128 * MIB) == 0); /* shared: no data */
    p = try_map(32 * MIB, RW, MAP_PRIVATE);
    CHECK(p != MAP_FAILED);
    CHECK(try_map(48 * MIB, RW, MAP_PRIVATE) == MAP_FAILED);
    CHECK_ERRNO(mremap(p, 32 * MIB, 100 * MIB, MREMAP_MAYMOVE), ENOMEM);
    CHECK(munmap(p, 32 * MIB) == 0);
    CHECK(set_end(start + 8 * MIB) == start + 8 * MIB && set_end(start) == start);
    set_limit(RLIMIT_DATA, RLIM_INFINITY);
    p = try_map(128 * MIB, RW, MAP_PRIVATE);
    CHECK(p != MAP_FAILED && munmap(p, 128 * MIB) == 0);
    CHECK(mprotect(none, 128 * MIB, RW) == 0 && is_zero(none, MIB) && munmap(none, 128 * MIB) == 0);
}

/* In the new image, under the limit that was set before exec. */
static void after_exec(void) {
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == 300 * MIB);
    void *p = try_map(128 * MIB, RW, MAP_PRIVATE);
    CHECK(p != MAP_FAILED && is_zero(p, MIB) && munmap(p, 128 * MIB) == 0);
    CHECK(try_map(400 * MIB, RW, MAP_PRIVATE) == MAP_FAILED);
}

static void exec_limited(void) {
    char *arguments[] = {"memory_brk", "--after-exec", NULL};
    set_limit(RLIMIT_AS, 300 * MIB);
    execve("/proc/self/exe", arguments, environ);
    CHECK(!"exec under RLIMIT_AS");
}

/* The limit of a running child, set from outside. */
static void from_outside(void) {
    int go[2], ready[2];
    char byte = 0;
    CHECK(pipe(go) == 0 && pipe(ready) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        void *p = try_map(400 * MIB, RW, MAP_PRIVATE);
        CHECK(p != MAP_FAILED && munmap(p, 400 * MIB) == 0);
        CHECK(write(ready[1], "r", 1) == 1 && read(go[0], &byte, 1) == 1);
        CHECK(try_map(400 * MIB, RW, MAP_PRIVATE) == MAP_FAILED);
        _exit(0);
    }
    struct rlimit limit = {300 * MIB, RLIM_INFINITY}, old;
    CHECK(getrlimit(RLIMIT_AS, &old) == 0);
    limit.rlim_max = old.rlim_max;
    CHECK(read(ready[0], &byte, 1) == 1);
    CHECK(prlimit(child, RLIMIT_AS, &limit, &old) == 0 && write(go[1], "g", 1) == 1);
    CHECK_CHILD(child);
    CHECK(close(go[0]) == 0 && close(go[1]) == 0 && close(ready[0]) == 0 && close(ready[1]) == 0);
    CHECK(getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == old.rlim_cur);
}

static int deep(int levels) {
    volatile char frame[4000];
    frame[0] = (char) levels;
    frame[3999] = 1;
    return levels == 0 ? 0 : deep(levels - 1) + frame[3999];
}

static void limits(void) {
    IN_CHILD(address_space());
    IN_CHILD(data_size());
}

static void limits_exec(void) {
    IN_CHILD(exec_limited());
}

static void heap_end(void) {
    IN_CHILD(raise_and_lower());
    IN_CHILD(obstacles());
    IN_CHILD(over_fork());
    IN_CHILD(library());
    library();
}

static void limit_errors(void) {
    struct rlimit limit = {2, 1};
    CHECK_ERRNO(setrlimit(RLIMIT_AS, &limit), EINVAL);
    CHECK_ERRNO(syscall(SYS_prlimit64, 0, 99, NULL, &limit), EINVAL);
    CHECK_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_AS, NULL, BAD_POINTER), EFAULT);
    CHECK_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_AS, BAD_POINTER, NULL), EFAULT);
    CHECK_ERRNO(syscall(SYS_getrlimit, RLIMIT_DATA, BAD_POINTER), EFAULT);
}

static void stack(void) {
    CHECK(deep(1500) == 1500); /* 6 MB of the usual 8 */
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"heap_end", heap_end}, {"limits", limits}, {"limits_exec", limits_exec}, {"from_outside", from_outside},
        {"limit_errors", limit_errors}, {"stack", stack},
    };
    if (argc == 2 && strcmp(argv[1], "--after-exec") == 0) {
        after_exec();
        return 0;
    }
    return check_sections(argc, argv, sections, COUNT(sections));
}
