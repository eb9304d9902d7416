/*
 * outrigger-meter [-s] FILE PROGRAM [ARGUMENT...]
 *
 * Runs a program, waits for it and writes one line to FILE: what the program and the descendants that it waited for took.
 *
 *     wall_ns user_us system_us minor_faults major_faults voluntary involuntary max_resident_KiB status signal calls
 *
 * status is the exit status, or 128+signal; signal is 0 unless the program died of one; calls is the number of system calls of
 * the program and all its descendants, -1 where it was not counted. The meter exits with the status; 127 and 126 without a line
 * mean that the program could not be started.
 *
 * -s counts system calls by perf's trace point raw_syscalls:sys_enter. Every call is a little slower then.
 *
 * The meter runs under the arm that it measures: what starts the program and waits for it is the same everywhere, and what an
 * arm takes to come to life is not in its figures.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILURE 125

/* A counter of system calls that begins in a child at its exec, and that its children share; -1 where Linux gives none. */
static int counter(void)
{
    static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        char path[100];
        unsigned long long number;
        snprintf(path, sizeof path, "%s/events/raw_syscalls/sys_enter/id", places[i]);
        FILE *file = fopen(path, "re");
        if (!file)
            continue;
        int known = fscanf(file, "%llu", &number) == 1;
        fclose(file);
        if (!known)
            continue;
        struct perf_event_attr event = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof event, .config = number,
            .disabled = 1, .inherit = 1, .enable_on_exec = 1};
        return (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    }
    return -1;
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static long long micro(struct timeval time)
{
    return time.tv_sec * 1000000ll + time.tv_usec;
}

int main(int argc, char **argv)
{
    int counting = argc > 1 && !strcmp(argv[1], "-s");
    char **words = argv + 1 + counting;
    if (argc - 1 - counting < 2) {
        fprintf(stderr, "usage: outrigger-meter [-s] FILE PROGRAM [ARGUMENT...]\n");
        return FAILURE;
    }
    int file = open(words[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        fprintf(stderr, "outrigger-meter: %s: %s\n", words[0], strerror(errno));
        return FAILURE;
    }
    char **command = words + 1;
    int calls = counting ? counter() : -1;
    volatile int failure = 0;
    int64_t start = now();
    /* The child borrows this memory until it execs, so that nothing is copied and no fault is counted for it. */
    pid_t child = vfork();
    if (child == 0) {
        execvp(command[0], command);
        failure = errno;
        _exit(127);
    }
    if (child < 0 || failure) {
        int error = child < 0 ? errno : failure;
        fprintf(stderr, "outrigger-meter: %s: %s\n", command[0], strerror(error));
        return child < 0 ? FAILURE : error == ENOENT || error == ENOTDIR ? 127 : 126;
    }
    /* A terminal's signals are the program's to heed. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    int status;
    struct rusage use;
    while (wait4(child, &status, 0, &use) < 0 && errno == EINTR)
        ;
    int64_t wall = now() - start;
    int64_t counted = -1;
    if (calls >= 0 && read(calls, &counted, sizeof counted) != sizeof counted)
        counted = -1;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    int code = number ? 128 + number : WEXITSTATUS(status);
    dprintf(file, "%lld %lld %lld %ld %ld %ld %ld %ld %d %d %lld\n", (long long)wall, micro(use.ru_utime), micro(use.ru_stime),
            use.ru_minflt, use.ru_majflt, use.ru_nvcsw, use.ru_nivcsw, use.ru_maxrss, code, number, (long long)counted);
    return code;
}
