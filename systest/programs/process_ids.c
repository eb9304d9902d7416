/* Who a process is: ids in processes and threads, sessions, orphans, pidfds, descriptors' numbers, prctl, ptrace. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>

extern char **environ;

#define FUTEX_WAIT 0 /* linux/futex.h, which musl lacks */

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static pid_t raw_getpid(void) {
    return (pid_t) syscall(SYS_getpid);
}

static pid_t raw_gettid(void) {
    return (pid_t) syscall(SYS_gettid);
}

/* The number that /proc has for this process: another witness. */
static pid_t proc_pid(void) {
    char text[20] = {0};
    CHECK(readlink("/proc/self", text, sizeof text - 1) > 0);
    return atoi(text);
}

static void *thread_ids(void *argument) {
    pid_t process = *(pid_t *) argument;
    char name[80], text[20] = {0};
    CHECK(getpid() == process && raw_getpid() == process && raw_gettid() != process && getppid() == syscall(SYS_getppid));
    CHECK(readlink("/proc/thread-self", name, sizeof name - 1) > 0);
    snprintf(name, sizeof name, "/proc/%d/task/%d/comm", process, raw_gettid());
    int fd = open(name, O_RDONLY);
    CHECK(fd >= 0 && read(fd, text, sizeof text) > 0 && close(fd) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) { /* a child of a thread is a process with one thread */
        CHECK(getpid() == raw_gettid() && getpid() == raw_getpid() && getppid() == process && proc_pid() == getpid());
        _exit(0);
    }
    CHECK_CHILD(child);
    return NULL;
}

static void identities(void) {
    pid_t process = getpid();
    CHECK(process == raw_getpid() && process == raw_gettid() && process == proc_pid());
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        CHECK_ZERO(pthread_create(&thread, NULL, thread_ids, &process));
        CHECK_ZERO(pthread_join(thread, NULL));
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            CHECK(getpid() == raw_getpid() && getpid() == raw_gettid() && getpid() != process && getppid() == process);
            CHECK(proc_pid() == getpid());
            pid_t me = getpid();
            CHECK_ZERO(pthread_create(&thread, NULL, thread_ids, &me));
            CHECK_ZERO(pthread_join(thread, NULL));
            _exit(0);
        }
        CHECK_CHILD(child);
    }
    CHECK(raw_getpid() == process && raw_gettid() == process);
}

static void sessions(void) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(setpgid(0, 0) == 0 && getpgrp() == getpid());
        CHECK_ERRNO(setsid(), EPERM); /* a group leader may not */
        IN_CHILD((CHECK(getpgrp() == getppid()), CHECK(setsid() == getpid()),
                  CHECK(getsid(0) == getpid() && getpgrp() == getpid())));
        CHECK_ERRNO(setpgid(0, -1), EINVAL);
        CHECK_ERRNO(setpgid(1, 0), ESRCH);
        CHECK_ERRNO(getpgid(-1), ESRCH);
        CHECK_ERRNO(getsid(-1), ESRCH);
        _exit(0);
    }
    CHECK_CHILD(child);
}

/* The child ends first; the grandchild goes on, and this process, as subreaper, inherits it. */
static void orphans(void) {
    int pipes[2], go[2];
    pid_t reported;
    char byte;
    CHECK(pipe(pipes) == 0 && pipe(go) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    for (int i = 0; i < 10; i++) {
        pid_t me = getpid();
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            if (fork() == 0) {
                CHECK(read(go[0], &byte, 1) == 1 && getppid() == me);
                pid_t mine = getpid();
                CHECK(write(pipes[1], &mine, sizeof mine) == sizeof mine);
                _exit(17);
            }
            _exit(0);
        }
        CHECK_CHILD(child);
        CHECK(write(go[1], "g", 1) == 1 && read(pipes[0], &reported, sizeof reported) == sizeof reported);
        CHECK_STATUS(reported, 17 << 8);
    }
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0 && close(go[0]) == 0 && close(go[1]) == 0);
}

static void pidfds(void) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    int fd = (int) syscall(SYS_pidfd_open, child, 0);
    CHECK(fd >= 0);
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    CHECK(poll(&poller, 1, 0) == 0);
    CHECK(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0);
    CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, 99, NULL, 0), EINVAL);
    CHECK(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) == 0);
    CHECK(poll(&poller, 1, -1) == 1 && (poller.revents & POLLIN));
    CHECK_STATUS(child, SIGTERM);
    CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0), ESRCH);
    CHECK(close(fd) == 0);
    CHECK_ERRNO(syscall(SYS_pidfd_open, -1, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_pidfd_open, getpid(), 0x40), EINVAL);
    CHECK_ERRNO(syscall(SYS_pidfd_send_signal, 0, SIGTERM, NULL, 1u << 20), EINVAL);
    CHECK_ERRNO(kill(0x3fffffff, 0), ESRCH);
    CHECK_ERRNO(kill(getpid(), 65), EINVAL);
    CHECK_ERRNO(syscall(SYS_tgkill, getpid(), 0, SIGUSR1), EINVAL);
    CHECK_ERRNO(syscall(SYS_tgkill, getpid(), 0x3fffffff, SIGUSR1), ESRCH);
    CHECK_ERRNO(syscall(SYS_tkill, -1, SIGUSR1), EINVAL);
    CHECK(kill(getpid(), 0) == 0);
}

static int await_file(int fd) {
    char text[64];
    ssize_t length = read(fd, text, sizeof text);
    return length > 0 ? text[0] : 0;
}

static void parent_death(void) {
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int ready[2];
        CHECK(pipe(ready) == 0);
        if (fork() == 0) {
            int number = 0;
            sigset_t usr;
            sigemptyset(&usr);
            sigaddset(&usr, SIGUSR1);
            CHECK(sigprocmask(SIG_BLOCK, &usr, NULL) == 0 && prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0);
            CHECK(prctl(PR_GET_PDEATHSIG, &number) == 0 && number == SIGUSR1);
            CHECK(write(ready[1], "r", 1) == 1);
            CHECK(sigwaitinfo(&usr, NULL) == SIGUSR1);
            CHECK(write(pipes[1], "d", 1) == 1);
            _exit(0);
        }
        CHECK(await_file(ready[0]) == 'r');
        _exit(0);
    }
    CHECK_CHILD(child);
    CHECK(await_file(pipes[0]) == 'd' && close(pipes[0]) == 0 && close(pipes[1]) == 0);
    CHECK_ERRNO(prctl(PR_SET_PDEATHSIG, 99), EINVAL);
}

static void names(void) {
    char name[17] = {0}, old[17] = {0};
    CHECK(prctl(PR_GET_NAME, old) == 0 && prctl(PR_SET_NAME, "a name far too long for it") == 0 && prctl(PR_GET_NAME, name) == 0);
    CHECK(strcmp(name, "a name far too ") == 0);
    CHECK_ERRNO(prctl(PR_SET_NAME, BAD_POINTER), EFAULT);
    CHECK_ERRNO(prctl(99999, 0, 0, 0, 0), EINVAL);
    CHECK(prctl(PR_SET_NAME, old) == 0);
}

static atomic_int cleared;

static int sleeping_child(void *argument) {
    (void) argument;
    atomic_store(&cleared, 1);
    return 0;
}

/* The kernel clears the word and wakes whoever waits for it when the thread ends. */
static void clear_child_tid(void) {
    static char stack[256 * KIB] __attribute__((aligned(64)));
    static atomic_int word;
    for (int i = 0; i < 30; i++) {
        atomic_store(&word, -1);
        pid_t child = clone(sleeping_child, stack + sizeof stack,
                            CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID
                            | SIGCHLD,
                            NULL, NULL, NULL, &word);
        CHECK(child > 0);
        int value;
        while ((value = atomic_load(&word)) != 0) {
            CHECK(syscall(SYS_futex, &word, FUTEX_WAIT, value, NULL, NULL, 0) == 0 || errno == EAGAIN || errno == EINTR);
        }
        CHECK_CHILD(child);
        CHECK(atomic_load(&cleared) == 1);
    }
    pid_t child = fork();
    if (child == 0) {
        CHECK(syscall(SYS_set_tid_address, &word) == getpid());
        _exit(0);
    }
    CHECK_CHILD(child);
}

static void list_descriptors(int highest) {
    DIR *folder = opendir("/proc/self/fd");
    CHECK(folder != NULL);
    struct dirent *entry;
    int count = 0;
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            int fd = atoi(entry->d_name);
            CHECK(fd <= highest || fd == dirfd(folder));
            count++;
        }
    }
    CHECK(closedir(folder) == 0 && count == highest + 2);
}

static void *numbers_in_thread(void *argument) {
    (void) argument;
    int fd = open("/dev/null", O_RDONLY);
    CHECK(fd == 3 && close(fd) == 0);
    return NULL;
}

/* Descriptors get the lowest free numbers, and every number is the program's to use. */
static void check_numbers(void) {
    int pipes[2];
    list_descriptors(2);
    CHECK(open("/dev/null", O_RDONLY) == 3 && dup(0) == 4 && pipe(pipes) == 0 && pipes[0] == 5 && pipes[1] == 6);
    CHECK(socket(AF_UNIX, SOCK_STREAM, 0) == 7 && fcntl(0, F_DUPFD, 10) == 10 && fcntl(0, F_DUPFD, 0) == 8);
    CHECK(close(4) == 0 && dup(1) == 4 && close(10) == 0);
    list_descriptors(8);
    CHECK(syscall(SYS_close_range, 3, ~0u, 0) == 0);
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    for (int fd = 3; fd < (int) limit.rlim_cur && fd < 1024; fd++) {
        CHECK(fcntl(fd, F_GETFD) == -1 && errno == EBADF);
        CHECK(dup2(0, fd) == fd);
    }
    CHECK(syscall(SYS_close_range, 3, ~0u, 0) == 0);
    pthread_t thread;
    CHECK_ZERO(pthread_create(&thread, NULL, numbers_in_thread, NULL));
    CHECK_ZERO(pthread_join(thread, NULL));
    IN_CHILD(numbers_in_thread(NULL));
    numbers_in_thread(NULL);
}

static void run_again(const char *mode) {
    char *argv[] = {"process_ids", (char *) mode, NULL};
    execve("/proc/self/exe", argv, environ);
    CHECK(!"exec");
}

static void numbers_in_child(void) {
    for (int fd = 0; fd < 3; fd++) {
        CHECK(fcntl(fd, F_GETFD) >= 0 || open("/dev/null", O_RDWR) == fd);
    }
    CHECK(syscall(SYS_close_range, 3, ~0u, 0) == 0);
    check_numbers();
    CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC) == 3);
    run_again("--numbers");
}

/* With no number to spare, and after exec with just one for the loader. */
static void exhausted(void) {
    struct rlimit limit;
    CHECK(syscall(SYS_close_range, 3, ~0u, 0) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 3;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK_ERRNO(open("/dev/null", O_RDONLY), EMFILE);
    CHECK_ERRNO(dup(0), EMFILE);
    IN_CHILD(CHECK(getpid() == raw_getpid()));
    limit.rlim_cur = 4;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    run_again("--exhausted");
}

static void descriptor_numbers(void) {
    IN_CHILD(numbers_in_child());
    IN_CHILD(exhausted());
}

/* A child that asks to be traced: its stops, its memory, its registers. */
static void traced(void) {
    static volatile long word = 0x1122334455667788;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
        raise(SIGSTOP);
        _exit(word == 99 ? 31 : 32);
    }
    int status;
    struct user_regs_struct registers;
    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    errno = 0;
    CHECK(ptrace(PTRACE_PEEKDATA, child, &word, NULL) == word && errno == 0);
    CHECK(ptrace(PTRACE_POKEDATA, child, &word, 99l) == 0);
    CHECK(ptrace(PTRACE_GETREGS, child, NULL, &registers) == 0 && registers.rip != 0 && registers.cs == 0x33);
    CHECK(ptrace(PTRACE_CONT, child, NULL, NULL) == 0);
    CHECK_STATUS(child, 31 << 8);

    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
        run_again("--traced");
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP); /* the exec stop */
    CHECK(ptrace(PTRACE_CONT, child, NULL, NULL) == 0);
    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1);
    CHECK(ptrace(PTRACE_DETACH, child, NULL, NULL) == 0);
    CHECK_STATUS(child, 44 << 8);
    CHECK_ERRNO(ptrace(PTRACE_CONT, getpid(), NULL, NULL), ESRCH);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"identities", identities}, {"sessions", sessions}, {"orphans", orphans}, {"pidfds", pidfds},
        {"parent_death", parent_death}, {"names", names}, {"clear_child_tid", clear_child_tid},
        {"descriptor_numbers", descriptor_numbers}, {"traced", traced},
    };
    const char *mode = argc > 1 ? argv[1] : "";
    if (strcmp(mode, "--numbers") == 0) {
        check_numbers();
    } else if (strcmp(mode, "--exhausted") == 0) {
        CHECK(open("/dev/null", O_RDONLY) == 3);
        CHECK_ERRNO(dup(0), EMFILE);
    } else if (strcmp(mode, "--traced") == 0) {
        raise(SIGUSR1);
        return 44;
    } else {
        return check_sections(argc, argv, sections, COUNT(sections));
    }
    return 0;
}
