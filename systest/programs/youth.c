/*
 * Who gives a program its memory while the LWK is young: tells where a small and a large piece lie, at once and later.
 *
 *   youth        prints "small 0|1", "large 0|1" (1: in the arena), then "later 1" once a small piece lies there
 */
#include "check.h"
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define ARENA_BASE 0x7e8000000000
#define ARENA_END 0x7ec000000000
#define SMALL (64 << 10)
#define LARGE (2 << 20)
#define LONGEST 150 /* seconds, on a machine with much else to do */

static int in_arena(size_t size) {
    char *piece = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(piece != MAP_FAILED);
    for (size_t i = 0; i < size; i += 4096) {
        CHECK(piece[i] == 0);
        piece[i] = 1;
    }
    CHECK(munmap(piece, size) == 0);
    return (uintptr_t)piece >= ARENA_BASE && (uintptr_t)piece < ARENA_END;
}

int main(void) {
    printf("small %d\n", in_arena(SMALL));
    printf("large %d\n", in_arena(LARGE));
    time_t end = time(NULL) + LONGEST;
    int later = 0;
    while (!later && time(NULL) < end) {
        later = in_arena(SMALL);
        usleep(1000);
    }
    printf("later %d\n", later);
    return 0;
}
