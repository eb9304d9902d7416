/* Scheduling calls: affinity, yield, the current core, priorities, inheritance, errors. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

static cpu_set_t initial;

static int first_cpu(int nth) {
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &initial) && nth-- == 0) {
            return cpu;
        }
    }
    return -1;
}

static cpu_set_t only(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return set;
}

static void see(pid_t tid, const cpu_set_t *expected) {
    cpu_set_t now;
    CHECK(sched_getaffinity(tid, sizeof now, &now) == 0 && CPU_EQUAL(&now, expected));
}

static void own_affinity(void) {
    CHECK(sched_getaffinity(0, sizeof initial, &initial) == 0 && CPU_COUNT(&initial) > 0);
    see(getpid(), &initial);
    for (int i = 0; i < CPU_COUNT(&initial); i++) {
        cpu_set_t one = only(first_cpu(i));
        CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
        see(0, &one);
        see(getpid(), &one);
        unsigned cpu = 9999;
        CHECK(syscall(SYS_getcpu, &cpu, NULL, NULL) == 0 && cpu == (unsigned) first_cpu(i));
        CHECK(sched_getcpu() == first_cpu(i));
    }
    CHECK(sched_setaffinity(0, sizeof initial, &initial) == 0);
    see(0, &initial);
    int cpu = sched_getcpu();
    CHECK(cpu >= 0 && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &initial));
}

static void errors(void) {
    cpu_set_t empty, set;
    CPU_ZERO(&empty);
    CHECK_ERRNO(sched_setaffinity(0, sizeof empty, &empty), EINVAL);
    CHECK_ERRNO(sched_setaffinity(0, 0, &initial), EINVAL);
    CHECK_ERRNO(sched_setaffinity(0x3fffffff, sizeof initial, &initial), ESRCH);
    CHECK_ERRNO(sched_getaffinity(0x3fffffff, sizeof set, &set), ESRCH);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, -1, sizeof set, &set), ESRCH);
    CHECK_ERRNO(syscall(SYS_sched_setaffinity, 0, 128, BAD_POINTER), EFAULT);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 128, BAD_POINTER), EFAULT);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 0, &set), EINVAL);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 129, &set), EINVAL); /* not a multiple of a long */
    memset(&set, 0, sizeof set);
    long size = syscall(SYS_sched_getaffinity, 0, sizeof set, &set); /* the raw call tells the size of the kernel's mask */
    CHECK(size >= 8 && size % 8 == 0 && size <= 1024 && CPU_EQUAL(&set, &initial));
    cpu_set_t beyond = initial; /* numbers that no machine of this size has are dropped without a word */
    CPU_SET(CPU_SETSIZE - 1, &beyond);
    CHECK(sched_setaffinity(0, sizeof beyond, &beyond) == 0);
    see(0, &initial);
    CHECK_ERRNO(syscall(SYS_getcpu, BAD_POINTER, NULL, NULL), EFAULT);
}

static atomic_int thread_tid, leave;

static void *waiting(void *argument) {
    cpu_set_t *expected = argument;
    see(0, expected); /* inherited from the creator */
    atomic_store(&thread_tid, (int) syscall(SYS_gettid));
    while (!atomic_load(&leave)) {
        nanosleep(&(struct timespec) {0, 200000}, NULL);
    }
    return NULL;
}

static void others(void) {
    cpu_set_t one = only(first_cpu(0)), last = only(first_cpu(CPU_COUNT(&initial) - 1)), set;
    pthread_t thread;
    atomic_store(&thread_tid, 0);
    atomic_store(&leave, 0);
    CHECK_ZERO(pthread_create(&thread, NULL, waiting, &initial));
    while (atomic_load(&thread_tid) == 0) {
        sched_yield();
    }
    CHECK(sched_setaffinity(atomic_load(&thread_tid), sizeof last, &last) == 0);
    see(atomic_load(&thread_tid), &last);
    see(0, &initial);
    CHECK_ZERO(pthread_setaffinity_np(thread, sizeof one, &one));
    CHECK_ZERO(pthread_getaffinity_np(thread, sizeof set, &set));
    CHECK(CPU_EQUAL(&set, &one));
    atomic_store(&leave, 1);
    CHECK_ZERO(pthread_join(thread, NULL));

    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        see(0, &initial);
        for (;;) {
            sched_yield();
        }
    }
    CHECK(sched_setaffinity(child, sizeof one, &one) == 0);
    see(child, &one);
    CHECK(kill(child, SIGKILL) == 0);
    CHECK_STATUS(child, SIGKILL);
    see(0, &initial);
}

static void inheritance(void) {
    cpu_set_t one = only(first_cpu(CPU_COUNT(&initial) - 1));
    IN_CHILD((CHECK(sched_setaffinity(0, sizeof one, &one) == 0), see(0, &one)));
    see(0, &initial); /* the child's setting is the child's */
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
    for (int i = 0; i < 10; i++) {
        pthread_t thread;
        IN_CHILD((see(0, &one), see(getpid(), &one)));
        atomic_store(&leave, 1);
        CHECK_ZERO(pthread_create(&thread, NULL, waiting, &one));
        CHECK_ZERO(pthread_join(thread, NULL));
        pid_t child = vfork();
        if (child == 0) {
            execl("/proc/self/exe", "sched", "--one-cpu", (char *) NULL);
            _exit(99);
        }
        CHECK(child > 0);
        CHECK_CHILD(child);
    }
    CHECK(sched_setaffinity(0, sizeof initial, &initial) == 0);
    see(0, &initial);
}

static void *yielder(void *argument) {
    for (int i = 0; i < 20000; i++) {
        CHECK(sched_yield() == 0 && syscall(SYS_sched_yield) == 0);
    }
    return argument;
}

static void yields(void) {
    pthread_t thread[3];
    for (int i = 0; i < 3; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, yielder, NULL));
    }
    yielder(NULL);
    for (int i = 0; i < 3; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
}

static atomic_int baton;

/* More runnable threads than cores, each of which only yields until its turn: all get on. */
static void *pass_baton(void *argument) {
    int me = (int) (intptr_t) argument;
    for (int i = 0; i < 200; i++) {
        while (atomic_load(&baton) % 6 != me) {
            sched_yield();
        }
        atomic_fetch_add(&baton, 1);
    }
    return NULL;
}

static void oversubscribed(void) {
    pthread_t thread[6];
    for (intptr_t i = 0; i < 6; i++) {
        CHECK_ZERO(pthread_create(&thread[i], NULL, pass_baton, (void *) i));
    }
    for (int i = 0; i < 6; i++) {
        CHECK_ZERO(pthread_join(thread[i], NULL));
    }
    CHECK(atomic_load(&baton) == 1200);
}

static void lower(void) {
    errno = 0;
    CHECK(nice(3) != -1 || errno == 0);
    int now = getpriority(PRIO_PROCESS, 0);
    CHECK(setpriority(PRIO_PROCESS, 0, now + 2) == 0 && getpriority(PRIO_PROCESS, getpid()) == now + 2);
    IN_CHILD(CHECK(getpriority(PRIO_PROCESS, 0) == now + 2));
}

static void priorities(void) {
    struct sched_param parameters = {0}, bad = {.sched_priority = 50};
    int policy = sched_getscheduler(0);
    CHECK(policy >= 0 && sched_getparam(0, &parameters) == 0 && parameters.sched_priority == 0);
    IN_CHILD(lower());
    CHECK(sched_get_priority_max(SCHED_FIFO) == 99 && sched_get_priority_min(SCHED_RR) == 1
          && sched_get_priority_max(SCHED_OTHER) == 0);
    CHECK_ERRNO(sched_get_priority_max(77), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0, 77, &parameters), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0, SCHED_OTHER, &bad), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0, SCHED_FIFO, &parameters), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0x3fffffff, SCHED_OTHER, &parameters), ESRCH);
    CHECK_ERRNO(sched_getscheduler(-1), EINVAL);
    CHECK_ERRNO(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
    CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, BAD_POINTER), EFAULT);
    CHECK_ERRNO(getpriority(99, 0), EINVAL);
    CHECK_ERRNO(setpriority(PRIO_PROCESS, 0x3fffffff, 0), ESRCH);
    struct timespec interval;
    CHECK(sched_rr_get_interval(0, &interval) == 0);
    IN_CHILD(CHECK(sched_setscheduler(0, SCHED_BATCH, &parameters) == 0 && sched_getscheduler(0) == SCHED_BATCH));
    CHECK(sched_getscheduler(0) == policy);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"own_affinity", own_affinity}, {"errors", errors}, {"others", others}, {"inheritance", inheritance}, {"yields", yields},
        {"oversubscribed", oversubscribed}, {"priorities", priorities},
    };
    CHECK(sched_getaffinity(0, sizeof initial, &initial) == 0);
    if (argc > 1 && strcmp(argv[1], "--one-cpu") == 0) { /* the image of an exec below an affinity of one */
        return CPU_COUNT(&initial) == 1 ? 0 : 1;
    }
    return check_sections(argc, argv, sections, COUNT(sections));
}
