/* mremap: shrink, grow, move, errors; realloc and allocators above it. */
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static char *map(size_t length) {
    char *p = mmap(NULL, length, RW, ANON, -1, 0);
    CHECK(p != MAP_FAILED);
    return p;
}

static int is_mapped(char *p, size_t pages) {
    for (size_t i = 0; i < pages; i++) {
        unsigned char present;
        int result = mincore(p + i * PAGE, PAGE, &present);
        CHECK(result == 0 || errno == ENOMEM);
        if (result != 0) {
            return 0;
        }
    }
    return 1;
}

/* The raw call: some libraries check arguments themselves. */
static void *remap(void *old, size_t from, size_t to, int flags, void *new) {
    return (void *) syscall(SYS_mremap, old, from, to, flags, new);
}

static void shrink(void) {
    char *p = map(10 * PAGE);
    fill_pattern(p, 10 * PAGE, 1);
    CHECK(remap(p, 10 * PAGE, 10 * PAGE, 0, NULL) == p);
    CHECK(remap(p, 10 * PAGE, 4 * PAGE, 0, NULL) == p);
    CHECK(holds_pattern(p, 4 * PAGE, 1) && is_mapped(p, 4) && !is_mapped(p + 4 * PAGE, 1) && !is_mapped(p + 9 * PAGE, 1));
    CHECK(remap(p, 4 * PAGE, PAGE + 1, MREMAP_MAYMOVE, NULL) == p);
    CHECK(is_mapped(p, 2) && !is_mapped(p + 2 * PAGE, 1));
    char *q = mmap(p + 2 * PAGE, 8 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(q == p + 2 * PAGE && is_zero(q, 8 * PAGE) && holds_pattern(p, PAGE, 1));
    CHECK(munmap(p, 10 * PAGE) == 0);
}

static void grow(void) {
    char *p = map(16 * PAGE);
    memset(p, 1, 16 * PAGE);
    CHECK(munmap(p + 8 * PAGE, 8 * PAGE) == 0);
    CHECK(remap(p, 8 * PAGE, 12 * PAGE, 0, NULL) == p); /* there is room behind it */
    CHECK(p[8 * PAGE - 1] == 1 && is_zero(p + 8 * PAGE, 4 * PAGE));
    memset(p, 1, 12 * PAGE);
    char *fence = mmap(p + 12 * PAGE, PAGE, PROT_NONE, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(fence == p + 12 * PAGE);
    CHECK_ERRNO(remap(p, 12 * PAGE, 13 * PAGE, 0, NULL), ENOMEM);
    fill_pattern(p, 12 * PAGE, 7);
    char *q = remap(p, 12 * PAGE, 40 * PAGE, MREMAP_MAYMOVE, NULL);
    CHECK(q != MAP_FAILED && q != p && ((uintptr_t) q & (PAGE - 1)) == 0);
    CHECK(holds_pattern(q, 12 * PAGE, 7) && is_zero(q + 12 * PAGE, 28 * PAGE) && is_mapped(q, 40));
    if (q + 40 * PAGE <= p || q >= p + 12 * PAGE) {
        CHECK(!is_mapped(p, 1) && !is_mapped(p + 11 * PAGE, 1));
    }
    CHECK(munmap(q, 40 * PAGE) == 0 && munmap(fence, PAGE) == 0);

    for (size_t size = PAGE; size < 48 * MIB; size *= 3) { /* grown step by step; zero behind, content before */
        p = map(PAGE);
        size_t length = PAGE;
        fill_pattern(p, length, 5);
        while (length < size) {
            size_t longer = length * 2 + PAGE;
            p = remap(p, length, longer, MREMAP_MAYMOVE, NULL);
            CHECK(p != MAP_FAILED && holds_pattern(p, length, 5) && is_zero(p + length, longer - length));
            fill_pattern(p, longer, 5);
            length = longer;
        }
        CHECK(munmap(p, length) == 0);
    }
}

static void move(void) {
    char *p = map(6 * PAGE), *q = map(10 * PAGE);
    fill_pattern(p, 6 * PAGE, 1);
    fill_pattern(q, 10 * PAGE, 2);
    CHECK(remap(p, 6 * PAGE, 6 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 2 * PAGE) == q + 2 * PAGE);
    CHECK(holds_pattern(q + 2 * PAGE, 6 * PAGE, 1) && holds_pattern(q, 2 * PAGE, 2) && is_mapped(q, 10));
    CHECK(!is_mapped(p, 1) && !is_mapped(p + 5 * PAGE, 1));
    char *back = mmap(p, 6 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
    CHECK(back == p && is_zero(p, 6 * PAGE));
    /* From the middle, growing on the way; what is left stays. */
    CHECK(remap(q + 2 * PAGE, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
    CHECK(holds_pattern(p, 2 * PAGE, 1) && is_zero(p + 2 * PAGE, 4 * PAGE));
    CHECK(!is_mapped(q + 2 * PAGE, 1) && !is_mapped(q + 3 * PAGE, 1) && is_mapped(q + 4 * PAGE, 6) && is_mapped(q, 2));
    /* Shrinking on the way. */
    fill_pattern(p, 6 * PAGE, 3);
    CHECK(remap(p, 4 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 2 * PAGE) == q + 2 * PAGE);
    CHECK(holds_pattern(q + 2 * PAGE, PAGE, 3) && !is_mapped(p, 1) && !is_mapped(p + 3 * PAGE, 1) && is_mapped(p + 4 * PAGE, 2));
    CHECK(munmap(p, 6 * PAGE) == 0);
    /* To an address of the program's own choice, and home again. */
    char *far = (char *) 0x110000000000;
    CHECK(remap(q + 2 * PAGE, PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far) == far);
    CHECK(holds_pattern(far, PAGE, 3) && is_zero(far + PAGE, 2 * PAGE));
    CHECK(remap(far, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q && holds_pattern(q, PAGE, 3));
    CHECK(is_mapped(far + PAGE, 2) && !is_mapped(far, 1));
    CHECK(munmap(far, 3 * PAGE) == 0 && munmap(q, 10 * PAGE) == 0);
}

static void keep_old(void) {
    char *p = map(4 * PAGE);
    fill_pattern(p, 4 * PAGE, 1);
    char *q = remap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    CHECK(q != MAP_FAILED && q != p && holds_pattern(q, 4 * PAGE, 1));
    CHECK(is_mapped(p, 4) && is_zero(p, 4 * PAGE));
    memset(p, 9, 4 * PAGE);
    CHECK(holds_pattern(q, 4 * PAGE, 1));
    CHECK_ERRNO(remap(p, 4 * PAGE, 4 * PAGE, MREMAP_DONTUNMAP, NULL), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL), EINVAL);
    CHECK(munmap(p, 4 * PAGE) == 0 && munmap(q, 4 * PAGE) == 0);
}

static void errors(void) {
    char *p = map(8 * PAGE), *q = map(8 * PAGE);
    fill_pattern(p, 8 * PAGE, 1);
    CHECK_ERRNO(remap(p, 4 * PAGE, 4 * PAGE, 0x40, NULL), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, 4 * PAGE, MREMAP_FIXED, q), EINVAL);
    CHECK_ERRNO(remap(p + 1, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE, NULL), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, 0, MREMAP_MAYMOVE, NULL), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + 1), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 2 * PAGE), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *) opaque(0x7ffffffff000)), EINVAL);
    CHECK_ERRNO(remap(p, 4 * PAGE, (1ul << 47) - GIB, MREMAP_MAYMOVE, NULL), ENOMEM);
    CHECK_ERRNO(remap(p, 0, 4 * PAGE, MREMAP_MAYMOVE, NULL), EINVAL); /* only shared memory can be doubled so */
    CHECK(holds_pattern(p, 8 * PAGE, 1) && is_mapped(p, 8) && is_mapped(q, 8));
    CHECK(munmap(p + 4 * PAGE, PAGE) == 0);
    CHECK_ERRNO(remap(p, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE, NULL), EFAULT);
    CHECK_ERRNO(remap(p + 4 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL), EFAULT);
    CHECK(munmap(p, 8 * PAGE) == 0 && munmap(q, 8 * PAGE) == 0);
    CHECK_ERRNO(remap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE, NULL), EFAULT);
    CHECK_ERRNO(remap(p, PAGE, PAGE, 0, NULL), EFAULT);
    p = map(4 * MIB);
    fill_pattern(p, 8 * PAGE, 1);
    CHECK(munmap(p + 4 * PAGE, PAGE) == 0);
    CHECK(remap(p, 4 * MIB, 2 * PAGE, 0, NULL) == p && holds_pattern(p, 2 * PAGE, 1)); /* what goes may have holes */
    CHECK(is_mapped(p, 2) && !is_mapped(p + 2 * PAGE, 1) && !is_mapped(p + 5 * PAGE, 1) && munmap(p, 2 * PAGE) == 0);
}

static sigjmp_buf fault;

static void on_segv(int number) {
    (void) number;
    siglongjmp(fault, 1);
}

static int writable(char *p) {
    if (sigsetjmp(fault, 1) != 0) {
        return 0;
    }
    *(volatile char *) p = 1;
    return 1;
}

static void protection_moves(void) {
    CHECK(signal(SIGSEGV, on_segv) != SIG_ERR);
    char *p = map(4 * PAGE);
    fill_pattern(p, 4 * PAGE, 1);
    CHECK(mprotect(p, 4 * PAGE, PROT_READ) == 0);
    char *q = map(32 * PAGE);
    CHECK(remap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE) == q + PAGE);
    CHECK(holds_pattern(q + PAGE, 4 * PAGE, 1) && is_zero(q + 5 * PAGE, 4 * PAGE));
    CHECK(writable(q) && !writable(q + PAGE) && !writable(q + 8 * PAGE) && writable(q + 9 * PAGE));
    CHECK(munmap(q, 32 * PAGE) == 0 && signal(SIGSEGV, SIG_DFL) == on_segv);
}

static void shared(void) {
    char *p = mmap(NULL, 4 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    fill_pattern(p, 4 * PAGE, 1);
    char *twin = remap(p, 0, 4 * PAGE, MREMAP_MAYMOVE, NULL); /* a second view of the same pages */
    CHECK(twin != MAP_FAILED && twin != p && holds_pattern(twin, 4 * PAGE, 1));
    twin[5] = 42;
    CHECK(p[5] == 42);
    char *q = remap(p, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, map(2 * PAGE));
    CHECK(q != MAP_FAILED && q[5] == 42);
    q[6] = 43;
    CHECK(twin[6] == 43 && munmap(q, 2 * PAGE) == 0 && munmap(p, 4 * PAGE) == 0 && munmap(twin, 4 * PAGE) == 0);
}

/* realloc through all of its strategies. */
static void reallocate(void) {
    for (size_t step = 1; step <= 3; step++) {
        size_t size = 1000;
        char *p = malloc(size);
        CHECK(p != NULL);
        fill_pattern(p, size & ~7ul, step);
        while (size < 64 * MIB) {
            size_t longer = (size * (step + 1) + 4321) & ~7ul;
            p = realloc(p, longer);
            CHECK(p != NULL && holds_pattern(p, size & ~7ul, step));
            fill_pattern(p, longer, step);
            size = longer;
        }
        while (size > 10000) {
            size /= 3;
            p = realloc(p, size);
            CHECK(p != NULL && holds_pattern(p, size & ~7ul, step));
        }
        free(p);
    }
    for (size_t size = 1; size < 100 * MIB; size = size * 2 + 1) {
        char *p = calloc(1, size);
        CHECK(p != NULL && is_zero(p, size));
        memset(p, 0xee, size);
        free(p);
        void *aligned = NULL;
        CHECK(posix_memalign(&aligned, 64 * KIB, size) == 0 && ((uintptr_t) aligned & (64 * KIB - 1)) == 0);
        memset(aligned, 0xdd, size);
        free(aligned);
    }
    errno = 0;
    CHECK(malloc(opaque(PTRDIFF_MAX)) == NULL && errno == ENOMEM);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"shrink", shrink}, {"grow", grow}, {"move", move}, {"keep_old", keep_old}, {"errors", errors},
        {"protection_moves", protection_moves}, {"shared", shared}, {"reallocate", reallocate},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
