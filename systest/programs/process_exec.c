/* execve: what the new image sees, what it keeps, what it loses, from which thread, and what makes it fail. */
#include "check.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>

extern char **environ;
static char self[PATH_MAX];
static char folder[PATH_MAX];

static char *path_of(const char *name) {
    static char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make_file(const char *name, const char *text, mode_t mode) {
    int fd = open(path_of(name), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text));
    CHECK(fchmod(fd, mode) == 0 && close(fd) == 0);
}

static void make_folder(void) {
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/exec.XXXXXX", base != NULL && *base ? base : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
}

static size_t read_file(const char *path, char *into, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t got;
    CHECK(fd >= 0);
    while ((got = read(fd, into + length, size - length)) > 0) {
        length += (size_t) got;
    }
    CHECK(got == 0 && close(fd) == 0);
    return length;
}

/* Where the auxiliary vector says something about the image, the image agrees. */
static int first_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void) size;
    *(struct dl_phdr_info *) data = *info;
    return 1;
}

static void check_auxv(const char *execfn) {
    CHECK(strcmp((const char *) getauxval(AT_EXECFN), execfn) == 0);
    CHECK(getauxval(AT_PAGESZ) == PAGE && getauxval(AT_SECURE) == 0);
    CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_EGID) == getegid());
    CHECK(getauxval(AT_RANDOM) != 0 && !is_zero((void *) getauxval(AT_RANDOM), 16));
    struct dl_phdr_info image = {0};
    CHECK(dl_iterate_phdr(first_object, &image) == 1);
    CHECK((uintptr_t) image.dlpi_phdr == getauxval(AT_PHDR) && image.dlpi_phnum == getauxval(AT_PHNUM));
    int interpreted = 0;
    const ElfW(Phdr) *headers = (const ElfW(Phdr) *) getauxval(AT_PHDR);
    for (size_t i = 0; i < getauxval(AT_PHNUM); i++) {
        interpreted |= headers[i].p_type == PT_INTERP;
    }
    uintptr_t base = getauxval(AT_BASE);
    CHECK(interpreted ? base != 0 && memcmp((void *) base, ELFMAG, SELFMAG) == 0 : base == 0);
    uintptr_t entry = getauxval(AT_ENTRY);
    int inside = 0;
    for (size_t i = 0; i < image.dlpi_phnum; i++) {
        uintptr_t start = image.dlpi_addr + headers[i].p_vaddr;
        inside |= headers[i].p_type == PT_LOAD && (headers[i].p_flags & PF_X) && entry >= start
              && entry < start + headers[i].p_memsz;
    }
    CHECK(inside);
    uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
    CHECK(vdso == 0 || memcmp((void *) vdso, ELFMAG, SELFMAG) == 0);
    static ElfW(auxv_t) vector[64];
    char **end = environ;
    while (*end != NULL) {
        end++;
    }
    size_t length = read_file("/proc/self/auxv", (char *) vector, sizeof vector);
    CHECK(length > 0 && memcmp(vector, end + 1, length) == 0); /* the kernel's record is what lies on the stack */
}

/* The new image of section `arguments`. */
static void image_arguments(int argc, char **argv) {
    CHECK(argc == 5 && strcmp(argv[0], "name of its own") == 0 && strcmp(argv[2], "") == 0 && strcmp(argv[3], "a b\n\xff") == 0);
    CHECK(strlen(argv[4]) == 100000 && strspn(argv[4], "L") == 100000 && argv[5] == NULL);
    CHECK(strcmp(environ[0], "ONE=1") == 0 && strcmp(environ[1], "EMPTY=") == 0 && strcmp(environ[2], "ONE=twice") == 0);
    CHECK(strcmp(environ[3], "no equals sign") == 0 && environ[4] == NULL);
    check_auxv("/proc/self/exe");
    static char text[200 * KIB];
    size_t length = read_file("/proc/self/cmdline", text, sizeof text);
    CHECK(length == 16 + 12 + 1 + 6 + 100001 && strcmp(text, argv[0]) == 0);
    length = read_file("/proc/self/environ", text, sizeof text);
    CHECK(length == 6 + 7 + 10 + 15 && memcmp(text, "ONE=1\0EMPTY=\0ONE=twice\0no equals sign", length) == 0);
    length = read_file("/proc/self/comm", text, sizeof text);
    CHECK(length == 4 && memcmp(text, "exe\n", 4) == 0);
}

static void exec_arguments(void) {
    static char large[100001];
    memset(large, 'L', 100000);
    char *argv[] = {"name of its own", "--arguments", "", "a b\n\xff", large, NULL};
    char *envp[] = {"ONE=1", "EMPTY=", "ONE=twice", "no equals sign", NULL};
    execve("/proc/self/exe", argv, envp);
}

static void exec_many(void) {
    static char *argv[3003];
    argv[0] = self;
    argv[1] = "--many";
    for (int i = 2; i < 3002; i++) {
        argv[i] = i % 2 ? "odd" : "";
    }
    execve(self, argv, environ);
}

static void image_many(int argc, char **argv) {
    CHECK(argc == 3002 && argv[3002] == NULL && strcmp(argv[3001], "odd") == 0);
    check_auxv(self);
    for (int i = 2; i < 3002; i++) {
        CHECK(strcmp(argv[i], i % 2 ? "odd" : "") == 0);
    }
}

static void exec_nothing(void) {
    char *none[] = {NULL}, *envp[] = {"EXEC_IMAGE=nothing", NULL};
    syscall(SYS_execve, "/proc/self/exe", none, envp); /* Linux makes argv one empty string */
}

static void arguments(void) {
    IN_CHILD((exec_arguments(), CHECK(!"exec")));
    IN_CHILD((exec_many(), CHECK(!"exec")));
    IN_CHILD((exec_nothing(), CHECK(!"exec")));
}

static void interpreted(void) {
    char text[PATH_MAX + 40];
    make_folder();
    snprintf(text, sizeof text, "#!%s --script\nanything\n", self);
    make_file("script", text, 0755);
    char *argv[] = {"lost", "first", "second", NULL};
    IN_CHILD((execve(path_of("script"), argv, environ), CHECK(!"exec")));
    make_file("empty", "", 0755);
    CHECK_ERRNO(execve(path_of("empty"), argv, environ), ENOEXEC);
    CHECK(unlink(path_of("script")) == 0 && unlink(path_of("empty")) == 0 && rmdir(folder) == 0);
}

static void image_script(int argc, char **argv) {
    CHECK(argc == 5 && strcmp(argv[0], self) == 0 && strcmp(argv[3], "first") == 0 && strcmp(argv[4], "second") == 0);
    CHECK(strcmp(argv[2] + strlen(argv[2]) - 7, "/script") == 0);
    check_auxv(argv[2]);
}

static void *sleeper(void *argument) {
    char byte;
    CHECK(read(*(int *) argument, &byte, 1) == 1 && byte == 'e');
    return NULL;
}

static void errors(void) {
    char *argv[] = {"x", NULL};
    char *bad[] = {"x", BAD_POINTER, NULL};
    static char huge[200 * KIB];
    memset(huge, 'h', sizeof huge - 1);
    char *too_big[] = {"x", huge, NULL};
    int pipes[2];
    pthread_t thread;
    CHECK(pipe(pipes) == 0);
    CHECK_ZERO(pthread_create(&thread, NULL, sleeper, &pipes[0])); /* failing exec leaves the other threads alone */
    make_folder();
    make_file("text", "just text\n", 0755);
    make_file("plain", "#!/bin/sh\n", 0644);
    make_file("lost", "#!/nonexistent/interpreter\n", 0755);
    make_file("garbage", "\177ELF garbage that is long enough to be looked at by the loader of the kernel, sixty-four bytes",
          0755);
    CHECK(symlink("loop", path_of("loop")) == 0);
    CHECK_ERRNO(execve("/nonexistent", argv, environ), ENOENT);
    CHECK_ERRNO(execve("", argv, environ), ENOENT);
    CHECK_ERRNO(execve(folder, argv, environ), EACCES);
    CHECK_ERRNO(execve(path_of("plain"), argv, environ), EACCES);
    CHECK_ERRNO(execve(path_of("text"), argv, environ), ENOEXEC);
    CHECK_ERRNO(execve(path_of("garbage"), argv, environ), ENOEXEC);
    CHECK_ERRNO(execve(path_of("lost"), argv, environ), ENOENT);
    CHECK_ERRNO(execve(path_of("text/below"), argv, environ), ENOTDIR);
    CHECK_ERRNO(execve(path_of("loop"), argv, environ), ELOOP);
    CHECK_ERRNO(execve("/dev/null", argv, environ), EACCES);
    CHECK_ERRNO(execve(huge, argv, environ), ENAMETOOLONG);
    CHECK_ERRNO(execve(BAD_POINTER, argv, environ), EFAULT);
    CHECK_ERRNO(execve("/bin/sh", BAD_POINTER, environ), EFAULT);
    CHECK_ERRNO(execve("/bin/sh", argv, BAD_POINTER), EFAULT);
    CHECK_ERRNO(execve("/bin/sh", bad, environ), EFAULT);
    CHECK_ERRNO(execve("/bin/sh", too_big, environ), E2BIG);
    CHECK_ERRNO(syscall(SYS_execveat, -1, "sh", argv, environ, 0), EBADF);
    CHECK_ERRNO(syscall(SYS_execveat, AT_FDCWD, "sh", argv, environ, 0x40000000), EINVAL);
    CHECK_ERRNO(syscall(SYS_execveat, AT_FDCWD, path_of("loop"), argv, environ, AT_SYMLINK_NOFOLLOW), ELOOP);
    static const char *const names[] = {"text", "plain", "lost", "garbage", "loop"};
    for (size_t i = 0; i < COUNT(names); i++) {
        CHECK(unlink(path_of(names[i])) == 0);
    }
    CHECK(rmdir(folder) == 0);
    CHECK(write(pipes[1], "e", 1) == 1);
    CHECK_ZERO(pthread_join(thread, NULL));
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0);
}

static void *spinner(void *argument) {
    (void) argument;
    for (;;) {
        syscall(SYS_getppid);
        void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        munmap(p, PAGE);
    }
    return NULL;
}

static void *exec_thread(void *argument) {
    (void) argument;
    static char number[20];
    char *argv[] = {self, "--thread", number, NULL};
    CHECK(syscall(SYS_gettid) != getpid());
    snprintf(number, sizeof number, "%d", (int) getpid());
    execve(self, argv, environ);
    CHECK(!"exec");
    return NULL;
}

static void exec_from_thread(void) {
    static int pipes[2];
    pthread_t thread;
    CHECK(pipe(pipes) == 0);
    CHECK_ZERO(pthread_create(&thread, NULL, sleeper, &pipes[0]));
    CHECK_ZERO(pthread_create(&thread, NULL, spinner, NULL));
    CHECK_ZERO(pthread_create(&thread, NULL, exec_thread, NULL));
    CHECK_ZERO(pthread_join(thread, NULL));
}

static void from_thread(void) {
    for (int i = 0; i < 10; i++) {
        IN_CHILD(exec_from_thread());
    }
}

static void image_thread(char **argv) {
    char name[300];
    CHECK(getpid() == atoi(argv[2]) && syscall(SYS_gettid) == getpid() && syscall(SYS_getpid) == getpid());
    snprintf(name, sizeof name, "/proc/self/task/%d/comm", (int) getpid());
    struct stat status;
    CHECK(stat("/proc/self/task", &status) == 0 && status.st_nlink == 3); /* one thread is left */
    CHECK(access(name, R_OK) == 0);
}

static void on_signal(int number) {
    (void) number;
}

static void exec_signals(void) {
    char *argv[] = {self, "--signals", NULL};
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGRTMIN + 2);
    sigaddset(&mask, SIGSYS);
    CHECK(sigprocmask(SIG_SETMASK, &mask, NULL) == 0);
    CHECK(signal(SIGUSR2, SIG_IGN) != SIG_ERR && signal(SIGHUP, on_signal) != SIG_ERR && signal(SIGUSR1, on_signal) != SIG_ERR);
    CHECK(signal(SIGSYS, SIG_IGN) != SIG_ERR);
    stack_t stack = {.ss_sp = malloc(64 * KIB), .ss_size = 64 * KIB};
    CHECK(sigaltstack(&stack, NULL) == 0 && raise(SIGUSR1) == 0);
    union sigval value = {.sival_int = 1234};
    CHECK(sigqueue(getpid(), SIGRTMIN + 2, value) == 0);
    value.sival_int = 1235;
    CHECK(sigqueue(getpid(), SIGRTMIN + 2, value) == 0);
    struct itimerval timer = {.it_value = {.tv_sec = 3000}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
    execve(self, argv, environ);
    CHECK(!"exec");
}

static void image_signals(void) {
    sigset_t mask, pending;
    CHECK(sigprocmask(SIG_SETMASK, NULL, &mask) == 0 && sigpending(&pending) == 0);
    for (int number = 1; number < 32; number++) {
        CHECK(sigismember(&mask, number) == (number == SIGUSR1 || number == SIGSYS));
        CHECK(sigismember(&pending, number) == (number == SIGUSR1));
        struct sigaction action;
        CHECK(sigaction(number, NULL, &action) == 0);
        CHECK(action.sa_handler == (number == SIGUSR2 || number == SIGSYS ? SIG_IGN : SIG_DFL));
    }
    CHECK(sigismember(&mask, SIGRTMIN + 2) == 1 && sigismember(&pending, SIGRTMIN + 2) == 1);
    stack_t stack;
    CHECK(sigaltstack(NULL, &stack) == 0 && stack.ss_flags == SS_DISABLE);
    siginfo_t info;
    for (int i = 0; i < 2; i++) {
        CHECK(sigwaitinfo(&mask, &info) == (i == 0 ? SIGUSR1 : SIGRTMIN + 2));
        CHECK(i == 0 || info.si_value.sival_int == 1234);
    }
    CHECK(sigwaitinfo(&mask, &info) == SIGRTMIN + 2 && info.si_value.sival_int == 1235);
    struct itimerval timer;
    CHECK(getitimer(ITIMER_REAL, &timer) == 0 && timer.it_value.tv_sec > 2000);
    CHECK(raise(SIGSYS) == 0 && raise(SIGUSR2) == 0); /* both ignored, as inherited */
    CHECK(sigprocmask(SIG_UNBLOCK, &mask, NULL) == 0);
}

static void signal_state(void) {
    IN_CHILD(exec_signals());
}

static void exec_descriptor(int flavour) {
    char *argv[] = {self, "--descriptor", NULL};
    int fd = open(self, O_RDONLY | (flavour ? O_CLOEXEC : 0));
    CHECK(fd >= 0);
    if (flavour == 2) { /* an image that has no name in any file system */
        int memory = (int) syscall(SYS_memfd_create, "image", 1u);
        char buffer[64 * KIB];
        ssize_t got;
        CHECK(memory >= 0);
        while ((got = read(fd, buffer, sizeof buffer)) > 0) {
            CHECK(write(memory, buffer, (size_t) got) == got);
        }
        fd = memory;
    }
    if (flavour == 0) {
        fexecve(fd, argv, environ);
    } else {
        syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
    }
    CHECK(!"exec");
}

static void image_descriptor(void) {
    const char *name = (const char *) getauxval(AT_EXECFN); /* musl's fexecve goes by way of /proc */
    CHECK(strncmp(name, "/dev/fd/", 8) == 0 || strncmp(name, "/proc/self/fd/", 14) == 0);
}

static void exec_relative(void) {
    char *argv[] = {self, "--descriptor", NULL};
    const char *slash = strrchr(self, '/');
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%.*s/", (int) (slash - self), self);
    int fd = open(parent, O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0);
    syscall(SYS_execveat, fd, slash + 1, argv, environ, 0);
    CHECK(!"exec");
}

static void descriptors(void) {
    for (int flavour = 0; flavour < 3; flavour++) {
        IN_CHILD(exec_descriptor(flavour));
    }
    IN_CHILD(exec_relative());
}

/* A chain of images, each the child of exec in a vfork child of the one before. */
static void image_chain(int left) {
    char number[20];
    char *argv[] = {self, "--chain", number, NULL};
    snprintf(number, sizeof number, "%d", left - 1);
    if (left > 0) {
        pid_t child = vfork();
        if (child == 0) {
            execve(self, argv, environ);
            _exit(99);
        }
        CHECK(child > 0);
        CHECK_STATUS(child, left - 1 == 0 ? 77 << 8 : 78 << 8);
    }
    _exit(left == 0 ? 77 : 78);
}

static void chain(void) {
    pid_t child = fork();
    if (child == 0) {
        image_chain(15);
    }
    CHECK_STATUS(child, 78 << 8);
    child = fork();
    if (child == 0) { /* one process, many images */
        char *argv[] = {self, "--again", "20", NULL};
        execve(self, argv, environ);
    }
    CHECK_STATUS(child, 55 << 8);
}

static void image_again(int left) {
    char number[20];
    char *argv[] = {self, "--again", number, NULL};
    snprintf(number, sizeof number, "%d", left - 1);
    if (left > 0) {
        execve(self, argv, environ);
    }
    _exit(55);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"arguments", arguments}, {"interpreted", interpreted}, {"errors", errors}, {"from_thread", from_thread},
        {"signal_state", signal_state}, {"descriptors", descriptors}, {"chain", chain},
    };
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    CHECK(length > 0);
    const char *mode = argc > 1 ? argv[1] : "";
    if (getenv("EXEC_IMAGE") != NULL) {
        CHECK(argc == 1 && argv[0][0] == '\0' && argv[1] == NULL);
        check_auxv("/proc/self/exe");
    } else if (strcmp(mode, "--arguments") == 0) {
        image_arguments(argc, argv);
    } else if (strcmp(mode, "--many") == 0) {
        image_many(argc, argv);
    } else if (strcmp(mode, "--script") == 0) {
        image_script(argc, argv);
    } else if (strcmp(mode, "--thread") == 0) {
        image_thread(argv);
    } else if (strcmp(mode, "--signals") == 0) {
        image_signals();
    } else if (strcmp(mode, "--descriptor") == 0) {
        image_descriptor();
    } else if (strcmp(mode, "--chain") == 0) {
        image_chain(atoi(argv[2]));
    } else if (strcmp(mode, "--again") == 0) {
        image_again(atoi(argv[2]));
    } else {
        return check_sections(argc, argv, sections, COUNT(sections));
    }
    return 0;
}
