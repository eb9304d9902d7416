/* What a batch costs besides time: page faults, system calls that Linux served, memory that is resident. Included by memory.c. */
#ifndef OUTRIGGER_LAB_USAGE_H
#define OUTRIGGER_LAB_USAGE_H

#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNKNOWN (-1L)

struct usage {
    long minor, major; /* page faults */
    long calls;        /* system calls that Linux served, or UNKNOWN */
};

static int counter = -1;

/*
 * Counts this process's system calls at the tracepoint raw_syscalls:sys_enter, which a call reaches that Linux serves, and one that Syscall
 * User Dispatch takes away does not. While it counts, calls are slower on the whole machine, so what is timed is not counted.
 */
static void count_calls(void)
{
    static const char *const places[] = {
        "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
        "/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id",
    };
    unsigned long long id = 0;
    for (unsigned i = 0; i < sizeof places / sizeof *places && !id; i++) {
        FILE *file = fopen(places[i], "re");
        if (file) {
            if (fscanf(file, "%llu", &id) != 1)
                id = 0;
            fclose(file);
        }
    }
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_TRACEPOINT, .size = sizeof attributes, .config = id, .disabled = 1, .inherit = 1};
    counter = id ? (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC) : -1;
    if (counter >= 0)
        ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
}

static struct usage usage_now(void)
{
    struct rusage used;
    uint64_t calls;
    struct usage now = {.calls = UNKNOWN};
    if (counter >= 0 && read(counter, &calls, sizeof calls) == (ssize_t)sizeof calls)
        now.calls = (long)calls;
    getrusage(RUSAGE_SELF, &used);
    now.minor = used.ru_minflt;
    now.major = used.ru_majflt;
    return now;
}

/* What came between two looks. The looks' own calls are taken off: from read to read they are getrusage and the second read. */
static struct usage usage_since(struct usage then)
{
    struct usage now = usage_now();
    struct usage between = {now.minor - then.minor, now.major - then.major, UNKNOWN};
    if (now.calls != UNKNOWN && then.calls != UNKNOWN)
        between.calls = now.calls - then.calls - 2;
    if (counter >= 0)
        close(counter);
    counter = -1;
    return between;
}

/* A field of a file of /proc, in bytes; 0 when it is not there. */
static unsigned long long field(const char *path, const char *name)
{
    char line[256];
    unsigned long long kib, sum = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name)) && sscanf(line + strlen(name), "%llu", &kib) == 1)
            sum += kib * 1024;
    fclose(file);
    return sum;
}

/* " | MINOR MAJOR CALLS RESIDENT PEAK TRANSPARENT-HUGE HUGETLB", the last four in bytes. */
static void tell_usage(struct usage used)
{
    static const char rollup[] = "/proc/self/smaps_rollup";
    printf(" | %ld %ld %ld %llu %llu %llu %llu", used.minor, used.major, used.calls, field(rollup, "Rss:"),
           field("/proc/self/status", "VmHWM:"), field(rollup, "AnonHugePages:"),
           field(rollup, "Private_Hugetlb:") + field(rollup, "Shared_Hugetlb:"));
}

#endif
