/*
 * What a program sees that has less memory than it asks for: limits MEBIBYTES PART... Natively the limit is RLIMIT_DATA, which the
 * caller has set to as much. Each part leaves nothing behind, so that they work in any order.
 */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/mman.h>

#define MB (1l << 20)
#define PIECE (3 * MB)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static long limit;

static int fails(void *result)
{
    return result == MAP_FAILED && errno == ENOMEM;
}

/* Pieces until there is no more; twice, since what was freed is there again. */
static void part_malloc(void)
{
    static char *piece[100000];
    long first = 0;
    for (int turn = 0; turn < 3; turn++) {
        long count = 0;
        errno = 0;
        while ((piece[count] = malloc(PIECE))) {
            memset(piece[count], (int)count, PIECE);
            count++;
        }
        CHECK(errno == ENOMEM);
        CHECK(count * PIECE <= limit && count * PIECE >= limit - 50 * MB);
        first = turn ? first : count;
        CHECK(labs(count - first) <= 1);
        for (long i = 0; i < count; i++) {
            CHECK(piece[i][0] == (char)i && piece[i][PIECE - 1] == (char)i);
            free(piece[i]);
        }
    }
}

static void part_small(void)
{
    struct node { struct node *next; char rest[1000]; } *list = 0, *node;
    long count = 0;
    while ((node = malloc(sizeof *node))) {
        memset(node, 1, sizeof *node);
        node->next = list;
        list = node;
        count++;
    }
    CHECK(errno == ENOMEM);
    CHECK(count * 1000 <= limit && count * 1024 >= limit - 50 * MB);
    while (list) {
        node = list->next;
        free(list);
        list = node;
    }
}

static void part_mmap(void)
{
    for (int turn = 0; turn < 5; turn++) {
        char *most = mmap(0, limit * 3 / 4, RW, ANON, -1, 0);
        CHECK(most != MAP_FAILED);
        CHECK(fails(mmap(0, limit / 2, RW, ANON, -1, 0)));
        CHECK(fails(mmap(0, limit / 2, RW, ANON | MAP_NORESERVE, -1, 0)));
        CHECK(fails(mmap(0, 4000 * MB, RW, ANON, -1, 0)));
        CHECK(mmap(most, limit * 3 / 4, RW, ANON | MAP_FIXED, -1, 0) == most); /* the same once more is no more */
        most[limit / 2] = 1;
        CHECK(!munmap(most + limit / 4, limit / 2));
        char *half = mmap(0, limit / 2, RW, ANON, -1, 0);
        CHECK(half != MAP_FAILED && half[limit / 4] == 0);
        CHECK(!munmap(half, limit / 2) && !munmap(most, limit / 4));
    }
}

static void part_file(void)
{
    int file = open("limits.data", O_RDWR | O_CREAT, 0600);
    CHECK(file >= 0 && !ftruncate(file, 2 * limit) && !unlink("limits.data"));
    char *shared = mmap(0, 2 * limit, RW, MAP_SHARED, file, 0);
    CHECK(shared != MAP_FAILED);
    char *read = mmap(0, 2 * limit, PROT_READ, MAP_PRIVATE, file, 0);
    CHECK(read != MAP_FAILED);
    CHECK(fails(mmap(0, 2 * limit, RW, MAP_PRIVATE, file, 0)));
    CHECK(mprotect(read, 2 * limit, RW) == -1 && errno == ENOMEM);
    CHECK(!mprotect(read, limit / 2, RW));
    CHECK(fails(mmap(0, limit * 3 / 4, RW, MAP_PRIVATE, file, 0)));
    CHECK(!munmap(shared, 2 * limit) && !munmap(read, 2 * limit) && !close(file));
}

static void part_protect(void)
{
    char *pool = mmap(0, 4 * limit, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    CHECK(pool != MAP_FAILED);
    CHECK(mprotect(pool, 2 * limit, RW) == -1 && errno == ENOMEM);
    CHECK(!mprotect(pool + limit, limit / 2, RW));
    memset(pool + limit, 1, limit / 2);
    CHECK(!mprotect(pool + limit, limit / 4, RW)); /* it has that */
    CHECK(mprotect(pool + limit, limit * 3 / 2, RW) == -1 && errno == ENOMEM);
    CHECK(mmap(pool, 4 * limit, PROT_NONE, ANON | MAP_NORESERVE | MAP_FIXED, -1, 0) == pool);
    CHECK(!mprotect(pool, limit * 3 / 4, RW));
    CHECK(!munmap(pool, 4 * limit));
}

static void part_remap(void)
{
    for (int large = 0; large < 2; large++) {
        long size = large ? limit / 2 : 300 * 4096;
        char *piece = mmap(0, size, RW, ANON, -1, 0);
        CHECK(piece != MAP_FAILED);
        memset(piece, 7, size);
        CHECK(fails(mremap(piece, size, 2 * limit, MREMAP_MAYMOVE)));
        CHECK(piece[0] == 7 && piece[size - 1] == 7);
        char *more = mremap(piece, size, limit * 3 / 4, MREMAP_MAYMOVE);
        CHECK(more != MAP_FAILED && more[size - 1] == 7 && more[size] == 0);
        CHECK(fails(mmap(0, limit / 2, RW, ANON, -1, 0)));
        CHECK(mremap(more, limit * 3 / 4, limit / 4, 0) == more);
        char *half = mmap(0, limit / 2, RW, ANON, -1, 0);
        CHECK(half != MAP_FAILED && !munmap(half, limit / 2) && !munmap(more, limit / 4));
    }
}

static void part_brk(void)
{
    char *before = sbrk(0);
    CHECK(sbrk(2 * limit) == (void *)-1 && errno == ENOMEM);
    CHECK(sbrk(0) == before);
    CHECK(sbrk(limit / 2) == before);
    memset(before, 1, limit / 2);
    CHECK(fails(mmap(0, limit * 3 / 4, RW, ANON, -1, 0)));
    CHECK(sbrk(limit) == (void *)-1 && errno == ENOMEM);
    CHECK(sbrk(-limit / 2) == before + limit / 2);
    char *most = mmap(0, limit * 3 / 4, RW, ANON, -1, 0);
    CHECK(most != MAP_FAILED && !munmap(most, limit * 3 / 4));
}

static void *wait_for(void *barrier)
{
    return (void *)(long)read(*(int *)barrier, &(char){0}, 1);
}

static void part_threads(void)
{
    static pthread_t thread[4096];
    int gate[2];
    CHECK(!pipe(gate));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 8 * MB);
    int count = 0, error;
    while (!(error = pthread_create(&thread[count], &attributes, wait_for, &gate[0])))
        count++;
    CHECK(error == EAGAIN);
    CHECK(count * 8 * MB <= limit && count * 8 * MB >= limit - 50 * MB);
    close(gate[1]);
    while (count)
        CHECK(!pthread_join(thread[--count], 0));
    close(gate[0]);
}

/* Many threads that allocate at a time: each gets what it asked for, or ENOMEM. */
static pthread_barrier_t all;

static void *churn(void *seed)
{
    pthread_barrier_wait(&all);
    unsigned random = (unsigned)(long)seed;
    char *have[16] = {0};
    long size[16];
    for (int i = 0; i < 400; i++) {
        int which = rand_r(&random) % 16;
        if (have[which]) {
            CHECK(have[which][0] == 1 && have[which][size[which] - 1] == 1 && !munmap(have[which], size[which]));
            have[which] = 0;
        } else {
            size[which] = 4096 * (1 + rand_r(&random) % 2048);
            char *got = mmap(0, size[which], RW, ANON, -1, 0);
            CHECK(got != MAP_FAILED || errno == ENOMEM);
            if (got != MAP_FAILED) {
                CHECK(got[0] == 0 && got[size[which] - 1] == 0);
                got[0] = got[size[which] - 1] = 1;
                have[which] = got;
            }
        }
    }
    for (int i = 0; i < 16; i++)
        if (have[i])
            munmap(have[i], size[i]);
    return 0;
}

static void part_churn(void)
{
    pthread_t thread[4];
    pthread_barrier_init(&all, 0, 4);
    for (long i = 0; i < 4; i++)
        CHECK(!pthread_create(&thread[i], 0, churn, (void *)(i + 1)));
    for (int i = 0; i < 4; i++)
        CHECK(!pthread_join(thread[i], 0));
}

/* Only the LWK's limit is for all processes together. */
static void part_fork(void)
{
    char *most = mmap(0, limit * 3 / 5, RW, ANON, -1, 0);
    CHECK(most != MAP_FAILED);
    CHECK(fork() == -1 && errno == ENOMEM);
    char *line[] = {"false", 0};
    pid_t child;
    int status;
    CHECK(!posix_spawnp(&child, line[0], 0, 0, line, environ)); /* no copy */
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 1);
    CHECK(!munmap(most, limit * 3 / 5));
    for (int i = 0; i < 20; i++) { /* each after the other has as much; the parent knows of the end first */
        child = fork();
        CHECK(child >= 0);
        if (!child) {
            char *mine = mmap(0, limit * 3 / 5, RW, ANON, -1, 0);
            if (mine != MAP_FAILED)
                mine[5] = 1;
            if (i % 2)
                raise(SIGKILL);
            _exit(mine == MAP_FAILED);
        }
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(i % 2 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : WIFEXITED(status) && !WEXITSTATUS(status));
    }
    char *shared = mmap(0, limit * 3 / 5, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    CHECK(fails(mmap(0, limit * 3 / 5, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0)));
    child = fork();
    CHECK(child >= 0);
    if (!child) {
        shared[limit / 2] = 1;
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0 && shared[limit / 2] == 1);
    CHECK(!munmap(shared, limit * 3 / 5));
    most = mmap(0, limit * 3 / 5, RW, ANON, -1, 0);
    CHECK(most != MAP_FAILED && !munmap(most, limit * 3 / 5));
}

/* Executes itself: the old image's memory is gone before the new one asks. */
static void part_exec(char **argv)
{
    int turn = getenv("TURN") ? atoi(getenv("TURN")) : 0;
    char *most = mmap(0, limit * 3 / 5, RW, ANON, -1, 0);
    CHECK(most != MAP_FAILED);
    char *held = mmap(0, limit / 5, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(held != MAP_FAILED);
    if (turn < 5) {
        char next[] = {'T', 'U', 'R', 'N', '=', (char)('1' + turn), 0};
        putenv(next);
        execv("/proc/self/exe", argv);
        CHECK(0);
    }
    munmap(most, limit * 3 / 5);
    munmap(held, limit / 5);
}

int main(int argc, char **argv)
{
    CHECK(argc > 2);
    limit = atol(argv[1]) * MB;
    for (int i = 2; i < argc; i++) {
        static const struct { const char *name; void (*run)(void); } part[] = {
            {"malloc", part_malloc}, {"small", part_small}, {"mmap", part_mmap}, {"file", part_file}, {"protect", part_protect},
            {"remap", part_remap}, {"brk", part_brk}, {"threads", part_threads}, {"churn", part_churn}, {"fork", part_fork},
        };
        int known = !strcmp(argv[i], "exec");
        if (known)
            part_exec(argv);
        for (unsigned p = 0; p < sizeof part / sizeof *part; p++)
            if (!strcmp(argv[i], part[p].name)) {
                part[p].run();
                known = 1;
            }
        CHECK(known);
        printf("%s\n", argv[i]);
        fflush(stdout);
    }
    return 0;
}
