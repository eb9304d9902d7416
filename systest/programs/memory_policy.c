/* NUMA policies on one node: set_mempolicy, get_mempolicy, mbind, set_mempolicy_home_node, move_pages, migrate_pages. */
#include "check.h"

#include <linux/mempolicy.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif
#define LOCAL 4 /* MPOL_LOCAL */
#define BITS (8 * sizeof(unsigned long) + 1)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static const unsigned long node0 = 1, none;

static long set_policy(int mode, const unsigned long *nodes) {
    return syscall(SYS_set_mempolicy, mode, nodes, nodes ? BITS : 0);
}

static long get_policy(int *mode, unsigned long *nodes, void *address, unsigned long flags) {
    return syscall(SYS_get_mempolicy, mode, nodes, nodes ? BITS : 0, address, flags);
}

static long bind(void *start, size_t length, int mode, const unsigned long *nodes, unsigned flags) {
    return syscall(SYS_mbind, start, length, mode, nodes, nodes ? BITS : 0, flags);
}

static int policy_of(void *address) {
    int mode = -1;
    CHECK(get_policy(&mode, NULL, address, address ? MPOL_F_ADDR : 0) == 0);
    return mode;
}

static char *map(size_t length) {
    char *p = mmap(NULL, length, RW, ANON, -1, 0);
    CHECK(p != MAP_FAILED && is_zero(p, length));
    return p;
}

static void of_the_process(void) {
    unsigned long nodes = 0;
    int mode = -1;
    CHECK(policy_of(NULL) == MPOL_DEFAULT);
    static const int modes[] = {MPOL_INTERLEAVE, MPOL_BIND, MPOL_PREFERRED};
    for (size_t i = 0; i < COUNT(modes); i++) {
        CHECK(set_policy(modes[i], &node0) == 0);
        CHECK(get_policy(&mode, &nodes, NULL, 0) == 0 && mode == modes[i] && nodes == 1);
        char *p = map(MIB);
        fill_pattern(p, MIB, i);
        CHECK(holds_pattern(p, MIB, i) && munmap(p, MIB) == 0);
    }
    CHECK(set_policy(LOCAL, NULL) == 0 && policy_of(NULL) == LOCAL);
    CHECK(get_policy(NULL, &nodes, NULL, MPOL_F_MEMS_ALLOWED) == 0 && (nodes & 1));
    CHECK_ERRNO(set_policy(77, &node0), EINVAL);
    CHECK_ERRNO(set_policy(MPOL_INTERLEAVE, &none), EINVAL);
    CHECK_ERRNO(set_policy(MPOL_BIND, NULL), EINVAL);
    CHECK_ERRNO(set_policy(MPOL_DEFAULT, &node0), EINVAL);
    CHECK_ERRNO(set_policy(MPOL_BIND, BAD_POINTER), EFAULT);
    CHECK_ERRNO(get_policy(BAD_POINTER, NULL, NULL, 0), EFAULT);
    CHECK_ERRNO(get_policy(&mode, NULL, NULL, 1 << 30), EINVAL);
    CHECK(policy_of(NULL) == LOCAL);
    CHECK(set_policy(MPOL_DEFAULT, NULL) == 0 && policy_of(NULL) == MPOL_DEFAULT);
}

/* Memory comes and goes while threads change their policies: it is zero when new, and holds what was written. */
static void *churn(void *seed) {
    static const size_t sizes[] = {PAGE, 64 * KIB, 300 * KIB, 2 * MIB, 5 * MIB};
    char *kept[COUNT(sizes)];
    size_t number = (size_t) seed;
    for (int round = 0; round < 12; round++) {
        CHECK(set_policy(round % 3 == 0 ? MPOL_DEFAULT : MPOL_INTERLEAVE, round % 3 == 0 ? NULL : &node0) == 0);
        for (size_t i = 0; i < COUNT(sizes); i++) {
            kept[i] = map(sizes[i]);
            fill_pattern(kept[i], sizes[i], number + i);
        }
        for (size_t i = 0; i < COUNT(sizes); i++) {
            CHECK(holds_pattern(kept[i], sizes[i], number + i) && munmap(kept[i], sizes[i]) == 0);
        }
    }
    return NULL;
}

static void of_threads(void) {
    pthread_t threads[3];
    churn((void *) 1);
    CHECK(set_policy(MPOL_BIND, &node0) == 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        CHECK_ZERO(pthread_create(&threads[i], NULL, churn, (void *) (i * 10)));
    }
    for (size_t i = 0; i < COUNT(threads); i++) {
        CHECK_ZERO(pthread_join(threads[i], NULL));
    }
    CHECK(policy_of(NULL) == MPOL_BIND);
    IN_CHILD(CHECK(policy_of(NULL) == MPOL_BIND && set_policy(MPOL_DEFAULT, NULL) == 0));
    CHECK(policy_of(NULL) == MPOL_BIND && set_policy(MPOL_DEFAULT, NULL) == 0);
}

/* The heap goes up and down under several policies. */
static void of_the_heap(void) {
    char *start = sbrk(0);
    char *base = (char *) (((uintptr_t) start + PAGE - 1) & ~(PAGE - 1));
    CHECK(brk(base + 4 * MIB) == 0 && is_zero(base, 4 * MIB));
    memset(base, 1, 4 * MIB);
    CHECK(brk(base + MIB) == 0 && set_policy(MPOL_INTERLEAVE, &node0) == 0);
    CHECK(brk(base + 6 * MIB) == 0 && is_zero(base + MIB, 5 * MIB) && base[MIB - 1] == 1);
    memset(base, 2, 6 * MIB);
    CHECK(bind(base, MIB, MPOL_BIND, &node0, 0) == 0);
    CHECK(policy_of(base) == MPOL_BIND && policy_of(base + MIB) == MPOL_DEFAULT);
    CHECK(brk(base + 2 * MIB) == 0 && base[0] == 2 && brk(base + 8 * MIB) == 0 && is_zero(base + 2 * MIB, 6 * MIB));
    CHECK(brk(start) == 0 && set_policy(MPOL_DEFAULT, NULL) == 0);
}

static void of_ranges(void) {
    static const size_t sizes[] = {4 * PAGE, 64 * KIB, MIB, 6 * MIB};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t half = sizes[i] / 2;
        int node = -1;
        char *p = map(sizes[i]);
        CHECK(bind(p, half, MPOL_BIND, &node0, 0) == 0);
        CHECK(policy_of(p) == MPOL_BIND && policy_of(p + half - 1) == MPOL_BIND && policy_of(p + half) == MPOL_DEFAULT);
        fill_pattern(p, sizes[i], i);
        CHECK(get_policy(&node, NULL, p, MPOL_F_NODE | MPOL_F_ADDR) == 0 && node == 0);
        CHECK(bind(p + half, half, MPOL_INTERLEAVE, &node0, MPOL_MF_STRICT | MPOL_MF_MOVE) == 0);
        CHECK(policy_of(p + half) == MPOL_INTERLEAVE && holds_pattern(p, sizes[i], i));
        CHECK(bind(p, sizes[i], MPOL_DEFAULT, NULL, 0) == 0 && policy_of(p) == MPOL_DEFAULT);
        CHECK(bind(p, PAGE, MPOL_PREFERRED, &node0, 0) == 0 && munmap(p, sizes[i]) == 0);
        p = map(sizes[i]);
        CHECK(policy_of(p) == MPOL_DEFAULT && munmap(p, sizes[i]) == 0);
    }
}

static void errors(void) {
    char *p = map(16 * PAGE);
    CHECK(bind(p, 0, MPOL_BIND, &node0, 0) == 0);
    CHECK_ERRNO(bind(p + 1, PAGE, MPOL_BIND, &node0, 0), EINVAL);
    CHECK_ERRNO(bind(p, PAGE, 55, &node0, 0), EINVAL);
    CHECK_ERRNO(bind(p, PAGE, MPOL_BIND, &node0, 1 << 20), EINVAL);
    CHECK_ERRNO(bind(p, PAGE, MPOL_BIND, &none, 0), EINVAL);
    CHECK_ERRNO(bind(p, PAGE, MPOL_DEFAULT, &node0, 0), EINVAL);
    CHECK_ERRNO(bind(p, PAGE, MPOL_BIND, BAD_POINTER, 0), EFAULT);
    CHECK(policy_of(p) == MPOL_DEFAULT);
    CHECK(munmap(p + 4 * PAGE, 4 * PAGE) == 0);
    CHECK_ERRNO(bind(p, 16 * PAGE, MPOL_BIND, &node0, 0), EFAULT);
    CHECK_ERRNO(bind(p + 4 * PAGE, PAGE, MPOL_BIND, &node0, 0), EFAULT);
    CHECK_ERRNO(bind(p, 16 * PAGE, 55, &node0, 0), EINVAL);
    CHECK_ERRNO(bind(p + 1, 16 * PAGE, MPOL_BIND, &node0, 0), EINVAL);
    CHECK_ERRNO(bind(p, 16 * PAGE, MPOL_BIND, BAD_POINTER, 0), EFAULT);
    CHECK(munmap(p, 16 * PAGE) == 0);
}

static void home_node(void) {
    char *p = map(8 * PAGE);
    CHECK(bind(p, 4 * PAGE, MPOL_BIND, &node0, 0) == 0);
    errno = 0;
    long result = syscall(SYS_set_mempolicy_home_node, p, 4 * PAGE, 0ul, 0ul);
    CHECK(result == 0 || errno == ENOSYS);
    if (result == 0) {
        CHECK_ERRNO(syscall(SYS_set_mempolicy_home_node, p, PAGE, 0ul, 1ul), EINVAL);
        CHECK_ERRNO(syscall(SYS_set_mempolicy_home_node, p, PAGE, 4096ul, 0ul), EINVAL);
        CHECK_ERRNO(syscall(SYS_set_mempolicy_home_node, p + 1, PAGE, 0ul, 0ul), EINVAL);
    }
    CHECK(policy_of(p) == MPOL_BIND && munmap(p, 8 * PAGE) == 0);
}

static void moving(void) {
    char *p = map(4 * PAGE);
    fill_pattern(p, 3 * PAGE, 5);
    void *pages[4] = {p, p + PAGE, p + 2 * PAGE, p + 3 * PAGE};
    int status[4] = {-1, -1, -1, -1}, nodes[4] = {0, 0, 0, 0};
    CHECK(syscall(SYS_move_pages, 0, 3ul, pages, NULL, status, 0) == 0);
    CHECK(status[0] == 0 && status[1] == 0 && status[2] == 0);
    CHECK(syscall(SYS_move_pages, 0, 3ul, pages, nodes, status, MPOL_MF_MOVE) == 0 && status[0] == 0);
    CHECK_ERRNO(syscall(SYS_move_pages, 0, 3ul, BAD_POINTER, NULL, status, 0), EFAULT);
    CHECK(syscall(SYS_migrate_pages, 0, BITS, &node0, &node0) == 0);
    CHECK(holds_pattern(p, 3 * PAGE, 5) && munmap(p, 4 * PAGE) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"of_the_process", of_the_process}, {"of_threads", of_threads}, {"of_the_heap", of_the_heap}, {"of_ranges", of_ranges},
        {"errors", errors}, {"home_node", home_node}, {"moving", moving},
    };
    if (syscall(SYS_get_mempolicy, NULL, NULL, 0, NULL, 0) < 0) {
        puts("skipped: this kernel knows no NUMA policies, or forbids them");
        return 0;
    }
    return check_sections(argc, argv, sections, COUNT(sections));
}
