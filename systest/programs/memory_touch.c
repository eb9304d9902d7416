/*
 * New memory is zero, whatever became of it before: threads and children map, touch in part or not at all, unmap, move the break and
 * drop pages, at random, and look at all that they are given. The sequence of each thread is the same in every run.
 */
#include "check.h"

#include <pthread.h>
#include <sys/mman.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

enum { PIECES = 24, THREADS = 4 };

static const size_t sizes[] = {PAGE, PAGE, 3 * PAGE, 16 * PAGE, 16 * PAGE, 33 * PAGE, 64 * PAGE, 100 * PAGE, 300 * PAGE,
                               512 * PAGE, 512 * PAGE, 700 * PAGE, 2048 * PAGE};

struct piece {
    char *start;
    size_t length;
    size_t step; /* between touched pages, in pages; 0: none was touched */
    uint64_t seed;
};

struct churner {
    uint64_t state;
    int steps;
    int forks;
    struct piece pieces[PIECES];
};

static size_t pick(struct churner *c, size_t bound) {
    return (size_t) (check_random(&c->state) >> 11) % bound;
}

static void touch(struct piece *p) {
    for (size_t at = 0; p->step && at < p->length; at += p->step * PAGE) {
        fill_pattern(p->start + at, 64, p->seed + at);
        memset(p->start + at + PAGE - 8, 0xff, 8);
    }
}

static void verify(const struct piece *p) {
    for (size_t at = 0; p->step && at < p->length; at += p->step * PAGE) {
        CHECK(holds_pattern(p->start + at, 64, p->seed + at));
    }
}

/* Looking makes pages present; so some pieces are not looked at, or only where they are about to be touched. */
static void look(struct churner *c, const struct piece *p) {
    switch (pick(c, 4)) {
        case 0:
            CHECK(is_zero(p->start, p->length));
            break;
        case 1:
            for (size_t at = 0; at < p->length; at += 7 * PAGE) {
                CHECK(is_zero(p->start + at, PAGE));
            }
            break;
        default:
            for (size_t at = 0; p->step && at < p->length; at += p->step * PAGE) {
                CHECK(is_zero(p->start + at, PAGE));
            }
            break;
    }
}

static void map(struct churner *c, struct piece *p, int idle) {
    p->length = sizes[pick(c, COUNT(sizes))];
    p->start = mmap(NULL, p->length, RW, ANON | (pick(c, 16) == 0 ? MAP_POPULATE : 0), -1, 0);
    CHECK(p->start != MAP_FAILED);
    p->step = idle ? 0 : 1 + (pick(c, 2) ? 0 : pick(c, 200));
    p->seed = check_random(&c->state);
    look(c, p);
    touch(p);
}

static void unmap(struct churner *c, struct piece *p) {
    verify(p);
    if (p->length > 2 * PAGE && pick(c, 4) == 0) { /* in two parts, the middle first */
        size_t cut = PAGE * (1 + pick(c, p->length / PAGE - 1));
        CHECK(munmap(p->start + cut, p->length - cut) == 0);
        CHECK(munmap(p->start, cut) == 0);
    } else {
        CHECK(munmap(p->start, p->length) == 0);
    }
    p->start = NULL;
}

static void treat(struct churner *c, struct piece *p) {
    switch (pick(c, 8)) {
        case 0:
            CHECK(madvise(p->start, p->length, MADV_DONTNEED) == 0);
            p->step = 0;
            break;
        case 1:
            CHECK(madvise(p->start, p->length, MADV_FREE) == 0);
            touch(p);
            break;
        case 2: {
            size_t length = sizes[pick(c, COUNT(sizes))];
            char *moved = mremap(p->start, p->length, length, MREMAP_MAYMOVE);
            CHECK(moved != MAP_FAILED);
            if (length > p->length) {
                CHECK(is_zero(moved + p->length, length - p->length));
            }
            p->start = moved;
            p->length = length < p->length ? length : p->length;
            verify(p);
            p->length = length;
            touch(p);
            break;
        }
        case 3:
            CHECK(mprotect(p->start, PAGE, PROT_READ) == 0);
            CHECK(mprotect(p->start, PAGE, RW) == 0);
            break;
        default:
            break;
    }
}

static void churn(struct churner *c);

static void step(struct churner *c, int idle) {
    struct piece *p = &c->pieces[pick(c, PIECES)];
    if (p->start == NULL) {
        map(c, p, idle);
    } else if (pick(c, 5) == 0) {
        treat(c, p);
    } else {
        unmap(c, p);
    }
}

/* One piece comes and goes many times: what a program does in a loop. */
static void burst(struct churner *c, int idle) {
    size_t length = sizes[pick(c, COUNT(sizes))];
    int times = length > 512 * PAGE ? 8 : 40;
    for (int i = 0; i < times; i++) {
        char *p = mmap(NULL, length, RW, ANON, -1, 0);
        CHECK(p != MAP_FAILED);
        if (!idle || pick(c, 20) == 0) {
            for (size_t at = 0; at < length; at += PAGE) {
                CHECK(p[at] == 0 && p[at + PAGE - 1] == 0);
                p[at] = p[at + PAGE - 1] = 1;
            }
        }
        CHECK(munmap(p, length) == 0);
    }
}

static void in_child(struct churner *c) {
    c->forks = 0;
    c->steps = 300;
    churn(c);
}

static void churn(struct churner *c) {
    int idle = 0;
    for (int i = 0; i < c->steps; i++) {
        if (pick(c, 50) == 0) {
            idle = !idle;
        }
        if (pick(c, 60) == 0) {
            burst(c, idle);
        }
        step(c, idle);
        if (c->forks > 0 && pick(c, 200) == 0) {
            c->forks--;
            IN_CHILD(in_child(c));
        }
    }
    for (size_t i = 0; i < PIECES; i++) {
        if (c->pieces[i].start != NULL) {
            unmap(c, &c->pieces[i]);
        }
    }
}

static void *churn_thread(void *argument) {
    churn((struct churner *) argument);
    return NULL;
}

static void alone(void) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        static struct churner c;
        memset(&c, 0, sizeof c);
        c.state = seed * 7919;
        c.steps = 2500;
        c.forks = 4;
        churn(&c);
    }
}

static void threads(void) {
    static struct churner churners[THREADS];
    pthread_t thread[THREADS];
    memset(churners, 0, sizeof churners);
    for (size_t i = 0; i < THREADS; i++) {
        churners[i].state = (i + 1) * 104729;
        churners[i].steps = 1200;
        churners[i].forks = i < 2 ? 2 : 0;
        CHECK_ZERO(pthread_create(&thread[i], NULL, churn_thread, &churners[i]));
    }
    for (size_t i = 0; i < THREADS; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
}

/* The break goes up and down over what was touched in part; its own allocator is not used meanwhile. */
static void heap(void) {
    struct churner c = {.state = 15485863};
    char *start = sbrk(0);
    size_t most = 0;
    for (int i = 0; i < 3000; i++) {
        size_t length = PAGE * (pick(&c, 8) == 0 ? pick(&c, 2000) : pick(&c, 80));
        CHECK(sbrk((intptr_t) length) == start);
        most = length > most ? length : most;
        size_t between = 1 + pick(&c, 40);
        if (pick(&c, 2)) {
            for (size_t at = pick(&c, 2) * PAGE; at < length; at += between * PAGE) {
                CHECK(is_zero(start + at, PAGE));
                memset(start + at, 0xa5, PAGE);
            }
        }
        if (pick(&c, 100) == 0) {
            IN_CHILD({
                CHECK(sbrk(-(intptr_t) length) == start + length);
                CHECK(sbrk((intptr_t) (length + 200 * PAGE)) == start);
                CHECK(is_zero(start, length + 200 * PAGE));
            });
        }
        CHECK(sbrk(-(intptr_t) length) == start + length);
    }
    CHECK(sbrk((intptr_t) most) == start);
    CHECK(is_zero(start, most));
    CHECK(sbrk(-(intptr_t) most) == start + most);
}

/* What is locked stays in memory, and is not more than was asked for. */
static void locked(void) {
    char *before = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
    CHECK(before != MAP_FAILED);
    memset(before, 1, 64 * PAGE);
    CHECK(munmap(before, 64 * PAGE) == 0);
    if (mlockall(MCL_CURRENT) == 0) {
        char *p = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
        CHECK(p != MAP_FAILED && is_zero(p, 64 * PAGE));
        CHECK(munmap(p, 64 * PAGE) == 0);
        CHECK(munlockall() == 0);
    }
    char *after = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
    CHECK(after != MAP_FAILED && is_zero(after, 64 * PAGE));
    CHECK(munmap(after, 64 * PAGE) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {{"alone", alone}, {"threads", threads}, {"heap", heap}, {"locked", locked}};
    return check_sections(argc, argv, sections, COUNT(sections));
}
