/*
 * Where memory comes from: which NUMA nodes the pages of mapped memory and of the heap lie on.
 *
 * numa              sections as of all programs: every page is on a node that has memory
 * numa MIB          touches so much mapped memory and prints how many MiB of it lie on each of the first two nodes
 * numa MIB hold     the same, then prints "holding" and waits for a signal
 */
#include "check.h"

#include <sys/mman.h>
#include <sys/syscall.h>

enum { NODES = 64, SHOWN = 2, TRIES = 1000 };

/* The node of each page, counted; a page that is nowhere ends the program. */
static void count(char *at, size_t length, size_t *pages) {
    memset(pages, 0, NODES * sizeof *pages);
    for (size_t offset = 0; offset < length; offset += PAGE) {
        void *page = at + offset;
        int node = -ENOENT;
        /* A page that Linux is just moving is nowhere for a moment. */
        for (int i = 0; i < TRIES && node == -ENOENT; i++) {
            CHECK(syscall(SYS_move_pages, 0, 1ul, &page, NULL, &node, 0) == 0);
            if (node == -ENOENT) {
                usleep(1000);
            }
        }
        errno = -node;
        CHECK(node >= 0 && node < NODES);
        pages[node]++;
    }
}

static char *touched(size_t length) {
    char *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    memset(at, 1, length);
    return at;
}

int main(int argc, char **argv) {
    size_t pages[NODES];
    if (argc > 1) {
        size_t length = strtoul(argv[1], NULL, 10) * MIB;
        char *at = touched(length);
        count(at, length, pages);
        for (int node = 0; node < SHOWN; node++) {
            printf("node %d: %lu MiB\n", node, pages[node] * PAGE / MIB);
        }
        if (argc > 2) {
            printf("holding\n");
            fflush(stdout);
            pause();
        }
        return 0;
    }
    char *at = touched(8 * MIB);
    count(at, 8 * MIB, pages);
    CHECK(munmap(at, 8 * MIB) == 0);
    printf("ok mapped\n");
    char *heap = sbrk(0);
    char *first = (char *) (((uintptr_t) heap + PAGE - 1) & ~(PAGE - 1));
    CHECK(brk(first + 4 * MIB) == 0);
    memset(first, 1, 4 * MIB);
    count(first, 4 * MIB, pages);
    CHECK(brk(heap) == 0);
    printf("ok heap\n");
    return 0;
}
