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

enum { NODES = 64, SHOWN = 2, TRIES = 100 };

/* The node of each page, counted; a page that is nowhere ends the program. */
static void count(char *at, size_t length, size_t *pages) {
    size_t number = length / PAGE;
    void **page = calloc(number, sizeof *page);
    int *node = calloc(number, sizeof *node);
    CHECK(page != NULL && node != NULL);
    for (size_t i = 0; i < number; i++) {
        page[i] = at + i * PAGE;
    }
    CHECK(syscall(SYS_move_pages, 0, number, page, NULL, node, 0) == 0);
    memset(pages, 0, NODES * sizeof *pages);
    for (size_t i = 0; i < number; i++) {
        /* A page that Linux is just moving, or watches for NUMA balancing, is nowhere for a moment. */
        for (int try = 0; try < TRIES && node[i] < 0; try++) {
            usleep(1000);
            (void) *(volatile char *) page[i];
            CHECK(syscall(SYS_move_pages, 0, 1ul, &page[i], NULL, &node[i], 0) == 0);
        }
        if (node[i] < 0 || node[i] >= NODES) {
            dprintf(2, "page %lu of %lu at %p, which holds %d: status %d\n", i, number, page[i], *(char *) page[i], node[i]);
            exit(1);
        }
        pages[node[i]]++;
    }
    free(page);
    free(node);
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
