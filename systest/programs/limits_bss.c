/* A program with 200 MiB of zeroed memory: it runs where it has less, and gets no more. */
#include "check.h"
#include <sys/mman.h>

static char zeroed[200 << 20];

int main(int argc, char **argv)
{
    (void)argv;
    memset(zeroed, argc, sizeof zeroed);
    void *more = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("%d %s\n", zeroed[sizeof zeroed - 1], more == MAP_FAILED && errno == ENOMEM ? "no more" : "more");
    return 0;
}
