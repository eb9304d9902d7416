/*
 * Maps and unmaps memory as lines on standard input say: "map MIB" maps and touches a piece and prints "mapped" or the error,
 * "free" unmaps the last piece, "check" says whether all pieces hold what was written to them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MOST 64
#define STEP 4096

static char *piece[MOST];
static size_t length[MOST];
static int count;

static char sign(int number)
{
    return (char)(number % 100 + 1);
}

static int intact(void)
{
    for (int i = 0; i < count; i++)
        for (size_t at = 0; at < length[i]; at += STEP)
            if (piece[i][at] != sign(i))
                return 0;
    return 1;
}

int main(void)
{
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "map ", 4) && count < MOST) {
            size_t bytes = (size_t)atol(line + 4) << 20;
            char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (at != MAP_FAILED) {
                for (size_t i = 0; i < bytes; i += STEP)
                    at[i] = sign(count);
                piece[count] = at;
                length[count++] = bytes;
            }
            puts(at == MAP_FAILED ? strerror(errno) : "mapped");
        } else if (!strncmp(line, "free", 4) && count > 0) {
            count--;
            puts(munmap(piece[count], length[count]) ? strerror(errno) : "freed");
        } else {
            puts(intact() ? "intact" : "broken");
        }
        fflush(stdout);
    }
    return 0;
}
