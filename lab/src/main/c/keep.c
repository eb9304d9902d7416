/*
 * Keeps a promise beyond the death of whoever made it: runs a program and sees to it that nothing of it is left, and puts back what was
 * changed of the machine.
 *
 *   outrigger-keep [--cpus LIST] [--cgroup FILE] [--fifo PRIORITY] [--input FILE] [--usage FILE] [-- PROGRAM ARGS...]
 *
 * Standard input is the lifeline. As long as it is open, lines are read from it; each says, before something is changed, how it is put
 * back:
 *
 *   restore<TAB>FILE<TAB>VALUE   write VALUE to FILE
 *   rmdir<TAB>FOLDER             remove a control group; processes that are in it go to its parent
 *   rmtree<TAB>FOLDER            remove a folder and everything in it
 *
 * When it is closed, by its owner or by its owner's death, or when the program ends, all that has come of the program is ended, and the
 * lines are carried out, the last one first. The program begins with --cpus as its affinity, in the control group whose cgroup.procs or
 * tasks is FILE, in real time (SCHED_FIFO) and with FILE as its standard input (/dev/null by default). Its end is told in --usage, in
 * one line: wall, user and system time in nanoseconds, minor and major page faults, voluntary and involuntary context switches; all
 * processes that have ended are counted in it.
 *
 * Exit status: the program's, 128+n after signal n; 125 when it could not be started as asked; 126 when something could not be put back.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CANNOT_START 125
#define CANNOT_RESTORE 126
#define GRACE_MS 500
#define REMOVE_TRIES 200
#define TRY_MS 10
#define MOST_CPUS 1024

static struct {
    cpu_set_t cpus;
    int has_cpus, fifo;
    const char *cgroup, *input, *usage;
} options;

static char **journal;
static size_t entries;
static char *unread;
static size_t unread_length;

static void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("outrigger-keep: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void pause_ms(int ms)
{
    struct timespec time = {0, ms * 1000000L};
    nanosleep(&time, NULL);
}

static int write_file(const char *file, const char *value)
{
    int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, value, strlen(value));
    int error = errno;
    close(fd);
    errno = error;
    return written < 0 ? -1 : 0;
}

/* 0-3,8 */
static int parse_cpus(const char *text, cpu_set_t *set)
{
    CPU_ZERO(set);
    while (*text) {
        char *end;
        long low = strtol(text, &end, 10), high = low;
        if (end == text)
            return -1;
        if (*end == '-') {
            text = end + 1;
            high = strtol(text, &end, 10);
            if (end == text)
                return -1;
        }
        if (low < 0 || high < low || high >= MOST_CPUS || (*end && *end != ','))
            return -1;
        for (long cpu = low; cpu <= high; cpu++)
            CPU_SET((int)cpu, set);
        text = *end ? end + 1 : end;
    }
    return CPU_COUNT(set) ? 0 : -1;
}

/* What the program does before it is the program; a failure goes through the pipe. */
static void become(char **program, int told)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the keeper be killed */
    const char *what = "the standard input";
    int input = open(options.input, O_RDONLY);
    if (input < 0 || dup2(input, 0) < 0)
        goto failed;
    if (input != 0)
        close(input);
    what = "the affinity";
    if (options.has_cpus && sched_setaffinity(0, sizeof options.cpus, &options.cpus))
        goto failed;
    what = "the control group";
    if (options.cgroup && write_file(options.cgroup, "0"))
        goto failed;
    what = "SCHED_FIFO";
    struct sched_param priority = {options.fifo};
    if (options.fifo && sched_setscheduler(0, SCHED_FIFO, &priority))
        goto failed;
    what = program[0];
    execvp(program[0], program);
failed:
    dprintf(told, "%s: %s", what, strerror(errno));
    _exit(CANNOT_START);
}

static pid_t start(char **program)
{
    int told[2];
    if (pipe2(told, O_CLOEXEC)) {
        complain("pipe: %s", strerror(errno));
        return -1;
    }
    pid_t child = fork();
    if (child == 0)
        become(program, told[1]);
    close(told[1]);
    char message[512];
    ssize_t length = child < 0 ? 0 : read(told[0], message, sizeof message - 1);
    close(told[0]);
    if (child < 0 || length > 0) {
        message[length > 0 ? length : 0] = 0;
        complain("%s", child < 0 ? strerror(errno) : message);
        return -1;
    }
    return child;
}

static void note(char *line)
{
    char **longer = realloc(journal, (entries + 1) * sizeof *journal);
    char *kept = strdup(line);
    if (!longer || !kept) {
        complain("no memory");
        _exit(CANNOT_RESTORE);
    }
    journal = longer;
    journal[entries++] = kept;
}

/* Returns 0 at the end of the lifeline. A line that its writer did not finish promises nothing: the change has not been made. */
static int read_lifeline(void)
{
    char text[4096];
    ssize_t length = read(0, text, sizeof text);
    if (length <= 0)
        return length < 0 && (errno == EINTR || errno == EAGAIN);
    char *longer = realloc(unread, unread_length + (size_t)length + 1);
    if (!longer)
        _exit(CANNOT_RESTORE);
    unread = longer;
    memcpy(unread + unread_length, text, (size_t)length);
    unread_length += (size_t)length;
    unread[unread_length] = 0;
    char *line = unread, *end;
    while ((end = memchr(line, '\n', unread_length - (size_t)(line - unread)))) {
        *end = 0;
        note(line);
        line = end + 1;
    }
    unread_length -= (size_t)(line - unread);
    memmove(unread, line, unread_length);
    return 1;
}

static pid_t parent_of(pid_t pid)
{
    char file[64], text[512];
    snprintf(file, sizeof file, "/proc/%d/stat", (int)pid);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return -1;
    text[length] = 0;
    char *after = strrchr(text, ')');
    int parent;
    char state;
    return after && sscanf(after + 1, " %c %d", &state, &parent) == 2 && state != 'Z' ? parent : -1;
}

/* Sends a signal to everybody who descends from this process; those whose parents have died are its children (a subreaper). */
static int signal_descendants(int number)
{
    int found = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc))) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = atoi(entry->d_name);
        for (pid_t up = pid; (up = parent_of(up)) > 1;) {
            if (up == getpid()) {
                found++;
                kill(pid, number);
                break;
            }
        }
    }
    if (proc)
        closedir(proc);
    return found;
}

static void end_all(int politely)
{
    if (politely && signal_descendants(SIGTERM)) {
        for (int64_t end = now_ns() + GRACE_MS * 1000000LL; now_ns() < end; pause_ms(TRY_MS)) {
            while (waitpid(-1, NULL, WNOHANG) > 0)
                ;
            if (!signal_descendants(0))
                return;
        }
    }
    while (signal_descendants(SIGKILL)) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        pause_ms(1);
    }
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path) && errno != ENOENT;
}

/*
 * Who is in a control group is sent to its parent, then it can be removed: at once, or when those who end in it have ended. Where its owner
 * was not let in it was never made, and errno is not ENOENT.
 */
static int remove_group(const char *folder)
{
    char own[4096], up[4096 + 32];
    snprintf(own, sizeof own, "%s/cgroup.procs", folder);
    snprintf(up, sizeof up, "%s/../cgroup.procs", folder);
    for (int tries = 0; tries < REMOVE_TRIES; tries++, pause_ms(TRY_MS)) {
        if (!rmdir(folder) || access(folder, F_OK))
            return 0;
        FILE *members = fopen(own, "re");
        char pid[32];
        while (members && fgets(pid, sizeof pid, members))
            write_file(up, pid);
        if (members)
            fclose(members);
    }
    errno = EBUSY;
    return -1;
}

static int put_back(void)
{
    int failed = 0;
    while (entries) {
        char *line = journal[--entries];
        char *path = strchr(line, '\t');
        if (!path)
            continue;
        *path++ = 0;
        char *value = strchr(path, '\t');
        int bad;
        if (!strcmp(line, "restore") && value) {
            *value++ = 0;
            bad = write_file(path, value);
        } else if (!strcmp(line, "rmdir")) {
            bad = remove_group(path);
        } else {
            bad = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT;
        }
        if (bad) {
            complain("%s cannot be put back: %s", path, strerror(errno));
            failed = 1;
        }
    }
    return failed;
}

static void tell_usage(int64_t wall, const struct rusage *used)
{
    FILE *file = fopen(options.usage, "we");
    if (!file) {
        complain("%s: %s", options.usage, strerror(errno));
        return;
    }
    fprintf(file, "%lld %lld %lld %ld %ld %ld %ld\n", (long long)wall,
        used->ru_utime.tv_sec * 1000000000LL + used->ru_utime.tv_usec * 1000LL,
        used->ru_stime.tv_sec * 1000000000LL + used->ru_stime.tv_usec * 1000LL,
        used->ru_minflt, used->ru_majflt, used->ru_nvcsw, used->ru_nivcsw);
    fclose(file);
}

/* Until the program has ended, its time is up, or the lifeline is cut. Returns the exit status. */
static int watch(pid_t child, int signals, int64_t begun)
{
    struct pollfd events[] = {{0, POLLIN, 0}, {signals, POLLIN, 0}};
    for (;;) {
        if (poll(events, 2, -1) < 0 && errno != EINTR)
            return CANNOT_START;
        if (events[1].revents) {
            struct signalfd_siginfo heard;
            if (read(signals, &heard, sizeof heard) == sizeof heard && heard.ssi_signo != SIGCHLD) {
                end_all(1);
                return 128 + (int)heard.ssi_signo;
            }
            struct rusage used;
            int status;
            pid_t ended;
            while ((ended = wait4(-1, &status, WNOHANG, &used)) > 0) {
                if (ended != child)
                    continue;
                int64_t wall = now_ns() - begun;
                end_all(0);
                /* With those that its children have left behind, such as the LWK's JVM, whose threads may still be ending. */
                for (int tries = 0; tries < REMOVE_TRIES && waitpid(-1, NULL, WNOHANG) >= 0; tries++)
                    pause_ms(1);
                getrusage(RUSAGE_CHILDREN, &used);
                if (options.usage)
                    tell_usage(wall, &used);
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            }
        }
        if (events[0].revents && !read_lifeline()) {
            end_all(1);
            return 0;
        }
    }
}

static int parse(int count, char **words)
{
    options.input = "/dev/null";
    int at = 1;
    for (; at < count && strcmp(words[at], "--"); at += 2) {
        const char *name = words[at], *value = at + 1 < count ? words[at + 1] : "";
        if (!strcmp(name, "--cpus") && !parse_cpus(value, &options.cpus))
            options.has_cpus = 1;
        else if (!strcmp(name, "--cgroup"))
            options.cgroup = value;
        else if (!strcmp(name, "--fifo") && atoi(value) > 0)
            options.fifo = atoi(value);
        else if (!strcmp(name, "--input"))
            options.input = value;
        else if (!strcmp(name, "--usage"))
            options.usage = value;
        else
            return -1;
    }
    return at + 1;
}

int main(int count, char **words)
{
    int program = parse(count, words);
    if (program < 0) {
        complain("bad arguments; see keep.c");
        return CANNOT_START;
    }
    /* Out of reach of the terminal and of signals to the group of whoever started this. */
    if (setsid() < 0 && getpid() != getsid(0))
        setpgid(0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGCHLD);
    sigaddset(&heard, SIGTERM);
    sigprocmask(SIG_BLOCK, &heard, NULL);
    int signals = signalfd(-1, &heard, SFD_CLOEXEC);
    int64_t begun = now_ns();
    pid_t child = 0;
    int status = CANNOT_START;
    if (program >= count || (child = start(words + program)) > 0)
        status = watch(child, signals, begun);
    return put_back() ? CANNOT_RESTORE : status;
}
