/* Reading, writing, seeking, descriptors, locks, vectors, copies in the kernel, mapped files; and the errors of all. */
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static char folder[PATH_MAX];
static char *none; /* a page without access */

static const char *in(const char *name) {
    static char path[4][PATH_MAX + 100];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int make(const char *name, const char *text) {
    int fd = open(in(name), O_RDWR | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text));
    return fd;
}

static void finish(int fd, const char *name) {
    CHECK(close(fd) == 0 && unlink(in(name)) == 0);
}

static void basics(void) {
    char buffer[100] = {0};
    int fd = make("basics", "hello, world");
    CHECK(lseek(fd, 7, SEEK_SET) == 7 && read(fd, buffer, 100) == 5 && memcmp(buffer, "world", 5) == 0);
    CHECK(read(fd, buffer, 100) == 0 && lseek(fd, 0, SEEK_CUR) == 12 && lseek(fd, -2, SEEK_END) == 10);
    CHECK(pread(fd, buffer, 5, 0) == 5 && memcmp(buffer, "hello", 5) == 0 && pwrite(fd, "HELLO", 5, 0) == 5);
    CHECK(lseek(fd, 0, SEEK_CUR) == 10);
    struct iovec out[3] = {{"ab", 2}, {"", 0}, {"cde", 3}}, into[2] = {{buffer, 3}, {buffer + 50, 20}};
    CHECK(writev(fd, out, 3) == 5 && preadv(fd, into, 2, 5) == 10 && memcmp(buffer, ", w", 3) == 0);
    CHECK(memcmp(buffer + 50, "orabcde", 7) == 0 && pwritev(fd, out, 3, 100) == 5 && lseek(fd, 0, SEEK_END) == 105);
    CHECK(preadv2(fd, into, 2, 0, 0) == 23);
    CHECK(pread(fd, buffer, 10, 50) == 10 && is_zero(buffer, 10)); /* the hole */
    CHECK(ftruncate(fd, 3) == 0 && lseek(fd, 0, SEEK_END) == 3 && ftruncate(fd, 10) == 0);
    CHECK(pread(fd, buffer, 100, 0) == 10 && memcmp(buffer, "HEL\0\0\0\0\0\0\0", 10) == 0);
    CHECK(fsync(fd) == 0 && fdatasync(fd) == 0 && fallocate(fd, 0, 0, 8192) == 0 && lseek(fd, 0, SEEK_END) == 8192);
    int append = open(in("basics"), O_WRONLY | O_APPEND);
    CHECK(append >= 0 && lseek(append, 0, SEEK_SET) == 0 && write(append, "x", 1) == 1 && lseek(append, 0, SEEK_CUR) == 8193);
    CHECK(close(append) == 0);
    finish(fd, "basics");
}

static void errors(void) {
    char buffer[10];
    int fd = make("errors", "text"), directory = open(folder, O_RDONLY | O_DIRECTORY), pipes[2];
    int reader = open(in("errors"), O_RDONLY), writer = open(in("errors"), O_WRONLY);
    CHECK(directory >= 0 && reader >= 0 && writer >= 0 && pipe(pipes) == 0);
    CHECK_ERRNO(read(-1, buffer, 1), EBADF);
    CHECK_ERRNO(read(9999, buffer, 1), EBADF);
    CHECK_ERRNO(read(writer, buffer, 1), EBADF);
    CHECK_ERRNO(write(reader, buffer, 1), EBADF);
    CHECK_ERRNO(read(directory, buffer, 1), EISDIR);
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    CHECK_ERRNO(read(fd, (void *) opaque(0), 4), EFAULT);
    CHECK_ERRNO(read(fd, none, 4), EFAULT);
    CHECK_ERRNO(write(fd, none, 4), EFAULT);
    CHECK_ERRNO(write(fd, BAD_POINTER, 4), EFAULT);
    CHECK_ERRNO(pread(fd, buffer, 1, -1), EINVAL);
    CHECK_ERRNO(pwrite(pipes[1], buffer, 1, 0), ESPIPE);
    CHECK_ERRNO(lseek(fd, -1, SEEK_SET), EINVAL);
    CHECK_ERRNO(lseek(fd, 0, 77), EINVAL);
    CHECK_ERRNO(lseek(pipes[0], 0, SEEK_SET), ESPIPE);
    CHECK_ERRNO(lseek(-1, 0, SEEK_SET), EBADF);
    CHECK_ERRNO(syscall(SYS_readv, fd, BAD_POINTER, 1), EFAULT);
    CHECK_ERRNO(syscall(SYS_readv, fd, &(struct iovec) {buffer, 1}, -1), EINVAL);
    CHECK_ERRNO(syscall(SYS_writev, fd, &(struct iovec) {buffer, SIZE_MAX}, 1), EINVAL);
    CHECK_ERRNO(ftruncate(reader, 0), EINVAL);
    CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
    CHECK_ERRNO(ftruncate(-1, 0), EBADF);
    CHECK_ERRNO(truncate(folder, 0), EISDIR);
    CHECK_ERRNO(open(in("absent"), O_RDONLY), ENOENT);
    CHECK_ERRNO(open(in("errors"), O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK_ERRNO(open(in("errors/below"), O_RDONLY), ENOTDIR);
    CHECK_ERRNO(open(in("errors"), O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK_ERRNO(open(folder, O_WRONLY), EISDIR);
    CHECK_ERRNO(open("", O_RDONLY), ENOENT);
    CHECK_ERRNO(syscall(SYS_open, BAD_POINTER, O_RDONLY), EFAULT);
    CHECK_ERRNO(syscall(SYS_openat, AT_FDCWD, none, O_RDONLY), EFAULT);
    CHECK_ERRNO(openat(-1, "relative", O_RDONLY), EBADF);
    CHECK_ERRNO(openat(fd, "relative", O_RDONLY), ENOTDIR);
    CHECK_ERRNO(close(-1), EBADF);
    CHECK_ERRNO(fsync(-1), EBADF);
    CHECK_ERRNO(fsync(pipes[0]), EINVAL);
    CHECK_ERRNO(fallocate(fd, 0, -1, 10), EINVAL);
    CHECK_ERRNO(fallocate(pipes[1], 0, 0, 10), ESPIPE);
    CHECK_ERRNO(ioctl(fd, 0x5401 /* TCGETS */, buffer), ENOTTY);
    CHECK_ERRNO(ioctl(-1, 0x5401, buffer), EBADF);
    CHECK_ERRNO(syscall(9999), ENOSYS);
    CHECK_ERRNO(syscall(-1), ENOSYS);
    CHECK_ERRNO(syscall(0x40000000 + SYS_read, -1, buffer, 1), ENOSYS); /* the x32 numbers, which kernels leave out */
    CHECK(close(directory) == 0 && close(reader) == 0 && close(writer) == 0 && close(pipes[0]) == 0 && close(pipes[1]) == 0);
    finish(fd, "errors");
}

/* A transfer that reaches the end of accessible memory is short; the rest stays. */
static void partial_transfers(void) {
    char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pipes[2];
    CHECK(p != MAP_FAILED && mprotect(p + PAGE, PAGE, PROT_NONE) == 0 && pipe(pipes) == 0);
    int fd = make("partial", "0123456789");
    CHECK(pread(fd, p + PAGE - 4, 10, 0) == 4 && memcmp(p + PAGE - 4, "0123", 4) == 0);
    CHECK(write(fd, p + PAGE - 4, 10) == 4);
    struct stat status;
    CHECK_ERRNO(syscall(SYS_fstat, fd, p + PAGE - 4), EFAULT);
    CHECK_ERRNO(syscall(SYS_pipe, p + PAGE), EFAULT);
    CHECK(fstat(fd, &status) == 0 && status.st_size == 14);
    CHECK(munmap(p, 2 * PAGE) == 0 && close(pipes[0]) == 0 && close(pipes[1]) == 0);
    finish(fd, "partial");
}

static void descriptors(void) {
    int fd = make("descriptors", "abcdef");
    int copy = dup(fd);
    char byte;
    CHECK(copy == fd + 1 && lseek(fd, 2, SEEK_SET) == 2 && read(copy, &byte, 1) == 1 && byte == 'c'
          && lseek(fd, 0, SEEK_CUR) == 3);
    CHECK(dup2(fd, fd) == fd && dup2(fd, copy + 10) == copy + 10 && fcntl(copy + 10, F_GETFD) == 0);
    CHECK_ERRNO(dup3(fd, fd, 0), EINVAL);
    CHECK(dup3(fd, copy + 10, O_CLOEXEC) == copy + 10 && fcntl(copy + 10, F_GETFD) == FD_CLOEXEC && close(copy + 10) == 0);
    CHECK_ERRNO(dup(-1), EBADF);
    CHECK_ERRNO(dup2(-1, fd), EBADF);
    CHECK_ERRNO(dup2(fd, -1), EBADF);
    CHECK_ERRNO(fcntl(fd, 9999), EINVAL);
    CHECK_ERRNO(fcntl(-1, F_GETFD), EBADF);
    CHECK_ERRNO(fcntl(fd, F_DUPFD, -1), EINVAL);
    CHECK(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK) == 0); /* for both: they are one open file */
    CHECK((fcntl(copy, F_GETFL) & (O_APPEND | O_NONBLOCK | O_ACCMODE)) == (O_APPEND | O_NONBLOCK | O_RDWR));
    CHECK(close(copy) == 0);
    finish(fd, "descriptors");
}

static void try_locks(void) {
    int fd = open(in("locks"), O_RDWR);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};
    CHECK(fd >= 0);
    CHECK_ERRNO(fcntl(fd, F_SETLK, &lock), EAGAIN);
    CHECK(fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK && lock.l_pid == getppid() && lock.l_len == 5);
    lock = (struct flock) {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 10};
    CHECK(fcntl(fd, F_SETLK, &lock) == 0);
    CHECK_ERRNO(flock(fd, LOCK_EX | LOCK_NB), EAGAIN);
}

static void locks(void) {
    int fd = make("locks", "0123456789");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 5};
    CHECK(fcntl(fd, F_SETLK, &lock) == 0 && flock(fd, LOCK_EX) == 0);
    IN_CHILD(try_locks());
    pid_t child = fork();
    if (child == 0) { /* waits until the parent lets go */
        int mine = open(in("locks"), O_RDWR);
        CHECK(fcntl(mine, F_SETLKW, &lock) == 0 && flock(mine, LOCK_SH) == 0);
        _exit(0);
    }
    usleep(3000);
    lock.l_type = F_UNLCK;
    CHECK(fcntl(fd, F_SETLK, &lock) == 0 && flock(fd, LOCK_UN) == 0);
    CHECK_CHILD(child);
    lock.l_type = 77;
    CHECK_ERRNO(fcntl(fd, F_SETLK, &lock), EINVAL);
    CHECK_ERRNO(flock(fd, 77), EINVAL);
    CHECK_ERRNO(syscall(SYS_fcntl, fd, F_SETLK, BAD_POINTER), EFAULT);
    finish(fd, "locks");
}

static void copies(void) {
    char buffer[20] = {0};
    int from = make("from", "0123456789"), to = make("to", ""), pipes[2];
    off_t offset = 2, target = 0;
    CHECK(pipe(pipes) == 0 && sendfile(to, from, &offset, 5) == 5 && offset == 7 && pread(to, buffer, 20, 0) == 5);
    CHECK(memcmp(buffer, "23456", 5) == 0);
    offset = 0;
    CHECK(splice(from, &offset, pipes[1], NULL, 10, 0) == 10 && read(pipes[0], buffer, 4) == 4 && memcmp(buffer, "0123", 4) == 0);
    CHECK(splice(pipes[0], NULL, to, &target, 6, 0) == 6 && pread(to, buffer, 20, 0) == 6 && memcmp(buffer, "456789", 6) == 0);
    struct iovec vector = {"gift", 4};
    int other[2];
    CHECK(vmsplice(pipes[1], &vector, 1, 0) == 4 && pipe(other) == 0 && tee(pipes[0], other[1], 10, 0) == 4);
    CHECK(read(pipes[0], buffer, 20) == 4 && read(other[0], buffer, 20) == 4 && memcmp(buffer, "gift", 4) == 0);
    offset = 3;
    target = 100;
    ssize_t copied = syscall(SYS_copy_file_range, from, &offset, to, &target, 7, 0);
    CHECK(copied == 7 || errno == EXDEV || errno == EOPNOTSUPP);
    CHECK_ERRNO(sendfile(-1, from, NULL, 1), EBADF);
    CHECK_ERRNO(splice(from, NULL, to, NULL, 5, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_sendfile, to, from, BAD_POINTER, 5), EFAULT);
    for (int i = 0; i < 2; i++) {
        CHECK(close(pipes[i]) == 0 && close(other[i]) == 0);
    }
    finish(from, "from");
    finish(to, "to");
}

static void write_shared(char *p) {
    p[1] = 'C';
}

static void mapped(void) {
    int fd = make("mapped", "text of the file");
    char buffer[20];
    CHECK(ftruncate(fd, 3 * PAGE) == 0);
    char *shared = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *private = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    char *second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 2 * PAGE);
    CHECK(shared != MAP_FAILED && private != MAP_FAILED && second != MAP_FAILED && memcmp(shared, "text", 4) == 0);
    private[0] = 'P';
    CHECK(shared[0] == 't');
    shared[0] = 'S';
    shared[2 * PAGE] = 'Z';
    CHECK(private[0] == 'P' && second[0] == 'Z' && pread(fd, buffer, 1, 0) == 1 && buffer[0] == 'S');
    IN_CHILD(write_shared(shared));
    CHECK(shared[1] == 'C' && msync(shared, 3 * PAGE, MS_SYNC) == 0 && pread(fd, buffer, 2, 0) == 2
          && memcmp(buffer, "SC", 2) == 0);
    CHECK(pwrite(fd, "W", 1, 2) == 1 && shared[2] == 'W');
    CHECK(madvise(private, PAGE, MADV_DONTNEED) == 0 && private[0] == 'S'); /* back to the file's content */
    char *moved = mremap(shared, 3 * PAGE, 2 * PAGE, 0);
    CHECK(moved == shared && munmap(shared, 2 * PAGE) == 0 && munmap(private, 3 * PAGE) == 0 && munmap(second, PAGE) == 0);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100), EINVAL);
    int reader = open(in("mapped"), O_RDONLY);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, reader, 0), EACCES);
    char *read_only = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    CHECK(read_only != MAP_FAILED && close(reader) == 0);
    CHECK_ERRNO(mprotect(read_only, PAGE, PROT_READ | PROT_WRITE), EACCES);
    CHECK(read_only[0] == 'S' && munmap(read_only, PAGE) == 0); /* the mapping outlives the descriptor */
    finish(fd, "mapped");
    int memory = (int) syscall(SYS_memfd_create, "memory", 0u);
    CHECK(memory >= 0 && ftruncate(memory, PAGE) == 0);
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    CHECK(p != MAP_FAILED && close(memory) == 0);
    IN_CHILD(write_shared(p));
    CHECK(p[1] == 'C' && munmap(p, PAGE) == 0);
}

/* Many small writes and reads through several processes: nothing is lost. */
static void appended(void) {
    int fd = open(in("appended"), O_RDWR | O_CREAT | O_APPEND, 0600);
    pid_t child[4];
    CHECK(fd >= 0);
    for (int c = 0; c < 4; c++) {
        child[c] = fork();
        CHECK(child[c] >= 0);
        if (child[c] == 0) {
            for (int i = 0; i < 500; i++) {
                char line[8];
                snprintf(line, sizeof line, "%d:%04d\n", c, i);
                CHECK(write(fd, line, 7) == 7);
            }
            _exit(0);
        }
    }
    for (int c = 0; c < 4; c++) {
        CHECK_CHILD(child[c]);
    }
    int next[4] = {0};
    char line[8] = {0};
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    while (read(fd, line, 7) == 7) {
        int c = line[0] - '0';
        CHECK(c >= 0 && c < 4 && atoi(line + 2) == next[c]++);
    }
    CHECK(next[0] + next[1] + next[2] + next[3] == 2000);
    finish(fd, "appended");
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"basics", basics}, {"errors", errors}, {"partial_transfers", partial_transfers}, {"descriptors", descriptors},
        {"locks", locks}, {"copies", copies}, {"mapped", mapped}, {"appended", appended},
    };
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/files.XXXXXX", base != NULL && *base ? base : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(none != MAP_FAILED);
    int status = check_sections(argc, argv, sections, COUNT(sections));
    CHECK(rmdir(folder) == 0);
    return status;
}
