/*
 * outrigger-launch WORD... -- ARGUMENT...
 *
 * Stands where the user's shell sees the job. It starts the LWK's JVM (the words, followed by the arguments) in a session
 * of its own, starts the program when the LWK asks for it, passes signals on, follows stops, and exits with the program's status.
 * The program is this process's child: if the LWK dies, nothing is lost. Nothing here is on the way of a system call.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "launch.h"

#define FAILURE 125        /* a launcher error */
#define DRAIN_MS 200      /* --label: how long to wait for lines of children that outlive their rank */
#define FAREWELL_MS 20000 /* how long the LWK may take for its report */

struct rank {
    pid_t pid;
    int status;
    int ended;
    int go, failure;  /* pipes: written to let it exec; read for the errno of a failed exec */
    int out[2];       /* --label: read ends of standard output and error */
    char *line[2];
    size_t length[2];
};

static char **arguments;
static int control = -1;
static pid_t jvm;
static struct rank *ranks;
static const char *program;
static uint32_t rank_count, ranks_running;
static sigset_t original_mask;
static struct sigaction original_chld;

static void die(const char *format, ...)
{
    va_list list;
    fputs("outrigger: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(FAILURE);
}

static void tell(uint32_t op, uint32_t a, uint32_t b, uint64_t x, uint64_t y)
{
    struct message message = {op, a, b, 0, x, y};
    if (control >= 0 && send(control, &message, sizeof message, MSG_NOSIGNAL) < 0 && errno != EINTR) {
        close(control);
        control = -1;
    }
}

/* Moves a descriptor out of the way of 0, 1 and 2, which the user may have closed on purpose. */
static int high(int descriptor)
{
    int moved = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
    if (moved < 0)
        die("no descriptor to be had: %s", strerror(errno));
    close(descriptor);
    return moved;
}

/*
 * Names the job, for the LWK, which listens under this name to those who share memory, and for its processes. Nobody can take the
 * name before, since nobody can guess it; and process ids of another namespace may be the same.
 */
static void name_job(void)
{
    uint64_t random = 0;
    char text[64];
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = __rdtsc();
    snprintf(text, sizeof text, "%u-%d-%016llx", (unsigned)geteuid(), (int)getpid(), (unsigned long long)random);
    setenv("OUTRIGGER_JOB", text, 1);
}

static void start_jvm(char **words)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        die("socketpair: %s", strerror(errno));
    pair[0] = high(pair[0]);
    pair[1] = high(pair[1]);
    jvm = fork();
    if (jvm < 0)
        die("fork: %s", strerror(errno));
    if (jvm == 0) {
        setsid(); /* no signal of the terminal reaches the LWK */
        sigset_t mask;
        sigemptyset(&mask);
        sigaddset(&mask, SIGCHLD); /* ptrace stops are polled */
        sigprocmask(SIG_SETMASK, &mask, NULL);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        /* No descriptor of the program's stays open here, or its peers would never see it closed. */
        dup2(pair[1], 3);
        fcntl(3, F_SETFD, 0);
        syscall(SYS_close_range, 4u, ~0u, 0u);
        setenv("OUTRIGGER_CONTROL_FD", "3", 1);
        execv(words[0], words);
        fprintf(stderr, "outrigger: %s: %s\n", words[0], strerror(errno));
        _exit(FAILURE);
    }
    close(pair[1]);
    control = pair[0];
}

static void spawn_rank(uint32_t number, char **argv, struct setup *setup)
{
    struct rank *rank = &ranks[number];
    int go[2], failure[2], out[2][2] = {{-1, -1}, {-1, -1}};
    if (pipe2(go, O_CLOEXEC) < 0 || pipe2(failure, O_CLOEXEC) < 0
        || ((setup->flags & SPAWN_LABEL) && (pipe2(out[0], O_CLOEXEC) < 0 || pipe2(out[1], O_CLOEXEC) < 0)))
        die("pipe: %s", strerror(errno));
    rank->pid = fork();
    if (rank->pid < 0)
        die("fork: %s", strerror(errno));
    if (rank->pid == 0) {
        close(go[1]);
        if (setup->flags & SPAWN_LABEL) {
            dup2(out[0][1], 1);
            dup2(out[1][1], 2);
        }
        setup->rank = number;
        setup->ranks = rank_count;
        setup->tracer = jvm;
        setup->go = go[0];
        setup->failure = failure[1];
        prepare_rank(setup);
        sigaction(SIGCHLD, &original_chld, NULL);
        sigprocmask(SIG_SETMASK, &original_mask, NULL);
        exec_rank(setup, program, argv);
    }
    close(go[0]);
    close(failure[1]);
    rank->go = high(go[1]);
    rank->failure = high(failure[0]);
    for (int i = 0; i < 2; i++) {
        if (out[i][1] >= 0)
            close(out[i][1]);
        rank->out[i] = out[i][0] < 0 ? -1 : high(out[i][0]);
    }
    ranks_running++;
}

/* Before any rank runs its program: either all of them stand where they belong, or none of them runs. */
static void await_prepared(const struct setup *setup)
{
    for (uint32_t i = 0; i < rank_count; i++) {
        struct obstacle obstacle = {OBSTACLE_END, 0};
        while (read(ranks[i].failure, &obstacle, sizeof obstacle) < 0 && errno == EINTR)
            ;
        if (obstacle.step == OBSTACLE_NONE)
            continue;
        for (uint32_t k = 0; k < rank_count; k++)
            kill(ranks[k].pid, SIGKILL);
        char text[4096];
        describe_obstacle(&obstacle, setup, text, sizeof text);
        die("%s", text);
    }
}

/* After the ranks have their copies: nothing that the program may close stays open here. */
static void let_go_of_descriptors(int label)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 0);
    if (!label)
        dup2(null, 1);
    close(null);
}

static void spawn(const struct message *message, size_t length)
{
    const uint32_t *cpus = (const uint32_t *)(message + 1), *policies = cpus + message->b;
    size_t stride = message->y ? 1 + message->y : 0;
    size_t head = sizeof *message + message->b * (1 + stride) * sizeof *cpus;
    const char *path = (const char *)message + head;
    struct setup setup = {.flags = message->c & 0xffff, .member_count = message->c >> 16, .words = message->y,
                          .stack = message->x};
    if (ranks || message->y > NODE_WORDS || message->b == 0 || message->b > MAX_RANKS || length <= head
        || !are_strings(path, (const char *)message + length, 1 + setup.member_count))
        die("the LWK sent a malformed request");
    rank_count = message->b;
    program = strdup(path);
    ranks = calloc(rank_count, sizeof *ranks);
    if (!ranks || !program)
        die("out of memory");
    setup.members = path + strlen(path) + 1;
    for (uint32_t i = 0; i < rank_count; i++) {
        setup.cpu = cpus[i];
        setup.policy = stride ? policies + i * stride : NULL;
        spawn_rank(i, arguments + message->a, &setup);
    }
    if (may_fail(&setup))
        await_prepared(&setup);
    for (uint32_t i = 0; i < rank_count; i++)
        tell(MSG_SPAWNED, i, (uint32_t)ranks[i].pid, 0, 0);
    let_go_of_descriptors(message->c & SPAWN_LABEL);
    tell(MSG_READY, 0, 0, 0, 0);
}

static void go(void)
{
    for (uint32_t i = 0; i < rank_count; i++) {
        struct rank *rank = &ranks[i];
        if (rank->go < 0)
            continue;
        /* A byte, not the end of the pipe: ranks that were forked later hold copies of it. */
        if (write(rank->go, "", 1) < 0 && errno != EPIPE)
            die("cannot start rank %u: %s", i, strerror(errno));
        close(rank->go);
        rank->go = -1;
        int error;
        ssize_t got;
        while ((got = read(rank->failure, &error, sizeof error)) < 0 && errno == EINTR)
            ;
        if (got == sizeof error)
            fprintf(stderr, "outrigger: %s: cannot execute: %s\n", program, strerror(error));
        close(rank->failure);
    }
}

static void hear_lwk(void)
{
    static union {
        struct message message;
        char bytes[MESSAGE_MAX];
    } packet;
    ssize_t length = recv(control, packet.bytes, sizeof packet.bytes, 0);
    if (length < 0 && errno == EINTR)
        return;
    if (length < (ssize_t)sizeof packet.message) { /* the LWK is gone: the program goes on under plain Linux */
        close(control);
        control = -1;
        go();
        return;
    }
    if (packet.message.op == MSG_SPAWN)
        spawn(&packet.message, (size_t)length);
    else if (packet.message.op == MSG_GO)
        go();
}

static void put_line(uint32_t number, int stream, const char *text, size_t length)
{
    FILE *file = stream ? stderr : stdout;
    fprintf(file, "%u: ", number);
    fwrite(text, 1, length, file);
    if (!length || text[length - 1] != '\n')
        fputc('\n', file);
    fflush(file);
}

static void read_label(uint32_t number, int stream)
{
    struct rank *rank = &ranks[number];
    char buffer[65536];
    ssize_t got = read(rank->out[stream], buffer, sizeof buffer);
    if (got < 0 && errno == EINTR)
        return;
    char **line = &rank->line[stream];
    size_t *length = &rank->length[stream];
    if (got <= 0) {
        if (*length)
            put_line(number, stream, *line, *length);
        *length = 0;
        close(rank->out[stream]);
        rank->out[stream] = -1;
        return;
    }
    char *grown = realloc(*line, *length + (size_t)got);
    if (!grown)
        die("out of memory");
    *line = grown;
    memcpy(grown + *length, buffer, (size_t)got);
    *length += (size_t)got;
    char *from = grown, *end = grown + *length, *newline;
    while ((newline = memchr(from, '\n', (size_t)(end - from)))) {
        put_line(number, stream, from, (size_t)(newline + 1 - from));
        from = newline + 1;
    }
    *length = (size_t)(end - from);
    memmove(grown, from, *length);
}

static void reap(void)
{
    for (uint32_t i = 0; i < rank_count; i++) {
        int status;
        pid_t got;
        struct rusage usage;
        while (!ranks[i].ended && (got = wait4(ranks[i].pid, &status, WNOHANG | WUNTRACED, &usage)) > 0) {
            if (WIFSTOPPED(status)) {
                kill(getpid(), SIGSTOP); /* the shell sees the job stop when the program does */
                continue;
            }
            ranks[i].ended = 1;
            ranks[i].status = status;
            ranks_running--;
            tell(MSG_ENDED, i, (uint32_t)status, (uint64_t)usage.ru_minflt, (uint64_t)usage.ru_majflt);
        }
    }
}

/* Nothing runs yet. The LWK dies of this signal at once, unless it has set cores apart: then it gives them back first. */
static void give_up(int signal)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    struct timespec patience = {FAREWELL_MS / 1000, 0};
    int there;
    kill(jvm, SIGTERM);
    while ((there = waitpid(jvm, NULL, WNOHANG) == 0)
           && (sigtimedwait(&child, NULL, &patience) == SIGCHLD || errno == EINTR))
        ;
    if (there)
        kill(jvm, SIGKILL);
    exit(128 + signal);
}

static void forward(const struct signalfd_siginfo *info)
{
    if (info->ssi_signo == SIGCHLD) {
        reap();
        return;
    }
    struct sigaction action;
    sigaction((int)info->ssi_signo, NULL, &action);
    /* What the terminal sends reaches the program by itself: it is in the same process group. */
    if (action.sa_handler == SIG_IGN || info->ssi_pid == (uint32_t)getpid() || (info->ssi_code > 0 && info->ssi_signo != SIGCONT))
        return;
    for (uint32_t i = 0; i < rank_count; i++)
        if (!ranks[i].ended)
            kill(ranks[i].pid, (int)info->ssi_signo);
    if (!rank_count && info->ssi_signo != SIGCONT && info->ssi_signo != SIGWINCH && info->ssi_signo != SIGTSTP)
        give_up((int)info->ssi_signo);
}

static int status_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int labels_open(void)
{
    for (uint32_t i = 0; i < rank_count; i++)
        if (ranks[i].out[0] >= 0 || ranks[i].out[1] >= 0)
            return 1;
    return 0;
}

/* One turn: waits for the LWK, a signal or a line of a rank. */
static int turn(int signals, int timeout)
{
    struct pollfd *polls = calloc(2 + 2 * (size_t)rank_count, sizeof *polls);
    if (!polls)
        die("out of memory");
    nfds_t count = 0;
    polls[count++] = (struct pollfd){signals, POLLIN, 0};
    polls[count++] = (struct pollfd){control, POLLIN, 0};
    uint32_t listed = rank_count;
    for (uint32_t i = 0; i < listed; i++)
        for (int stream = 0; stream < 2; stream++)
            polls[count++] = (struct pollfd){ranks[i].out[stream], POLLIN, 0};
    int ready = poll(polls, count, timeout);
    if (ready > 0) {
        for (uint32_t i = 0; i < listed; i++)
            for (int stream = 0; stream < 2; stream++)
                if (polls[2 + 2 * i + (uint32_t)stream].revents)
                    read_label(i, stream);
        struct signalfd_siginfo info;
        if (polls[0].revents && read(signals, &info, sizeof info) == sizeof info)
            forward(&info);
        if (polls[1].revents && control >= 0)
            hear_lwk();
    }
    free(polls);
    return ready;
}

int main(int argc, char **argv)
{
    int separator = 1;
    while (separator < argc && strcmp(argv[separator], "--"))
        separator++;
    if (separator < 2 || separator >= argc)
        die("usage: outrigger-launch WORD... -- ARGUMENT...");
    /* The JVM gets the words and the arguments in one vector; the program's own begins somewhere in the latter. */
    memmove(argv + separator, argv + separator + 1, (size_t)(argc - separator) * sizeof *argv);
    arguments = argv + separator;

    sigset_t caught;
    sigemptyset(&caught);
    int list[] = {SIGCHLD, SIGHUP,  SIGINT,  SIGQUIT,  SIGTERM, SIGUSR1, SIGUSR2, SIGALRM,
                  SIGCONT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, SIGIO, SIGPWR, SIGURG};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        sigaddset(&caught, list[i]);
    sigprocmask(SIG_BLOCK, &caught, &original_mask);
    struct sigaction plain = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &plain, &original_chld);
    int signals = high(signalfd(-1, &caught, SFD_CLOEXEC));

    uint64_t first_ticks = __rdtsc(), first_nanoseconds = nanoseconds();
    name_job();
    start_jvm(argv + 1);
    while (control >= 0 && !rank_count)
        turn(signals, -1);
    if (!rank_count) { /* help, a refusal, a dry run: the LWK's process has said it all */
        int status;
        while (waitpid(jvm, &status, 0) < 0 && errno == EINTR)
            ;
        if (WIFSIGNALED(status))
            die("the LWK was killed before the program was started");
        return WEXITSTATUS(status);
    }
    reap();
    while (ranks_running) {
        if (control < 0) /* found while something was told to it, perhaps: nobody else lets the ranks go */
            go();
        turn(signals, -1);
    }
    while (labels_open() && turn(signals, DRAIN_MS) > 0)
        ;
    int highest = 0;
    for (uint32_t i = 0; i < rank_count; i++)
        if (status_of(ranks[i].status) > highest)
            highest = status_of(ranks[i].status);
    tell(MSG_DONE, (uint32_t)highest, 0, __rdtsc() - first_ticks, nanoseconds() - first_nanoseconds);
    while (control >= 0 && turn(signals, FAREWELL_MS) > 0)
        ;
    return highest;
}
