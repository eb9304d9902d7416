/* fork, vfork, clone, clone3, posix_spawn, system, popen, and what waiting for a child tells. */
#include "check.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#ifdef __GLIBC__
#include <linux/sched.h>
#else
struct clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
#endif

#define STACK (256 * KIB)
extern char **environ;

static char *stack_top(void) {
    char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    CHECK(stack != MAP_FAILED);
    return stack + STACK;
}

static void free_stack(char *top) {
    CHECK(munmap(top - STACK, STACK) == 0);
}

static void exit_codes(void) {
    for (int code = 0; code < 256; code += 15) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            code % 2 ? exit(code) : _exit(code);
        }
        CHECK_STATUS(child, code << 8);
    }
    pid_t child = fork();
    if (child == 0) {
        syscall(SYS_exit, 0x1234); /* only the low eight bits arrive */
    }
    CHECK_STATUS(child, 0x34 << 8);
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
    CHECK_ERRNO(waitpid(child, NULL, 0), ECHILD);
    CHECK_ERRNO(waitpid(-1, NULL, 0x10000), EINVAL);
    CHECK_ERRNO(syscall(SYS_waitid, P_ALL, 0, NULL, 0, NULL), EINVAL);
    CHECK_ERRNO(syscall(SYS_waitid, 77, 0, NULL, WEXITED, NULL), EINVAL);
}

static void killed(void) {
    static const int signals[] = {SIGKILL, SIGTERM, SIGUSR1, SIGALRM, SIGPIPE, SIGHUP, SIGINT, SIGVTALRM, SIGPROF};
    for (size_t i = 0; i < COUNT(signals); i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            if (i % 2) {
                raise(signals[i]);
            }
            for (;;) {
                pause();
            }
        }
        CHECK(kill(child, signals[i]) == 0);
        siginfo_t info = {0};
        CHECK(waitid(P_PID, (id_t) child, &info, WEXITED | WNOWAIT) == 0);
        CHECK(info.si_signo == SIGCHLD && info.si_pid == child && info.si_code == CLD_KILLED && info.si_status == signals[i]);
        CHECK_STATUS(child, signals[i]);
    }
    struct rlimit none = {0, 0};
    static const int dumping[] = {SIGABRT, SIGSEGV, SIGQUIT, SIGILL, SIGFPE, SIGBUS, SIGTRAP, SIGSYS, SIGXCPU};
    for (size_t i = 0; i < COUNT(dumping); i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
            raise(dumping[i]);
            _exit(99);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == dumping[i]); /* whether a core was written is not ours to say */
    }
}

static void stopped(void) {
    int go[2];
    CHECK(pipe(go) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        char byte;
        raise(SIGSTOP);
        _exit(read(go[0], &byte, 1) == 1 ? 5 : 6); /* not before its continuing has been seen */
    }
    int status;
    siginfo_t info = {0};
    CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    CHECK(waitpid(child, &status, WNOHANG) == 0);
    CHECK(waitid(P_PID, (id_t) child, &info, WEXITED | WNOHANG) == 0 && info.si_pid == 0);
    CHECK(kill(child, SIGCONT) == 0);
    CHECK(waitid(P_PID, (id_t) child, &info, WCONTINUED) == 0 && info.si_code == CLD_CONTINUED && info.si_status == SIGCONT);
    CHECK(write(go[1], "g", 1) == 1 && close(go[0]) == 0 && close(go[1]) == 0);
    struct rusage usage;
    CHECK(waitid(P_PID, (id_t) child, &info, WEXITED | WNOWAIT) == 0 && info.si_code == CLD_EXITED && info.si_status == 5);
    CHECK(wait4(child, &status, 0, &usage) == child && WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

static void many_children(void) {
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            _exit(getpid() == syscall(SYS_getpid) ? i & 127 : 200);
        }
        CHECK_STATUS(child, (i & 127) << 8);
    }
    enum { TOGETHER = 60 };
    pid_t child[TOGETHER];
    int seen[TOGETHER] = {0};
    for (int i = 0; i < TOGETHER; i++) {
        child[i] = i % 3 ? fork() : vfork();
        if (child[i] == 0) {
            _exit(i);
        }
        CHECK(child[i] > 0);
    }
    for (int i = 0; i < TOGETHER; i++) {
        int status;
        pid_t pid = wait(&status);
        CHECK(WIFEXITED(status));
        int which = WEXITSTATUS(status);
        CHECK(which < TOGETHER && child[which] == pid && !seen[which]);
        seen[which] = 1;
    }
    CHECK_ERRNO(wait(NULL), ECHILD);
}

static int descend(int levels) {
    if (levels == 0) {
        return 0;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(getppid() == parent && getpid() != parent);
        _exit(descend(levels - 1) + 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void deep_chain(void) {
    CHECK(descend(50) == 50);
}

static void vforks(void) {
    static volatile int shared_word;
    char *const arguments[] = {"/nonexistent", NULL};
    for (volatile int i = 0; i < 60; i++) {
        shared_word = 0;
        pid_t child = vfork();
        if (child == 0) {
            shared_word = i + 1;
            if (i % 2) {
                execve(arguments[0], arguments, environ);
                shared_word = errno;
            }
            _exit(i);
        }
        CHECK(child > 0);
        CHECK(shared_word == (i % 2 ? ENOENT : i + 1)); /* the parent slept until the child was gone */
        CHECK_STATUS(child, i << 8);
    }
}

struct message {
    int value;
    pid_t pid;
    pid_t parent;
    char *mapped;
    int fd;
};

static int in_clone(void *argument) {
    struct message *message = argument;
    message->value++;
    message->pid = (pid_t) syscall(SYS_getpid);
    message->parent = (pid_t) syscall(SYS_getppid);
    message->mapped = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (message->mapped != MAP_FAILED) {
        memset(message->mapped, 'm', 8 * PAGE);
    }
    message->fd = open("/dev/null", O_RDONLY);
    return 42;
}

static void clones(void) {
    for (int round = 0; round < 20; round++) {
        char *top = stack_top();
        struct message message = {0};
        pid_t child = clone(in_clone, top, SIGCHLD, &message); /* a copy, on a stack of its own */
        CHECK(child > 0);
        CHECK_STATUS(child, 42 << 8);
        CHECK(message.value == 0);

        pid_t parent_tid = 0;
        static const int with_vfork[] = {0, CLONE_VFORK};
        child = clone(in_clone, top, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_PARENT_SETTID | SIGCHLD | with_vfork[round % 2],
                      &message, &parent_tid);
        CHECK(child > 0 && parent_tid == child);
        CHECK(round % 2 == 0 || message.value == 1);
        CHECK_STATUS(child, 42 << 8);
        CHECK(message.value == 1 && message.pid == child && message.parent == getpid());
        CHECK(message.mapped != MAP_FAILED && message.mapped[8 * PAGE - 1] == 'm'); /* the one address space lives on */
        CHECK(munmap(message.mapped, 8 * PAGE) == 0);
        CHECK(message.fd >= 0 && close(message.fd) == 0);
        CHECK(getpid() == syscall(SYS_getpid) && getpid() != child);

        CHECK(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
        child = clone(in_clone, top, CLONE_VM | SIGUSR1, &message); /* no SIGCHLD: only __WALL or __WCLONE see it */
        CHECK(child > 0);
        CHECK_ERRNO(waitpid(child, NULL, 0), ECHILD);
        int status;
        CHECK(waitpid(child, &status, __WALL) == child && WEXITSTATUS(status) == 42);
        CHECK(message.value == 2 && close(message.fd) == -1 && munmap(message.mapped, 8 * PAGE) == 0);
        free_stack(top);
    }
    CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
    CHECK_ERRNO(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, NULL, NULL, NULL, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, NULL, NULL, NULL, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, 0), EINVAL);
}

static void raw_clones(void) {
    pid_t tids[2] = {0, 0};
    for (int i = 0; i < 20; i++) {
        pid_t child = (pid_t) syscall(SYS_clone, SIGCHLD | CLONE_CHILD_SETTID | CLONE_PARENT_SETTID, NULL, &tids[0], &tids[1], 0);
        CHECK(child >= 0);
        if (child == 0) {
            _exit(tids[1] == syscall(SYS_gettid) ? 7 : 8);
        }
        CHECK(tids[0] == child && tids[1] == 0);
        CHECK_STATUS(child, 7 << 8);
        child = (pid_t) syscall(SYS_fork);
        if (child == 0) {
            syscall(SYS_exit_group, 9);
        }
        CHECK_STATUS(child, 9 << 8);
    }
}

/* clone3 with a new stack: the child calls a function that never returns. */
static long clone3_stack(struct clone_args *arguments, size_t size, void (*function)(void)) {
    long result;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "call *%[function]\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "a"(SYS_clone3), "D"(arguments), "S"(size), [function] "r"(function)
                     : "rcx", "r11", "memory");
    return result;
}

static volatile int clone3_word;
static volatile uintptr_t clone3_frame;

static void clone3_child(void) {
    clone3_word++;
    clone3_frame = (uintptr_t) __builtin_frame_address(0);
    syscall(SYS_exit, syscall(SYS_getppid) > 0 ? 33 : 34);
}

static void clone3s(void) {
    struct clone_args arguments = {.exit_signal = SIGCHLD};
    pid_t child = (pid_t) syscall(SYS_clone3, &arguments, sizeof arguments);
    CHECK(child >= 0);
    if (child == 0) {
        _exit(11);
    }
    CHECK_STATUS(child, 11 << 8);
    char *top = stack_top();
    for (int round = 0; round < 20; round++) {
        int pidfd = -1;
        clone3_word = 0;
        arguments = (struct clone_args) {
            .flags = CLONE_VM | 0x1000 /* CLONE_PIDFD */ | (round % 2 ? CLONE_VFORK : 0), .pidfd = (uintptr_t) &pidfd,
            .exit_signal = SIGCHLD, .stack = (uintptr_t) (top - STACK), .stack_size = STACK,
        };
        child = (pid_t) clone3_stack(&arguments, sizeof arguments, clone3_child);
        CHECK(child > 0 && pidfd >= 0);
        siginfo_t info = {0};
        CHECK(waitid((idtype_t) 3 /* P_PIDFD */, (id_t) pidfd, &info, WEXITED) == 0);
        CHECK(info.si_pid == child && info.si_code == CLD_EXITED && info.si_status == 33);
        CHECK(clone3_word == 1 && clone3_frame < (uintptr_t) top && clone3_frame >= (uintptr_t) top - STACK);
        CHECK(fcntl(pidfd, F_GETFD) == FD_CLOEXEC && close(pidfd) == 0);
    }
    arguments = (struct clone_args) {.exit_signal = SIGCHLD, .stack = (uintptr_t) top};
    CHECK_ERRNO(syscall(SYS_clone3, &arguments, sizeof arguments), EINVAL);
    arguments = (struct clone_args) {.exit_signal = SIGCHLD, .stack_size = STACK};
    CHECK_ERRNO(syscall(SYS_clone3, &arguments, sizeof arguments), EINVAL);
    arguments = (struct clone_args) {.exit_signal = 65};
    CHECK_ERRNO(syscall(SYS_clone3, &arguments, sizeof arguments), EINVAL);
    arguments = (struct clone_args) {.exit_signal = SIGCHLD, .flags = CLONE_THREAD};
    CHECK_ERRNO(syscall(SYS_clone3, &arguments, sizeof arguments), EINVAL);
    CHECK_ERRNO(syscall(SYS_clone3, &arguments, 8), EINVAL);
    CHECK_ERRNO(syscall(SYS_clone3, &arguments, 2 * PAGE), E2BIG);
    CHECK_ERRNO(syscall(SYS_clone3, BAD_POINTER, sizeof arguments), EFAULT);
    free_stack(top);
}

static void spawns(void) {
    pid_t child;
    char *exit_seven[] = {"sh", "-c", "exit 7", NULL};
    for (int i = 0; i < 10; i++) {
        CHECK_ZERO(posix_spawn(&child, "/bin/sh", NULL, NULL, exit_seven, environ));
        CHECK_STATUS(child, 7 << 8);
    }
    CHECK(posix_spawn(&child, "/nonexistent/sh", NULL, NULL, exit_seven, environ) == ENOENT);
    CHECK(posix_spawnp(&child, "no-such-program-here", NULL, NULL, exit_seven, environ) == ENOENT);
    CHECK(posix_spawn(&child, "/", NULL, NULL, exit_seven, environ) == EACCES);
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);

    int pipes[2];
    char text[20] = {0};
    char *echo[] = {"sh", "-c", "echo $GREETING", NULL};
    char *greeting[] = {"GREETING=hello", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t mask;
    CHECK(pipe(pipes) == 0);
    CHECK_ZERO(posix_spawn_file_actions_init(&actions));
    CHECK_ZERO(posix_spawn_file_actions_adddup2(&actions, pipes[1], 1));
    CHECK_ZERO(posix_spawn_file_actions_addclose(&actions, pipes[0]));
    CHECK_ZERO(posix_spawnattr_init(&attributes));
    CHECK(sigemptyset(&mask) == 0);
    CHECK_ZERO(posix_spawnattr_setsigmask(&attributes, &mask));
    CHECK_ZERO(posix_spawnattr_setpgroup(&attributes, 0));
    CHECK_ZERO(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP));
    CHECK_ZERO(posix_spawn(&child, "/bin/sh", &actions, &attributes, echo, greeting));
    CHECK_CHILD(child);
    CHECK(read(pipes[0], text, sizeof text) == 6 && strcmp(text, "hello\n") == 0);
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
    CHECK_ZERO(posix_spawn_file_actions_destroy(&actions));
    CHECK_ZERO(posix_spawnattr_destroy(&attributes));
}

static void shells(void) {
    CHECK(system(NULL) == 1);
    CHECK(system("exit 3") == 3 << 8 && system("true | false") == 1 << 8
          && system("no-such-program-here 2>/dev/null") == 127 << 8);
    CHECK(system("kill -TERM $$") == SIGTERM);
    FILE *stream = popen("for i in 1 2 3; do echo $i; done | tr -d '\\n'", "r");
    char line[20] = {0};
    CHECK(stream != NULL && fgets(line, sizeof line, stream) != NULL && strcmp(line, "123") == 0 && pclose(stream) == 0);
    stream = popen("read x && [ \"$x\" = written ] && exit 21", "w");
    CHECK(stream != NULL && fprintf(stream, "written\n") == 8 && pclose(stream) == 21 << 8);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"exit_codes", exit_codes}, {"killed", killed}, {"stopped", stopped}, {"many_children", many_children},
        {"deep_chain", deep_chain}, {"vforks", vforks}, {"clones", clones}, {"raw_clones", raw_clones}, {"clone3s", clone3s},
        {"spawns", spawns}, {"shells", shells},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
