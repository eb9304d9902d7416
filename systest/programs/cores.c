/*
 * What a program sees of its CPUs while they change beneath it: cores THREADS CPU.
 *
 * Some threads are busy, the first of which has chosen the CPU for itself, and a child process waits. For each line of input,
 * which is a name, every thread goes on for a while; then a line tells what there is to be seen:
 *
 *     NAME main=MASK free=MASK own=MASK child=MASK new=MASK
 *
 * Masks are hexadecimal, as sched_getaffinity gives them. "free": the threads that never chose, 0 where they disagree. "own":
 * the one that did. "new": a thread made for this line.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 64

static atomic_ulong turns[MOST];
static atomic_ulong seen[MOST];
static atomic_int stop;
static int own_cpu;

static unsigned long mask(void)
{
    cpu_set_t set;
    unsigned long word;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return 0;
    memcpy(&word, &set, sizeof word);
    return word;
}

static void *busy(void *argument)
{
    long number = (long)argument;
    if (number == 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(own_cpu, &set);
        if (sched_setaffinity(0, sizeof set, &set) < 0)
            return NULL;
    }
    while (!stop) {
        for (volatile int i = 0; i < 20000; i++)
            ;
        seen[number] = mask();
        turns[number]++;
        sched_yield();
    }
    return NULL;
}

static void *look(void *result)
{
    *(unsigned long *)result = mask();
    return NULL;
}

/* A child that says what it sees when it is asked. */
static void child(int ask, int answer)
{
    char byte;
    while (read(ask, &byte, 1) == 1) {
        unsigned long word = mask();
        if (write(answer, &word, sizeof word) != sizeof word)
            _exit(1);
    }
    _exit(0);
}

static void wait_for_turns(int threads)
{
    unsigned long before[MOST];
    for (int i = 0; i < threads; i++)
        before[i] = turns[i];
    for (int i = 0; i < threads; i++)
        while (turns[i] < before[i] + 3)
            usleep(1000);
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 4, ask[2], answer[2];
    pthread_t thread[MOST];
    char line[256];
    own_cpu = argc > 2 ? atoi(argv[2]) : sched_getcpu();
    if (threads < 2 || threads > MOST || pipe(ask) < 0 || pipe(answer) < 0)
        return 2;
    pid_t pid = fork();
    if (pid == 0) {
        close(ask[1]);
        child(ask[0], answer[1]);
    }
    for (long i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, busy, (void *)i))
            return 3;
    while (fgets(line, sizeof line, stdin)) {
        wait_for_turns(threads);
        unsigned long its, fresh = 0, all = seen[1];
        pthread_t newest;
        for (int i = 1; i < threads; i++)
            if (seen[i] != all)
                all = 0;
        if (pthread_create(&newest, NULL, look, &fresh) || pthread_join(newest, NULL))
            return 4;
        if (write(ask[1], "", 1) != 1 || read(answer[0], &its, sizeof its) != sizeof its)
            return 5;
        line[strcspn(line, "\n")] = 0;
        printf("%s main=%lx free=%lx own=%lx child=%lx new=%lx\n", line, mask(), all, seen[0], its, fresh);
        fflush(stdout);
    }
    stop = 1;
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    close(ask[1]);
    int status;
    if (waitpid(pid, &status, 0) != pid || status)
        return 6;
    puts("done");
    return 0;
}
