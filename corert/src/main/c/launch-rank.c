/*
 * What a rank does between the launcher's fork and its exec: it joins the control groups of the job's partition, then takes its
 * memory policy and its core, which may be outside of what the launcher itself may use, tells the launcher that all is well, and
 * waits until it may exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launch.h"

#define FAILURE 125 /* a launcher error */
#define CPUS 8192

/* Whether `count` strings, each with its end, and nothing else lie between two addresses. */
int are_strings(const char *at, const char *end, uint32_t count)
{
    for (; count; count--) {
        const char *zero = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
        if (!zero)
            return 0;
        at = zero + 1;
    }
    return at == end;
}

/* Whether something that the rank is to be may be refused, so that the launcher must wait for its word. */
int may_fail(const struct setup *setup)
{
    return setup->member_count || setup->policy || setup->stack;
}

static const char *member(const struct setup *setup, uint32_t number)
{
    const char *path = setup->members;
    while (number--)
        path += strlen(path) + 1;
    return path;
}

void describe_obstacle(const struct obstacle *obstacle, const struct setup *setup, char *text, size_t size)
{
    const char *error = strerror(obstacle->error);
    if (obstacle->step >= OBSTACLE_JOIN)
        snprintf(text, size, "cannot join the control group %s: %s", member(setup, (uint32_t)(obstacle->step - OBSTACLE_JOIN)),
                 error);
    else if (obstacle->step == OBSTACLE_CORE)
        snprintf(text, size, "CPU %d is not to be had in the control groups of the job: %s", obstacle->error >> 8,
                 strerror(obstacle->error & 255));
    else if (obstacle->step == OBSTACLE_POLICY)
        snprintf(text, size, "--mempolicy: Linux refuses the memory policy: %s", error);
    else if (obstacle->step == OBSTACLE_STACK)
        snprintf(text, size, "--stack: Linux refuses the limit: %s", error);
    else
        snprintf(text, size, "a process of the job ended before its program was started");
}

static void say(const struct setup *setup, int step, int error)
{
    struct obstacle obstacle = {step, error};
    if (write(setup->failure, &obstacle, sizeof obstacle) < 0 || step != OBSTACLE_NONE)
        _exit(FAILURE);
}

/* "0" is whoever writes it, by whatever number it goes in this PID namespace. Source: cgroups(7). */
static void join(const struct setup *setup)
{
    const char *path = setup->members;
    for (uint32_t i = 0; i < setup->member_count; i++, path += strlen(path) + 1) {
        int file = open(path, O_WRONLY | O_CLOEXEC);
        if (file < 0 || write(file, "0", 1) < 0)
            say(setup, OBSTACLE_JOIN + (int)i, errno);
        close(file);
    }
}

/* All that the rank executes inherits it. */
static void set_memory_policy(const struct setup *setup)
{
    unsigned long nodes[NODE_WORDS * sizeof *setup->policy / sizeof(unsigned long)] = {0}, none = 0;
    memcpy(nodes, setup->policy + 1, setup->words * sizeof *setup->policy);
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        none |= nodes[i];
    /* Linux counts one bit less than it is told. */
    if (syscall(SYS_set_mempolicy, setup->policy[0], none ? nodes : NULL, none ? 8 * sizeof nodes + 1 : 0) < 0)
        say(setup, OBSTACLE_POLICY, errno);
}

static void set_stack(const struct setup *setup)
{
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    limit.rlim_cur = setup->stack;
    if (setrlimit(RLIMIT_STACK, &limit) < 0)
        say(setup, OBSTACLE_STACK, errno);
}

/* Control groups of cpusets come before the core: who joins one may use its CPUs only, and often no others may. */
static void bind(const struct setup *setup)
{
    cpu_set_t *set = CPU_ALLOC(CPUS);
    CPU_ZERO_S(CPU_ALLOC_SIZE(CPUS), set);
    CPU_SET_S(setup->cpu, CPU_ALLOC_SIZE(CPUS), set);
    if (sched_setaffinity(0, CPU_ALLOC_SIZE(CPUS), set) < 0 && setup->member_count)
        say(setup, OBSTACLE_CORE, (int)setup->cpu << 8 | errno);
}

static void set_rank_environment(uint32_t rank, uint32_t count)
{
    char text[16];
    snprintf(text, sizeof text, "%u", rank);
    setenv("OUTRIGGER_RANK", text, 1);
    setenv("OUTRIGGER_LOCAL_RANK", text, 1);
    snprintf(text, sizeof text, "%u", count);
    setenv("OUTRIGGER_RANKS", text, 1);
}

/*
 * The lowest priority in real time: above everything ordinary, below what an administrator has put in real time. A control group
 * of the CPU controller (v1) may have no time of that kind (cpu.rt_runtime_us). Source: sched(7).
 */
static void in_real_time(const struct setup *setup)
{
    struct sched_param lowest = {.sched_priority = 1};
    int policy = setup->flags & SPAWN_RR ? SCHED_RR : SCHED_FIFO;
    if (sched_setscheduler(0, policy, &lowest) < 0)
        fprintf(stderr, "outrigger: %s cannot be had: %s%s\n", policy == SCHED_RR ? "SCHED_RR" : "SCHED_FIFO", strerror(errno),
                errno == EPERM && geteuid() == 0 ? ": the control group of the CPU controller grants no real time" : "");
}

/* Returns when the rank may exec. */
void prepare_rank(const struct setup *setup)
{
    if (setup->flags & SPAWN_RANK_ENV)
        set_rank_environment(setup->rank, setup->ranks);
    join(setup);
    if (setup->policy)
        set_memory_policy(setup);
    if (setup->stack)
        set_stack(setup);
    bind(setup);
    prctl(PR_SET_PTRACER, (unsigned long)setup->tracer, 0, 0, 0);
    if ((setup->flags & SPAWN_NO_THP) && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) < 0)
        fprintf(stderr, "outrigger: transparent huge pages cannot be switched off: %s\n", strerror(errno));
    if (may_fail(setup))
        say(setup, OBSTACLE_NONE, 0);
    char byte;
    while (read(setup->go, &byte, 1) < 0 && errno == EINTR)
        ;
    if (setup->flags & SPAWN_FIFO)
        in_real_time(setup);
}

void exec_rank(const struct setup *setup, const char *path, char **argv)
{
    execv(path, argv);
    int error = errno;
    if (write(setup->failure, &error, sizeof error) < 0)
        _exit(FAILURE);
    _exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}
