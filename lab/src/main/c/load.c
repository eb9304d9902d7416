/*
 * Competing work where stress-ng is not installed.
 *
 *   outrigger-load cpu|memory|io|fork WORKERS FOLDER
 *
 * Each worker is a process that does not end by itself: cpu computes in registers, memory copies between two areas larger than caches, io
 * writes and synchronises a file in FOLDER, fork makes processes that end at once.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define AREA (64ul << 20)
#define BLOCK (1ul << 20)
#define BLOCKS 16
#define COMPUTE_STEPS 1000000

static volatile uint64_t sink;

static void cpu(const char *folder)
{
    (void)folder;
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < COMPUTE_STEPS; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    sink = x;
}

static char *area(void)
{
    static char *memory;
    if (!memory) {
        memory = mmap(NULL, 2 * AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            perror("outrigger-load: memory");
            exit(1);
        }
        memset(memory, 1, 2 * AREA);
    }
    return memory;
}

static void memory(const char *folder)
{
    (void)folder;
    memcpy(area(), area() + AREA, AREA);
    memcpy(area() + AREA, area(), AREA);
}

static void io(const char *folder)
{
    static int fd = -1;
    if (fd < 0) {
        char name[4096];
        snprintf(name, sizeof name, "%s/load.%d", folder, (int)getpid());
        fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    for (int i = 0; i < BLOCKS; i++) {
        if (fd < 0 || pwrite(fd, area(), BLOCK, (off_t)(i * BLOCK)) < 0) {
            perror("outrigger-load: file");
            exit(1);
        }
    }
    fdatasync(fd);
}

static void forks(const char *folder)
{
    (void)folder;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid(child, NULL, 0);
    else
        usleep(1000);
}

int main(int count, char **words)
{
    static const struct {
        const char *name;
        void (*work)(const char *folder);
    } kinds[] = {{"cpu", cpu}, {"memory", memory}, {"io", io}, {"fork", forks}};
    int workers = count == 4 ? atoi(words[2]) : 0;
    void (*work)(const char *folder) = NULL;
    for (size_t i = 0; count > 1 && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, words[1]))
            work = kinds[i].work;
    if (!work || workers < 1) {
        fprintf(stderr, "usage: %s cpu|memory|io|fork WORKERS FOLDER\n", words[0]);
        return 2;
    }
    for (int i = 0; i < workers; i++) {
        pid_t worker = fork();
        if (worker < 0) {
            perror("outrigger-load");
            return 1;
        }
        while (worker == 0)
            work(words[3]);
    }
    int status;
    wait(&status); /* a worker ends only when it cannot go on */
    return 1;
}
