/* Pipes, sockets, poll, select, epoll, eventfd, timerfd, inotify: readiness, transfer, errors. */
#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>

static void close_both(const int *pair) {
    CHECK(close(pair[0]) == 0 && close(pair[1]) == 0);
}

static void pipes(void) {
    int pair[2], available = 0;
    static char large[300000];
    char buffer[10];
    CHECK(pipe2(pair, O_NONBLOCK | O_CLOEXEC) == 0 && fcntl(pair[0], F_GETFD) == FD_CLOEXEC);
    CHECK_ERRNO(read(pair[0], buffer, 1), EAGAIN);
    CHECK_ERRNO(read(pair[1], buffer, 1), EBADF);
    CHECK_ERRNO(write(pair[0], buffer, 1), EBADF);
    CHECK(write(pair[1], "abc", 3) == 3 && ioctl(pair[0], FIONREAD, &available) == 0 && available == 3);
    ssize_t total = 3, length;
    while ((length = write(pair[1], large, 4096)) > 0) {
        total += length;
    }
    CHECK(length == -1 && errno == EAGAIN && total >= 4096);
    while ((length = read(pair[0], large, sizeof large)) > 0) {
        total -= length;
    }
    CHECK(length == -1 && errno == EAGAIN && total == 0);
    CHECK(close(pair[1]) == 0 && read(pair[0], buffer, 1) == 0 && close(pair[0]) == 0);
    CHECK_ERRNO(syscall(SYS_pipe, BAD_POINTER), EFAULT);
    CHECK_ERRNO(pipe2(pair, 0x7), EINVAL);
    CHECK(pipe(pair) == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR && close(pair[0]) == 0);
    CHECK_ERRNO(write(pair[1], "x", 1), EPIPE);
    CHECK(close(pair[1]) == 0 && signal(SIGPIPE, SIG_DFL) == SIG_IGN);
    CHECK(pipe(pair) == 0);
    pid_t child = fork(); /* a mebibyte in odd pieces */
    if (child == 0) {
        for (size_t sent = 0; sent < MIB;) {
            size_t piece = sent % 70001 + 1 < MIB - sent ? sent % 70001 + 1 : MIB - sent;
            memset(large, (int) (sent & 0x7f), piece);
            CHECK(write(pair[1], large, piece) == (ssize_t) piece);
            sent += piece;
        }
        _exit(0);
    }
    CHECK(close(pair[1]) == 0);
    size_t received = 0;
    while ((length = read(pair[0], large, 12345)) > 0) {
        received += (size_t) length;
    }
    CHECK(length == 0 && received == MIB && close(pair[0]) == 0);
    CHECK_CHILD(child);
}

static void sockets(void) {
    int pair[2];
    char buffer[20];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && send(pair[0], "hello", 5, 0) == 5);
    CHECK(recv(pair[1], buffer, 20, MSG_PEEK) == 5 && recv(pair[1], buffer, 2, 0) == 2 && recv(pair[1], buffer, 20, 0) == 3);
    CHECK_ERRNO(recv(pair[1], buffer, 20, MSG_DONTWAIT), EAGAIN);
    CHECK(shutdown(pair[0], SHUT_WR) == 0 && recv(pair[1], buffer, 20, 0) == 0);
    CHECK_ERRNO(send(pair[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    close_both(pair);
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0 && send(pair[0], "one", 3, 0) == 3 && send(pair[0], "", 0, 0) == 0);
    CHECK(send(pair[0], "three", 5, 0) == 5 && recv(pair[1], buffer, 20, 0) == 3 && recv(pair[1], buffer, 20, 0) == 0);
    CHECK(recv(pair[1], buffer, 2, MSG_TRUNC) == 5);
    /* A descriptor travels in a message. */
    int passed[2];
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec vector = {"f", 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    CHECK(pipe(passed) == 0);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &passed[1], sizeof(int));
    CHECK(sendmsg(pair[0], &message, 0) == 1 && close(passed[1]) == 0);
    vector.iov_base = buffer;
    CHECK(recvmsg(pair[1], &message, 0) == 1 && message.msg_controllen == sizeof control.bytes);
    int received;
    memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    CHECK(write(received, "via", 3) == 3 && read(passed[0], buffer, 20) == 3 && close(received) == 0 && close(passed[0]) == 0);
    close_both(pair);
    CHECK_ERRNO(socket(999, SOCK_STREAM, 0), EAFNOSUPPORT);
    CHECK_ERRNO(socketpair(AF_UNIX, 99, 0, pair), EINVAL);
    CHECK_ERRNO(send(-1, "x", 1, 0), EBADF);
    CHECK_ERRNO(send(0x7ff0, "x", 1, 0), EBADF);
    CHECK_ERRNO(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, BAD_POINTER), EFAULT);
}

static void *serve(void *argument) {
    int listener = *(int *) argument;
    for (int i = 0; i < 50; i++) {
        char buffer[100];
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        CHECK(fd >= 0);
        ssize_t length = recv(fd, buffer, sizeof buffer, 0);
        CHECK(length > 0 && send(fd, buffer, (size_t) length, 0) == length && close(fd) == 0);
    }
    return NULL;
}

static void network(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    pthread_t thread;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(listener >= 0 && bind(listener, (struct sockaddr *) &address, sizeof address) == 0 && listen(listener, 10) == 0);
    CHECK(getsockname(listener, (struct sockaddr *) &address, &size) == 0);
    CHECK_ZERO(pthread_create(&thread, NULL, serve, &listener));
    for (int i = 0; i < 50; i++) {
        char buffer[100];
        int fd = socket(AF_INET, SOCK_STREAM, 0), value = 0;
        CHECK(fd >= 0 && connect(fd, (struct sockaddr *) &address, sizeof address) == 0);
        snprintf(buffer, sizeof buffer, "message %d", i);
        CHECK(send(fd, buffer, strlen(buffer) + 1, 0) > 0 && recv(fd, buffer + 50, 50, 0) > 0
              && strcmp(buffer, buffer + 50) == 0);
        size = sizeof value;
        CHECK(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &size) == 0 && value == SOCK_STREAM && close(fd) == 0);
    }
    CHECK_ZERO(pthread_join(thread, NULL));
    int second = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(bind(second, (struct sockaddr *) &address, sizeof address), EADDRINUSE);
    CHECK_ERRNO(accept(second, NULL, NULL), EINVAL);
    CHECK(close(listener) == 0);
    CHECK_ERRNO(connect(second, (struct sockaddr *) &address, sizeof address), ECONNREFUSED);
    CHECK(close(second) == 0);
}

static void polling(void) {
    int pair[2];
    char byte;
    fd_set readable;
    struct timeval zero = {0, 0};
    CHECK(pipe(pair) == 0);
    struct pollfd set[3] = {{pair[0], POLLIN, 0}, {pair[1], POLLOUT, 0}, {0x7ff0, POLLIN, 0}};
    CHECK(poll(set, 3, 0) == 2 && set[0].revents == 0 && set[1].revents == POLLOUT && set[2].revents == POLLNVAL);
    CHECK(write(pair[1], "x", 1) == 1 && poll(set, 1, -1) == 1 && set[0].revents == POLLIN);
    FD_ZERO(&readable);
    FD_SET(pair[0], &readable);
    CHECK(select(pair[0] + 1, &readable, NULL, NULL, NULL) == 1 && FD_ISSET(pair[0], &readable));
    CHECK(read(pair[0], &byte, 1) == 1 && select(pair[0] + 1, &readable, NULL, NULL, &zero) == 0
          && !FD_ISSET(pair[0], &readable));
    CHECK_ERRNO(select(-1, NULL, NULL, NULL, NULL), EINVAL);
    CHECK_ERRNO(syscall(SYS_poll, BAD_POINTER, 1, 0), EFAULT);
    CHECK_ERRNO(syscall(SYS_select, 10, BAD_POINTER, NULL, NULL, NULL), EFAULT);
    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 0x123456789abcdef}, got[3];
    CHECK(poller >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, pair[0], &event) == 0 && epoll_wait(poller, got, 3, 0) == 0);
    CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, pair[0], &event), EEXIST);
    CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_MOD, pair[1], &event), ENOENT);
    CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, -1, &event), EBADF);
    CHECK_ERRNO(epoll_ctl(poller, EPOLL_CTL_ADD, poller, &event), EINVAL);
    CHECK_ERRNO(epoll_ctl(pair[0], EPOLL_CTL_ADD, pair[1], &event), EINVAL);
    CHECK_ERRNO(epoll_wait(poller, got, 0, 0), EINVAL);
    CHECK_ERRNO(epoll_wait(-1, got, 1, 0), EBADF);
    CHECK_ERRNO(epoll_create1(77), EINVAL);
    CHECK(write(pair[1], "yz", 2) == 2 && epoll_wait(poller, got, 3, -1) == 1 && got[0].data.u64 == 0x123456789abcdef);
    CHECK(epoll_wait(poller, got, 3, 0) == 0); /* edge-triggered */
    CHECK_ERRNO((write(pair[1], "!", 1), syscall(SYS_epoll_wait, poller, BAD_POINTER, 3, 0)), EFAULT);
    CHECK(close(pair[1]) == 0 && epoll_wait(poller, got, 3, -1) == 1 && (got[0].events & EPOLLHUP));
    CHECK(close(pair[0]) == 0 && close(poller) == 0);
}

static void *add_events(void *argument) {
    for (int i = 0; i < 1000; i++) {
        CHECK(eventfd_write(*(int *) argument, 2) == 0);
    }
    return NULL;
}

static void counters(void) {
    eventfd_t value;
    uint64_t sum = 0;
    pthread_t thread;
    int fd = eventfd(3, EFD_NONBLOCK);
    CHECK(fd >= 0 && eventfd_read(fd, &value) == 0 && value == 3);
    CHECK_ERRNO(eventfd_read(fd, &value), EAGAIN);
    CHECK_ERRNO(read(fd, &value, 4), EINVAL);
    CHECK(eventfd_write(fd, UINT64_MAX - 1) == 0);
    CHECK_ERRNO(eventfd_write(fd, 1), EAGAIN);
    CHECK_ERRNO(eventfd(0, 77), EINVAL);
    CHECK(close(fd) == 0 && (fd = eventfd(0, 0)) >= 0);
    CHECK_ZERO(pthread_create(&thread, NULL, add_events, &fd));
    while (sum < 2000) {
        CHECK(eventfd_read(fd, &value) == 0);
        sum += value;
    }
    CHECK_ZERO(pthread_join(thread, NULL));
    CHECK(sum == 2000 && close(fd) == 0);

    struct itimerspec timer = {{0, 500000}, {0, 500000}}, now, bad = {{0, 0}, {0, 2000000000}};
    fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    CHECK(fd >= 0 && timerfd_settime(fd, 0, &timer, NULL) == 0);
    for (sum = 0; sum < 10;) {
        CHECK(read(fd, &value, 8) == 8 && value > 0);
        sum += value;
    }
    CHECK(timerfd_gettime(fd, &now) == 0 && now.it_interval.tv_nsec == 500000);
    CHECK_ERRNO(timerfd_settime(fd, 0, &bad, NULL), EINVAL);
    CHECK_ERRNO(timerfd_create(99, 0), EINVAL);
    CHECK_ERRNO(syscall(SYS_timerfd_settime, fd, 0, BAD_POINTER, NULL), EFAULT);
    CHECK(close(fd) == 0);
}

static void watching(void) {
    char folder[PATH_MAX], name[PATH_MAX + 20], buffer[1000] __attribute__((aligned(8)));
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/watch.XXXXXX", base != NULL && *base ? base : "/tmp");
    CHECK(mkdtemp(folder) != NULL);
    int fd = inotify_init1(IN_NONBLOCK);
    int watch = inotify_add_watch(fd, folder, IN_CREATE | IN_DELETE);
    CHECK(fd >= 0 && watch == 1);
    CHECK_ERRNO(read(fd, buffer, sizeof buffer), EAGAIN);
    snprintf(name, sizeof name, "%s/made", folder);
    int file = open(name, O_CREAT | O_WRONLY, 0600);
    CHECK(file >= 0 && close(file) == 0 && unlink(name) == 0);
    ssize_t length = read(fd, buffer, sizeof buffer);
    const struct inotify_event *event = (const struct inotify_event *) buffer;
    CHECK(length > (ssize_t) sizeof *event && event->mask == IN_CREATE && strcmp(event->name, "made") == 0);
    event = (const struct inotify_event *) (buffer + sizeof *event + event->len);
    CHECK(event->mask == IN_DELETE && event->wd == watch && inotify_rm_watch(fd, watch) == 0);
    CHECK_ERRNO(inotify_rm_watch(fd, 99), EINVAL);
    CHECK_ERRNO(inotify_add_watch(fd, "/nonexistent", IN_CREATE), ENOENT);
    CHECK_ERRNO(inotify_add_watch(fd, folder, 0), EINVAL);
    CHECK(close(fd) == 0 && rmdir(folder) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"pipes", pipes}, {"sockets", sockets}, {"network", network}, {"polling", polling}, {"counters", counters},
        {"watching", watching},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
