/* mmap and munmap of anonymous memory: sizes, zeroing, placement, holes, flags, errors. */
#include "check.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *map(size_t length) {
    char *p = mmap(NULL, length, RW, ANON, -1, 0);
    CHECK(p != MAP_FAILED);
    CHECK(((uintptr_t) p & (PAGE - 1)) == 0);
    return p;
}

static char *map_at(void *where, size_t length, int prot, int flags) {
    char *p = mmap(where, length, prot, ANON | flags, -1, 0);
    CHECK(p == where);
    return p;
}

static int is_mapped(void *p, size_t length) {
    unsigned char present[64];
    CHECK(length <= 64 * PAGE);
    int result = mincore(p, length, present);
    CHECK(result == 0 || errno == ENOMEM);
    return result == 0;
}

static const size_t sizes[] = {
    1, 4095, 4096, 4097, 8192, 3 * PAGE, 64 * KIB, 128 * KIB + 1, 132 * KIB, MIB, 2 * MIB - PAGE, 2 * MIB, 2 * MIB + PAGE,
    4 * MIB, 5 * MIB + 7, 16 * MIB, 33 * MIB, 64 * MIB,
};

static void zero(void) {
    for (size_t s = 0; s < COUNT(sizes); s++) {
        int rounds = sizes[s] <= MIB ? 20 : 4;
        for (int round = 0; round < rounds; round++) {
            char *p = map(sizes[s]);
            size_t whole = (sizes[s] + PAGE - 1) & ~(PAGE - 1);
            CHECK(is_zero(p, whole));
            fill_pattern(p, whole, (uint64_t) round + s);
            CHECK(holds_pattern(p, whole, (uint64_t) round + s));
            CHECK(munmap(p, sizes[s]) == 0);
        }
    }
}

/* Many live regions of all sizes, given back in a random order, each found zero when it comes. */
static void zero_mixed(void) {
    enum { LIVE = 24 };
    char *live[LIVE] = {0};
    size_t length[LIVE] = {0};
    uint64_t seed[LIVE] = {0};
    uint64_t state = 0x1234567;
    for (int round = 0; round < 1500; round++) {
        size_t i = check_random(&state) % LIVE;
        if (live[i] != NULL) {
            CHECK(holds_pattern(live[i], length[i], seed[i]));
            CHECK(munmap(live[i], length[i]) == 0);
            live[i] = NULL;
        } else {
            length[i] = sizes[check_random(&state) % 14] + check_random(&state) % 5 * PAGE;
            seed[i] = check_random(&state);
            live[i] = map(length[i]);
            CHECK(is_zero(live[i], length[i]));
            fill_pattern(live[i], length[i], seed[i]);
        }
    }
    for (int i = 0; i < LIVE; i++) {
        if (live[i] != NULL) {
            CHECK(holds_pattern(live[i], length[i], seed[i]));
            CHECK(munmap(live[i], length[i]) == 0);
        }
    }
}

/* Pieces of a used region go back singly; whatever takes their place is zero again. */
static void zero_pieces(void) {
    for (int round = 0; round < 30; round++) {
        char *p = map(4 * MIB);
        CHECK(is_zero(p, 4 * MIB));
        memset(p, 0xa5, 4 * MIB);
        for (size_t at = (size_t) round % 3 * PAGE; at + 2 * PAGE <= 4 * MIB; at += 7 * PAGE) {
            CHECK(munmap(p + at, 2 * PAGE) == 0);
        }
        char *q[50];
        for (int i = 0; i < 50; i++) {
            q[i] = map((size_t) (1 + i % 3) * PAGE);
            CHECK(is_zero(q[i], (size_t) (1 + i % 3) * PAGE));
            memset(q[i], 0x5a, (size_t) (1 + i % 3) * PAGE);
        }
        for (int i = 0; i < 50; i++) {
            CHECK(munmap(q[i], (size_t) (1 + i % 3) * PAGE) == 0);
        }
        CHECK(munmap(p, 4 * MIB) == 0);
    }
}

static void errors(void) {
    CHECK_ERRNO(mmap(NULL, 0, RW, ANON, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_ANONYMOUS | 0x03, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, 0, -1, 0), EBADF);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), EBADF);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_PRIVATE, 12345, 0), EBADF);
    CHECK_ERRNO(syscall(SYS_mmap, NULL, PAGE, RW, ANON, -1, 1), EINVAL);
    CHECK_ERRNO(syscall(SYS_mmap, NULL, PAGE, RW, ANON, -1, 0x800), EINVAL);
    CHECK_ERRNO(mmap(NULL, opaque(SIZE_MAX), RW, ANON, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap(NULL, opaque(SIZE_MAX - PAGE), RW, ANON, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap(NULL, 1ul << 47, RW, ANON, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap(NULL, 1ul << 62, PROT_NONE, ANON | MAP_NORESERVE, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap((void *) opaque(0x7ffffffff000), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);
    CHECK_ERRNO(mmap((void *) opaque(0xffff800000000000), PAGE, RW, ANON | MAP_FIXED, -1, 0), ENOMEM);

    char *p = map(4 * PAGE);
    memset(p, 7, 4 * PAGE);
    CHECK_ERRNO(mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(p + 8, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(p, 0, RW, ANON | MAP_FIXED, -1, 0), EINVAL);
    CHECK_ERRNO(mmap(p, PAGE, RW, MAP_PRIVATE | MAP_FIXED, -1, 0), EBADF);
    CHECK_ERRNO(munmap(p + 1, PAGE), EINVAL);
    CHECK_ERRNO(munmap(p, 0), EINVAL);
    CHECK_ERRNO(munmap(p, opaque(SIZE_MAX)), EINVAL);
    CHECK_ERRNO(munmap(p, 1ul << 62), EINVAL);
    CHECK_ERRNO(munmap((void *) opaque(0x7ffffffff000), PAGE), EINVAL);
    CHECK_ERRNO(munmap((void *) opaque(0xffff800000000000), PAGE), EINVAL);
    for (size_t i = 0; i < 4 * PAGE; i++) {
        CHECK(p[i] == 7);
    }
    CHECK(munmap(p, 4 * PAGE) == 0);
    CHECK(munmap(p, 4 * PAGE) == 0); /* nothing there: fine */

    int directory = open("/", O_RDONLY);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, directory, 0), ENODEV);
    CHECK(close(directory) == 0);
    int writable = open("/dev/null", O_WRONLY);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writable, 0), EACCES);
    CHECK(close(writable) == 0);
    CHECK(munmap(map(1), 1) == 0);
    p = mmap(NULL, PAGE, RW, ANON, 12345, 0); /* the descriptor of an anonymous mapping does not matter */
    CHECK(p != MAP_FAILED && is_zero(p, PAGE));
    CHECK(munmap(p, 1) == 0 && !is_mapped(p, PAGE));
}

static void fixed(void) {
    char *p = map(16 * PAGE);
    fill_pattern(p, 16 * PAGE, 3);
    map_at(p + 4 * PAGE, 4 * PAGE, RW, MAP_FIXED);
    CHECK(is_zero(p + 4 * PAGE, 4 * PAGE));
    CHECK(holds_pattern(p, 4 * PAGE, 3));
    char saved[PAGE];
    memcpy(saved, p + 8 * PAGE, PAGE);
    fill_pattern(p + 4 * PAGE, 4 * PAGE, 9);
    CHECK(memcmp(saved, p + 8 * PAGE, PAGE) == 0);
    map_at(p, 16 * PAGE, PROT_READ, MAP_FIXED);
    CHECK(is_zero(p, 16 * PAGE));

    /* A file in the middle of anonymous memory, and back. */
    int file = open("/proc/self/exe", O_RDONLY);
    CHECK(file >= 0);
    CHECK(mmap(p + 2 * PAGE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0) == p + 2 * PAGE);
    CHECK(memcmp(p + 2 * PAGE, "\177ELF", 4) == 0);
    CHECK(close(file) == 0);
    CHECK(is_zero(p, 2 * PAGE) && is_zero(p + 4 * PAGE, PAGE));
    map_at(p + PAGE, 2 * PAGE, RW, MAP_FIXED);
    CHECK(is_zero(p + PAGE, 2 * PAGE));
    memset(p + PAGE, 1, 2 * PAGE);
    CHECK(munmap(p + 3 * PAGE, PAGE) == 0);
    map_at(p, 16 * PAGE, RW, MAP_FIXED);
    CHECK(is_zero(p, 16 * PAGE));

    /* Over the seam of two mappings with a hole between them. */
    CHECK(munmap(p + 5 * PAGE, 3 * PAGE) == 0);
    memset(p, 1, 5 * PAGE);
    memset(p + 8 * PAGE, 1, 8 * PAGE);
    map_at(p + 4 * PAGE, 5 * PAGE, RW, MAP_FIXED);
    CHECK(is_zero(p + 4 * PAGE, 5 * PAGE) && p[4 * PAGE - 1] == 1 && p[9 * PAGE] == 1);

    CHECK_ERRNO(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    CHECK_ERRNO(mmap(p + 15 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    CHECK(munmap(p + 6 * PAGE, 2 * PAGE) == 0);
    CHECK_ERRNO(mmap(p + 6 * PAGE, 3 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    map_at(p + 6 * PAGE, 2 * PAGE, RW, MAP_FIXED_NOREPLACE);
    CHECK(is_zero(p + 6 * PAGE, 2 * PAGE));
    CHECK(munmap(p, 16 * PAGE) == 0);
}

static void hints(void) {
    char *p = map(8 * PAGE);
    CHECK(munmap(p, 8 * PAGE) == 0);
    char *q = mmap(p, 8 * PAGE, RW, ANON, -1, 0);
    CHECK(q == p); /* free: Linux takes the hint */
    memset(q, 1, 8 * PAGE);
    char *other = mmap(p + 2 * PAGE, 2 * PAGE, RW, ANON, -1, 0);
    CHECK(other != MAP_FAILED && (other + 2 * PAGE <= p || other >= p + 8 * PAGE));
    CHECK(is_zero(other, 2 * PAGE));
    memset(other, 2, 2 * PAGE);
    CHECK(q[2 * PAGE] == 1);
    CHECK(munmap(other, 2 * PAGE) == 0);
    CHECK(munmap(p, 8 * PAGE) == 0);
    q = mmap(p + 123, 2 * PAGE, RW, ANON, -1, 0); /* not aligned: rounded to a page, not an error */
    CHECK(q != MAP_FAILED && ((uintptr_t) q & (PAGE - 1)) == 0);
    CHECK(munmap(q, 2 * PAGE) == 0);

    /* Addresses that the program chose itself, far from everything. */
    char *far = (char *) 0x100000000000;
    map_at(far, 3 * MIB, RW, MAP_FIXED_NOREPLACE);
    CHECK(is_zero(far, 3 * MIB));
    memset(far, 3, 3 * MIB);
    CHECK(munmap(far + MIB, MIB) == 0);
    CHECK(!is_mapped(far + MIB, 16 * PAGE) && is_mapped(far, 16 * PAGE));
    map_at(far + MIB, MIB, RW, MAP_FIXED);
    CHECK(is_zero(far + MIB, MIB) && far[MIB - 1] == 3 && far[2 * MIB] == 3);
    CHECK(munmap(far, 3 * MIB) == 0);
}

static void partial(void) {
    for (int round = 0; round < 3; round++) {
        char *p = map(12 * PAGE);
        fill_pattern(p, 12 * PAGE, 1);
        CHECK(munmap(p, 2 * PAGE) == 0);
        CHECK(munmap(p + 5 * PAGE, 2 * PAGE) == 0);
        CHECK(munmap(p + 10 * PAGE, 2 * PAGE) == 0);
        for (size_t i = 0; i < 12; i++) {
            int hole = i < 2 || i == 5 || i == 6 || i >= 10;
            CHECK(is_mapped(p + i * PAGE, PAGE) == !hole);
        }
        CHECK(!is_mapped(p, 12 * PAGE));
        map_at(p + 5 * PAGE, 2 * PAGE, RW, MAP_FIXED);
        CHECK(is_zero(p + 5 * PAGE, 2 * PAGE));
        map_at(p, 2 * PAGE, RW, MAP_FIXED_NOREPLACE);
        map_at(p + 10 * PAGE, 2 * PAGE, RW, MAP_FIXED);
        CHECK(is_zero(p, 2 * PAGE) && is_zero(p + 10 * PAGE, 2 * PAGE));
        CHECK(is_mapped(p, 12 * PAGE));
        fill_pattern(p, 12 * PAGE, 2);
        CHECK(holds_pattern(p, 12 * PAGE, 2));
        CHECK(munmap(p + 3 * PAGE, PAGE) == 0);
        CHECK(munmap(p, 12 * PAGE) == 0); /* holes inside the range are no error */
        CHECK(!is_mapped(p + 4 * PAGE, PAGE));
    }
    /* Trimmed to an aligned piece, as allocators do. */
    for (int round = 0; round < 20; round++) {
        char *p = map(4 * MIB);
        char *aligned = (char *) (((uintptr_t) p + 2 * MIB - 1) & ~(2 * MIB - 1));
        if (aligned > p) {
            CHECK(munmap(p, (size_t) (aligned - p)) == 0);
        }
        if (aligned + 2 * MIB < p + 4 * MIB) {
            CHECK(munmap(aligned + 2 * MIB, (size_t) (p + 4 * MIB - (aligned + 2 * MIB))) == 0);
        }
        CHECK(is_zero(aligned, 2 * MIB));
        memset(aligned, 0x77, 2 * MIB);
        CHECK(munmap(aligned, 2 * MIB) == 0);
    }
}

static void flags(void) {
    char *p = mmap(NULL, 2 * MIB, RW, ANON | MAP_STACK, -1, 0);
    CHECK(p != MAP_FAILED && is_zero(p, 2 * MIB));
    CHECK(munmap(p, 2 * MIB) == 0);

    p = mmap(NULL, 8 * GIB, RW, ANON | MAP_NORESERVE, -1, 0);
    CHECK(p != MAP_FAILED);
    for (size_t at = 0; at < 8 * GIB; at += GIB) {
        CHECK(p[at] == 0 && p[at + GIB - 1] == 0);
        p[at] = 1;
    }
    CHECK(munmap(p, 8 * GIB) == 0);

    p = mmap(NULL, 64 * PAGE, RW, ANON | MAP_POPULATE, -1, 0);
    unsigned char present[64];
    CHECK(p != MAP_FAILED && mincore(p, 64 * PAGE, present) == 0);
    for (int i = 0; i < 64; i++) {
        CHECK(present[i] & 1);
    }
    CHECK(is_zero(p, 64 * PAGE) && munmap(p, 64 * PAGE) == 0);

    p = mmap(NULL, PAGE, RW, ANON | MAP_32BIT, -1, 0);
    CHECK(p != MAP_FAILED && (uintptr_t) p < 1ul << 32 && is_zero(p, PAGE));
    CHECK(munmap(p, PAGE) == 0);

    p = mmap(NULL, 4 * PAGE, RW, ANON | MAP_LOCKED, -1, 0);
    CHECK(p != MAP_FAILED && is_zero(p, 4 * PAGE) && munmap(p, 4 * PAGE) == 0);

    /* A mapping that grows down when the page below it is touched. */
    p = mmap(NULL, 8 * MIB, PROT_NONE, ANON, -1, 0);
    CHECK(p != MAP_FAILED && munmap(p, 8 * MIB) == 0);
    map_at(p + 8 * MIB - 2 * PAGE, 2 * PAGE, RW, MAP_FIXED | MAP_GROWSDOWN);
    for (size_t i = 1; i <= 32; i++) {
        volatile char *touch = p + 8 * MIB - i * PAGE;
        CHECK(*touch == 0);
        *touch = (char) i;
    }
    CHECK(is_mapped(p + 8 * MIB - 32 * PAGE, 32 * PAGE));
    CHECK(munmap(p + 8 * MIB - 32 * PAGE, 32 * PAGE) == 0);
}

/* A great address range is reserved and then committed by pieces, as run-times with a collector do. */
static void reserve(void) {
    char *p = mmap(NULL, 16 * GIB, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    CHECK(p != MAP_FAILED);
    for (size_t i = 0; i < 64; i++) {
        char *piece = p + i * 200 * MIB;
        CHECK(mprotect(piece, MIB, RW) == 0);
        CHECK(is_zero(piece, MIB));
        fill_pattern(piece, MIB, i);
    }
    for (size_t i = 0; i < 64; i++) {
        char *piece = p + i * 200 * MIB;
        CHECK(holds_pattern(piece, MIB, i));
        map_at(piece, MIB, PROT_NONE, MAP_FIXED | MAP_NORESERVE);
        map_at(piece, MIB / 2, RW, MAP_FIXED);
        CHECK(is_zero(piece, MIB / 2));
    }
    CHECK(munmap(p, 16 * GIB) == 0);
}

static void many(void) {
    enum { MANY = 4000 };
    static char *p[MANY];
    for (int i = 0; i < MANY; i++) {
        p[i] = mmap(NULL, PAGE, i % 2 ? RW : PROT_READ, ANON, -1, 0);
        CHECK(p[i] != MAP_FAILED && is_zero(p[i], PAGE));
        if (i % 2) {
            memcpy(p[i], &i, sizeof i);
        }
    }
    for (int k = 0; k < MANY; k++) {
        int i = (int) ((long) k * 1237 % MANY); /* 1237 has no factor in common with MANY */
        int value = 0;
        memcpy(&value, p[i], sizeof value);
        CHECK(value == (i % 2 ? i : 0));
        CHECK(munmap(p[i], PAGE) == 0);
    }
}

/* Code of a file over anonymous memory, in a program that has made many calls; the place is used for anonymous memory again. */
static void code_over(void) {
    size_t length = 16 * PAGE;
    for (int i = 0; i < 1500; i++) {
        syscall(SYS_getppid);
    }
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    for (int kind = 0; kind < 2; kind++) {
        char *p = map(length);
        memset(p, 1, length);
        CHECK(mmap(p, length, PROT_READ | PROT_EXEC, (kind ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, fd, 0) == p);
        CHECK(memcmp(p, "\177ELF", 4) == 0 && munmap(p, length) == 0);
        char *q = map(length);
        CHECK(is_zero(q, length));
        memset(q, 2, length);
        CHECK(munmap(q, length) == 0);
    }
    CHECK(close(fd) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"zero", zero}, {"zero_mixed", zero_mixed}, {"zero_pieces", zero_pieces}, {"errors", errors}, {"fixed", fixed},
        {"hints", hints}, {"partial", partial}, {"flags", flags}, {"reserve", reserve}, {"many", many}, {"code_over", code_over},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
