/* Names: directories, links, renames, attributes, times, the working directory, permissions; and the errors of all. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <utime.h>

#ifndef STATX_BASIC_STATS
#error "statx is needed"
#endif

static char folder[PATH_MAX];

static void make(const char *name, const char *text) {
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text) && close(fd) == 0);
}

static void status(void) {
    struct stat one, two;
    struct statx extended;
    make("file", "12345");
    CHECK(stat("file", &one) == 0 && S_ISREG(one.st_mode) && (one.st_mode & 0777) == 0644 && one.st_size == 5
          && one.st_nlink == 1);
    CHECK(one.st_uid == geteuid());
    int fd = open("file", O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &two) == 0 && one.st_ino == two.st_ino && one.st_dev == two.st_dev);
    CHECK(fstatat(AT_FDCWD, "file", &two, AT_SYMLINK_NOFOLLOW) == 0 && two.st_ino == one.st_ino);
    CHECK(statx(AT_FDCWD, "file", 0, STATX_BASIC_STATS, &extended) == 0 && extended.stx_ino == one.st_ino
          && extended.stx_size == 5);
    CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) == 0 && extended.stx_ino == one.st_ino);
    CHECK(chmod("file", 0600) == 0 && fchmod(fd, 0640) == 0 && fstat(fd, &two) == 0 && (two.st_mode & 07777) == 0640);
    CHECK(chown("file", (uid_t) -1, (gid_t) -1) == 0 && access("file", F_OK | R_OK | W_OK) == 0);
    CHECK_ERRNO(access("file", X_OK), EACCES);
    CHECK_ERRNO(access("file", 99), EINVAL);
    CHECK_ERRNO(stat("absent", &one), ENOENT);
    CHECK_ERRNO(stat("file/below", &one), ENOTDIR);
    CHECK_ERRNO(syscall(SYS_stat, "file", BAD_POINTER), EFAULT);
    CHECK_ERRNO(syscall(SYS_stat, BAD_POINTER, &one), EFAULT);
    CHECK_ERRNO(fstat(-1, &one), EBADF);
    CHECK_ERRNO(statx(AT_FDCWD, "file", 0x8000000, 0, &extended), EINVAL);
    CHECK_ERRNO(fstatat(AT_FDCWD, "file", &one, 0x8000000), EINVAL);
    CHECK_ERRNO(chmod("absent", 0600), ENOENT);
    struct statfs system;
    CHECK(statfs(".", &system) == 0 && system.f_bsize > 0 && fstatfs(fd, &system) == 0);
    CHECK_ERRNO(statfs("absent", &system), ENOENT);
    CHECK(close(fd) == 0 && unlink("file") == 0);
    mode_t mask = umask(027);
    CHECK(mkdir("masked", 0777) == 0 && stat("masked", &one) == 0 && (one.st_mode & 0777) == 0750 && rmdir("masked") == 0);
    CHECK(umask(mask) == 027);
}

static void links(void) {
    struct stat one, two;
    char target[20];
    make("first", "content");
    CHECK(link("first", "second") == 0 && stat("second", &one) == 0 && one.st_nlink == 2);
    CHECK(symlink("first", "pointer") == 0 && lstat("pointer", &two) == 0 && S_ISLNK(two.st_mode) && two.st_size == 5);
    CHECK(stat("pointer", &two) == 0 && two.st_ino == one.st_ino && readlink("pointer", target, 20) == 5
          && memcmp(target, "first", 5) == 0);
    CHECK(readlink("pointer", target, 3) == 3);
    CHECK_ERRNO(readlink("first", target, 20), EINVAL);
    CHECK_ERRNO(syscall(SYS_readlink, "pointer", target, 0), EINVAL);
    CHECK_ERRNO(readlink("absent", target, 20), ENOENT);
    CHECK_ERRNO(link("absent", "x"), ENOENT);
    CHECK_ERRNO(link("first", "second"), EEXIST);
    CHECK_ERRNO(symlink("x", "pointer"), EEXIST);
    CHECK_ERRNO(symlink("", "empty"), ENOENT);
    CHECK_ERRNO(open("pointer", O_RDONLY | O_NOFOLLOW), ELOOP);
    CHECK(symlink("circle", "circle") == 0);
    CHECK_ERRNO(open("circle", O_RDONLY), ELOOP);
    CHECK_ERRNO(unlink("absent"), ENOENT);
    CHECK_ERRNO(unlinkat(AT_FDCWD, "first", 0x77), EINVAL);
    CHECK(unlink("circle") == 0 && unlink("pointer") == 0 && unlink("first") == 0 && stat("second", &one) == 0
          && one.st_nlink == 1);
    int fd = open("second", O_RDONLY); /* lives on without a name */
    CHECK(fd >= 0 && unlink("second") == 0 && read(fd, target, 20) == 7 && fstat(fd, &one) == 0 && one.st_nlink == 0
          && close(fd) == 0);
}

static void renames(void) {
    struct stat one;
    make("a", "a");
    make("b", "bb");
    CHECK(mkdir("d", 0700) == 0 && mkdir("e", 0700) == 0);
    CHECK(rename("a", "b") == 0 && stat("b", &one) == 0 && one.st_size == 1);
    CHECK_ERRNO(rename("a", "c"), ENOENT);
    CHECK_ERRNO(rename("b", "d"), EISDIR);
    CHECK_ERRNO(rename("d", "b"), ENOTDIR);
    CHECK_ERRNO(rename("d", "d/below"), EINVAL);
    CHECK(rename("d", "e") == 0 && rename("b", "e/b") == 0);
    CHECK(mkdir("d", 0700) == 0);
    CHECK_ERRNO(rename("d", "e"), ENOTEMPTY);
    CHECK_ERRNO(rmdir("e"), ENOTEMPTY);
    CHECK_ERRNO(rmdir("e/b"), ENOTDIR);
    CHECK_ERRNO(rmdir("absent"), ENOENT);
    CHECK_ERRNO(rmdir("."), EINVAL);
    CHECK_ERRNO(unlink("d"), EISDIR);
    CHECK_ERRNO(mkdir("d", 0700), EEXIST);
    CHECK_ERRNO(mkdir("absent/d", 0700), ENOENT);
    long result = syscall(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "e/b", 2 /* RENAME_EXCHANGE */);
    CHECK(result == 0 || errno == EINVAL);
    if (result == 0) {
        CHECK(stat("d", &one) == 0 && S_ISREG(one.st_mode) && rename("d", "e/c") == 0 && rmdir("e/b") == 0
              && rename("e/c", "e/b") == 0);
    } else {
        CHECK(rmdir("d") == 0);
    }
    CHECK_ERRNO(syscall(SYS_renameat2, AT_FDCWD, "e", AT_FDCWD, "f", 0x80), EINVAL);
    CHECK(unlink("e/b") == 0 && rmdir("e") == 0);
}

/* 500 names, read back with small and large buffers, rewound, and with some removed while reading. */
static void listing(void) {
    static int seen[500];
    char name[20], buffer[1000];
    CHECK(mkdir("many", 0700) == 0);
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "many/n%03d", i);
        make(name, "");
    }
    int fd = open("many", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0);
    for (int round = 1; round <= 2; round++) {
        long length;
        CHECK(lseek(fd, 0, SEEK_SET) == 0);
        while ((length = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
            for (long at = 0; at < length;) {
                unsigned short size;
                memcpy(&size, buffer + at + 16, sizeof size);
                const char *entry = buffer + at + 19;
                if (entry[0] == 'n') {
                    seen[atoi(entry + 1)]++;
                }
                at += size;
            }
        }
        CHECK(length == 0);
        for (int i = 0; i < 500; i++) {
            CHECK(seen[i] == round);
        }
    }
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, buffer, 5), EINVAL);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, BAD_POINTER, 1000), EFAULT);
    CHECK_ERRNO(syscall(SYS_getdents64, -1, buffer, 1000), EBADF);
    CHECK_ERRNO(syscall(SYS_getdents64, 0x7ff0, buffer, 1000), EBADF);
    DIR *directory = fdopendir(fd);
    int count = 0;
    CHECK(directory != NULL);
    rewinddir(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == 'n') {
            CHECK(unlinkat(dirfd(directory), entry->d_name, 0) == 0);
            count++;
        }
    }
    CHECK(count == 500 && closedir(directory) == 0 && rmdir("many") == 0);
}

static void times(void) {
    struct stat one;
    struct timespec set[2] = {{1000000000, 123456789}, {1111111111, 987654321}}, omit[2] = {{0, UTIME_OMIT}, {5, 0}};
    make("timed", "");
    CHECK(utimensat(AT_FDCWD, "timed", set, 0) == 0 && stat("timed", &one) == 0);
    CHECK(one.st_atim.tv_sec == 1000000000 && one.st_mtim.tv_sec == 1111111111);
    CHECK(utimensat(AT_FDCWD, "timed", omit, 0) == 0 && stat("timed", &one) == 0 && one.st_atim.tv_sec == 1000000000
          && one.st_mtim.tv_sec == 5);
    int fd = open("timed", O_RDONLY);
    CHECK(fd >= 0 && futimens(fd, set) == 0 && fstat(fd, &one) == 0 && one.st_mtim.tv_sec == 1111111111 && close(fd) == 0);
    set[0].tv_nsec = 2000000000;
    CHECK_ERRNO(utimensat(AT_FDCWD, "timed", set, 0), EINVAL);
    CHECK_ERRNO(utimensat(AT_FDCWD, "absent", NULL, 0), ENOENT);
    CHECK_ERRNO(syscall(SYS_utimensat, AT_FDCWD, "timed", BAD_POINTER, 0), EFAULT);
    CHECK(unlink("timed") == 0);
    make("marked", "");
    char value[10];
    if (setxattr("marked", "user.colour", "green", 5, 0) == 0) { /* where the file system has them */
        CHECK(getxattr("marked", "user.colour", value, 10) == 5 && memcmp(value, "green", 5) == 0);
        CHECK_ERRNO(getxattr("marked", "user.colour", value, 2), ERANGE);
        CHECK_ERRNO(getxattr("marked", "user.absent", value, 10), ENODATA);
    }
    CHECK(unlink("marked") == 0);
}

static void *thread_directory(void *argument) {
    char here[PATH_MAX];
    CHECK(getcwd(here, sizeof here) != NULL && strcmp(here, argument) == 0); /* common to all threads */
    return NULL;
}

static void working_directory(void) {
    char here[PATH_MAX], below[PATH_MAX + 20];
    pthread_t thread;
    CHECK(getcwd(here, sizeof here) != NULL && mkdir("below", 0700) == 0 && chdir("below") == 0);
    snprintf(below, sizeof below, "%s/below", here);
    CHECK_ZERO(pthread_create(&thread, NULL, thread_directory, below));
    CHECK_ZERO(pthread_join(thread, NULL));
    IN_CHILD((thread_directory(below), CHECK(chdir("/") == 0)));
    thread_directory(below);
    int fd = open("..", O_RDONLY | O_DIRECTORY);
    CHECK(fd >= 0 && fchdir(fd) == 0 && close(fd) == 0);
    thread_directory(here);
    CHECK_ERRNO(chdir("absent"), ENOENT);
    CHECK_ERRNO(syscall(SYS_chdir, BAD_POINTER), EFAULT);
    CHECK_ERRNO(fchdir(-1), EBADF);
    CHECK_ERRNO(syscall(SYS_getcwd, here, 1), ERANGE);
    CHECK_ERRNO(syscall(SYS_getcwd, BAD_POINTER, 100), EFAULT);
    CHECK(rmdir("below") == 0);
}

/* A tree of 3 levels, walked and removed by a child for each branch. */
static void tree(void) {
    char name[100];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "t%d", i);
        CHECK(mkdir(name, 0700) == 0);
        for (int j = 0; j < 10; j++) {
            snprintf(name, sizeof name, "t%d/u%d", i, j);
            CHECK(mkdir(name, 0700) == 0);
            for (int k = 0; k < 10; k++) {
                snprintf(name, sizeof name, "t%d/u%d/f%d", i, j, k);
                make(name, name);
            }
        }
    }
    pid_t child[4];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "t%d", i);
        child[i] = fork();
        CHECK(child[i] >= 0);
        if (child[i] == 0) {
            execlp("rm", "rm", "-r", name, (char *) NULL);
            _exit(99);
        }
    }
    for (int i = 0; i < 4; i++) {
        CHECK_CHILD(child[i]);
    }
    CHECK_ERRNO(access("t0", F_OK), ENOENT);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"status", status}, {"links", links}, {"renames", renames}, {"listing", listing}, {"times", times},
        {"working_directory", working_directory}, {"tree", tree},
    };
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/tree.XXXXXX", base != NULL && *base ? base : "/tmp");
    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    umask(022);
    int result = check_sections(argc, argv, sections, COUNT(sections));
    CHECK(chdir("/") == 0 && rmdir(folder) == 0);
    return result;
}
