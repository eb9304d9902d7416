/*
 * Random mmap, munmap, mprotect, mremap, madvise, fork and writes, compared with a model of what every page must hold.
 *
 * The window of the model lies first where the kernel put it and then where the program chose. The sequence is the same
 * in every run.
 */
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

enum { PAGES = 256, STEPS = 6000 };

struct page {
    int mapped;
    int prot;
    uint64_t seed; /* of its content; 0: the page is zero */
};

static struct page model[PAGES];
static char *window;
static uint64_t state;
static sigjmp_buf back;

static void on_segv(int number) {
    (void) number;
    siglongjmp(back, 1);
}

static size_t pick(size_t bound) {
    return (size_t) (check_random(&state) >> 11) % bound;
}

static char *address(size_t page) {
    return window + page * PAGE;
}

static int any_hole(size_t from, size_t count) {
    for (size_t i = from; i < from + count; i++) {
        if (!model[i].mapped) {
            return 1;
        }
    }
    return 0;
}

static int pick_prot(void) {
    static const int prots[] = {RW, RW, RW, PROT_READ, PROT_NONE};
    return prots[pick(COUNT(prots))];
}

static void verify_page(size_t i) {
    char *p = address(i);
    unsigned char present;
    if (!model[i].mapped) {
        CHECK_ERRNO(mincore(p, PAGE, &present), ENOMEM);
        return;
    }
    CHECK(mincore(p, PAGE, &present) == 0);
    if (model[i].prot == PROT_NONE) {
        if (sigsetjmp(back, 1) == 0) {
            (void) *(volatile char *) p;
            CHECK(!"reading a page without access");
        }
        return;
    }
    CHECK(model[i].seed == 0 ? is_zero(p, PAGE) : holds_pattern(p, PAGE, model[i].seed));
    if (model[i].prot == PROT_READ) {
        if (sigsetjmp(back, 1) == 0) {
            *(volatile char *) p = 1;
            CHECK(!"writing a read-only page");
        }
    }
}

static void verify_all(void) {
    for (size_t i = 0; i < PAGES; i++) {
        verify_page(i);
    }
}

static void do_mmap(size_t from, size_t count) {
    int prot = pick_prot();
    int polite = pick(4) == 0;
    void *p = mmap(address(from), count * PAGE, prot, ANON | (polite ? MAP_FIXED_NOREPLACE : MAP_FIXED), -1, 0);
    if (polite) {
        for (size_t i = from; i < from + count; i++) {
            if (model[i].mapped) {
                CHECK(p == MAP_FAILED && errno == EEXIST);
                return;
            }
        }
    }
    CHECK(p == address(from));
    for (size_t i = from; i < from + count; i++) {
        model[i] = (struct page) {1, prot, 0};
    }
}

static void do_munmap(size_t from, size_t count) {
    CHECK(munmap(address(from), count * PAGE) == 0);
    memset(&model[from], 0, count * sizeof model[0]);
}

/* Linux changes everything up to the first hole, then says ENOMEM. */
static void do_mprotect(size_t from, size_t count) {
    int prot = pick_prot();
    int result = mprotect(address(from), count * PAGE, prot);
    CHECK(any_hole(from, count) ? result == -1 && errno == ENOMEM : result == 0);
    for (size_t i = from; i < from + count && model[i].mapped; i++) {
        model[i].prot = prot;
    }
}

/* Linux does every mapped part, then says ENOMEM if there was a hole. */
static void do_madvise(size_t from, size_t count) {
    int result = madvise(address(from), count * PAGE, MADV_DONTNEED);
    CHECK(any_hole(from, count) ? result == -1 && errno == ENOMEM : result == 0);
    for (size_t i = from; i < from + count; i++) {
        model[i].seed = 0;
    }
}

/* One page moves and perhaps grows: one page is one mapping, however the kernel has split or merged them. */
static void do_mremap(size_t from, size_t to, size_t count) {
    void *p = mremap(address(from), PAGE, count * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, address(to));
    if (from >= to && from < to + count) {
        CHECK(p == MAP_FAILED && errno == EINVAL);
        return;
    }
    if (!model[from].mapped) { /* Linux may have unmapped the target by then: make that certain */
        CHECK(p == MAP_FAILED && errno == EFAULT);
        do_munmap(to, count);
        return;
    }
    CHECK(p == address(to));
    struct page moved = model[from];
    model[from] = (struct page) {0, 0, 0};
    for (size_t i = to; i < to + count; i++) {
        model[i] = (struct page) {1, moved.prot, i == to ? moved.seed : 0};
    }
}

/* A whole fresh mapping moves. */
static void do_mremap_whole(size_t from, size_t to, size_t count) {
    if (from + count > to && to + count > from) {
        return;
    }
    uint64_t seed = check_random(&state) | 1;
    CHECK(munmap(address(from), count * PAGE) == 0);
    CHECK(mmap(address(from), count * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == address(from));
    for (size_t i = 0; i < count; i++) {
        fill_pattern(address(from + i), PAGE, seed + i);
    }
    /* A fence on both sides keeps it from being merged into a neighbour. */
    CHECK(mprotect(address(from), count * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
    CHECK(mremap(address(from), count * PAGE, count * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, address(to)) == address(to));
    CHECK(mprotect(address(to), count * PAGE, RW) == 0);
    for (size_t i = 0; i < count; i++) {
        model[from + i] = (struct page) {0, 0, 0};
        model[to + i] = (struct page) {1, RW, seed + i};
    }
}

static void do_write(size_t from, size_t count) {
    for (size_t i = from; i < from + count; i++) {
        if (model[i].mapped && model[i].prot == RW) {
            model[i].seed = check_random(&state) | 1;
            fill_pattern(address(i), PAGE, model[i].seed);
        }
    }
}

static void in_child(void) {
    verify_all();
    do_munmap(0, PAGES / 3);
    do_mmap(PAGES / 4, PAGES / 4);
    do_write(0, PAGES);
    verify_all();
}

static void run_model(uint64_t seed, char *where) {
    CHECK(signal(SIGSEGV, on_segv) != SIG_ERR);
    state = seed;
    memset(model, 0, sizeof model);
    window = mmap(where, PAGES * PAGE, PROT_NONE, ANON | (where == NULL ? 0 : MAP_FIXED_NOREPLACE), -1, 0);
    CHECK(window != MAP_FAILED && (where == NULL || window == where));
    for (size_t i = 0; i < PAGES; i++) {
        model[i] = (struct page) {1, PROT_NONE, 0};
    }
    for (int step = 0; step < STEPS; step++) {
        size_t from = pick(PAGES);
        size_t count = 1 + pick(pick(8) == 0 ? 100 : 12);
        if (from + count > PAGES) {
            count = PAGES - from;
        }
        size_t to = pick(PAGES - count + 1);
        switch (pick(12)) {
            case 0: case 1: case 2: do_mmap(from, count); break;
            case 3: case 4: do_munmap(from, count); break;
            case 5: case 6: do_mprotect(from, count); break;
            case 7: do_madvise(from, count); break;
            case 8: do_mremap(from, to, count > 6 ? 6 : count); break;
            case 9: do_mremap_whole(from, to, count); break;
            default: do_write(from, count); break;
        }
        verify_page(from);
        verify_page(to);
        verify_page(pick(PAGES));
        if (step % 300 == 299) {
            verify_all();
            IN_CHILD(in_child());
            verify_all();
        }
    }
    verify_all();
    CHECK(munmap(window, PAGES * PAGE) == 0);
}

static void kernels_place(void) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        run_model(seed * 1000003, NULL);
    }
}

static void own_place(void) {
    for (uint64_t seed = 4; seed <= 6; seed++) {
        run_model(seed * 1000003, (char *) 0x120000000000);
    }
}

int main(int argc, char **argv) {
    static const struct section sections[] = {{"kernels_place", kernels_place}, {"own_place", own_place}};
    return check_sections(argc, argv, sections, COUNT(sections));
}
