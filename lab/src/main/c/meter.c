/*
 * outrigger-meter [-w] [-s] FILE PROGRAM [ARGUMENT...]
 *
 * Runs a program, waits for it and writes one line to FILE: what the program and the descendants that it waited for took.
 *
 *     wall_ns user_us system_us minor_faults major_faults voluntary involuntary max_resident_KiB status signal left calls
 *
 * status is the exit status, or 128+signal; signal is 0 unless the program died of one; left is how many processes it left
 * running; calls is the number of system calls of the program and all its descendants, -1 where it was not counted.
 * The meter exits with the status; 127 and 126 mean that the program could not be started.
 *
 * -w  Watches over the program: processes that it leaves behind are ended after it, and all are when the meter is told to
 *     terminate or its parent dies. A few seconds are granted for an orderly end. What the figures tell includes them.
 * -s  Counts system calls by perf's trace point raw_syscalls:sys_enter. Every call is a little slower then.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_S 3          /* from the wish to terminate to the kill */
#define STRAGGLERS_MS 300  /* how long processes may outlive the program, unharmed */
#define MOST 65536

static volatile pid_t program;
static int watching;

struct process {
    pid_t pid, parent;
};

/* The numbers of all processes, with their parents. */
static int list(struct process *all)
{
    DIR *proc = opendir("/proc");
    int count = 0;
    for (struct dirent *entry; proc && count < MOST && (entry = readdir(proc));) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        char path[300], text[512];
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
        if (file >= 0)
            close(file);
        if (length <= 0)
            continue;
        text[length] = 0;
        char *name_end = strrchr(text, ')'), state;
        int parent;
        if (name_end && sscanf(name_end + 1, " %c %d", &state, &parent) == 2 && state != 'Z')
            all[count++] = (struct process){atoi(entry->d_name), parent};
    }
    if (proc)
        closedir(proc);
    return count;
}

/* Sends a signal, 0 for none, to every living descendant; returns how many there are. */
static int descendants(int signal)
{
    static struct process all[MOST];
    static pid_t found[MOST];
    int count = list(all), known = 1;
    found[0] = getpid();
    for (int i = 0; i < known; i++)
        for (int j = 0; j < count; j++)
            if (all[j].parent == found[i] && known < MOST)
                found[known++] = all[j].pid;
    for (int i = 1; signal && i < known; i++)
        kill(found[i], signal);
    return known - 1;
}

static void nap(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void pass_on(int signal, siginfo_t *info, void *context)
{
    (void) context;
    /* What a terminal sends, it sends to the program too. */
    if (program > 0 && info->si_code != SI_KERNEL)
        kill(program, signal);
    if (watching)
        alarm(GRACE_S);
}

/* The time of grace is over: the program alone is killed here, the rest when it has ended. */
static void end_it(int signal)
{
    (void) signal;
    if (program > 0)
        kill(program, SIGKILL);
}

static void handle(void)
{
    struct sigaction pass = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO};
    sigaction(SIGTERM, &pass, NULL);
    sigaction(SIGINT, &pass, NULL);
    sigaction(SIGHUP, &pass, NULL);
    if (watching) {
        struct sigaction end = {.sa_handler = end_it};
        sigaction(SIGALRM, &end, NULL);
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        pid_t parent = getppid();
        prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
        if (getppid() != parent)
            exit(128 + SIGTERM);
    }
}

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
        return (int) syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    }
    return -1;
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static int64_t micro(struct timeval time)
{
    return time.tv_sec * 1000000ll + time.tv_usec;
}

/* Lets what the program has left end by itself for a moment, and then kills it. */
static int sweep(void)
{
    int left = 0;
    for (int waited = 0; waited < STRAGGLERS_MS; waited += 10) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        left = descendants(0);
        if (left == 0)
            return 0;
        nap(10);
    }
    left = descendants(0);
    for (int patience = 200; descendants(SIGKILL) > 0 && patience > 0; patience--) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        nap(5);
    }
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return left;
}

int main(int argc, char **argv)
{
    int option, counting = 0;
    while ((option = getopt(argc, argv, "+ws")) >= 0) {
        watching |= option == 'w';
        counting |= option == 's';
        if (option == '?')
            return 125;
    }
    if (argc - optind < 2) {
        fprintf(stderr, "usage: outrigger-meter [-w] [-s] FILE PROGRAM [ARGUMENT...]\n");
        return 125;
    }
    int file = open(argv[optind], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        fprintf(stderr, "outrigger-meter: %s: %s\n", argv[optind], strerror(errno));
        return 125;
    }
    char **command = argv + optind + 1;
    int calls = counting ? counter() : -1;
    volatile int failure = 0;
    sigset_t all, before;
    sigfillset(&all);
    handle();
    /* No signal is handled in the child, which borrows this memory until it execs. */
    sigprocmask(SIG_BLOCK, &all, &before);
    int64_t start = now();
    pid_t child = vfork();
    if (child == 0) {
        struct sigaction plain = {.sa_handler = SIG_DFL};
        sigaction(SIGTERM, &plain, NULL);
        sigaction(SIGINT, &plain, NULL);
        sigaction(SIGHUP, &plain, NULL);
        sigaction(SIGALRM, &plain, NULL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        execvp(command[0], command);
        failure = errno;
        _exit(127);
    }
    program = child;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0 || failure) {
        fprintf(stderr, "outrigger-meter: %s: %s\n", command[0], strerror(child < 0 ? errno : failure));
        return failure == ENOENT || failure == ENOTDIR ? 127 : failure ? 126 : 125;
    }
    int status;
    struct rusage use;
    while (wait4(child, &status, 0, &use) < 0 && errno == EINTR)
        ;
    int64_t wall = now() - start;
    program = 0;
    alarm(0);
    int left = 0;
    if (watching) {
        left = sweep();
        /* With those that had lost their parent and became this process's children. */
        getrusage(RUSAGE_CHILDREN, &use);
    }
    int64_t counted = -1;
    if (calls >= 0 && read(calls, &counted, sizeof counted) != sizeof counted)
        counted = -1;
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    int code = signal ? 128 + signal : WEXITSTATUS(status);
    dprintf(file, "%lld %lld %lld %ld %ld %ld %ld %ld %d %d %d %lld\n", (long long) wall, (long long) micro(use.ru_utime),
            (long long) micro(use.ru_stime), use.ru_minflt, use.ru_majflt, use.ru_nvcsw, use.ru_nivcsw, use.ru_maxrss, code,
            signal, left, (long long) counted);
    return code;
}
