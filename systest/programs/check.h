/*
 * The assertions of the system-call test programs: CHECK, CHECK_ERRNO, children, named sections.
 *
 * Every program runs natively first and then on the lightweight kernel, with the same assertions and the same output: one
 * line "ok SECTION" per section on standard output, nothing that changes between runs. A failure goes to standard error
 * as FILE:LINE and ends the process (or child) with status 1.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul
#define KIB 1024ul
#define MIB (1024ul * 1024)
#define GIB (1024ul * 1024 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A number that the compiler cannot see through: for arguments that are wrong on purpose. */
static inline __attribute__((unused)) uintptr_t opaque(uintptr_t value) {
    __asm__ volatile("" : "+r"(value));
    return value;
}
#define BAD_POINTER ((void *) opaque(8))

static inline __attribute__((noreturn, unused)) void check_fail(const char *file, int line, const char *what, int error) {
    dprintf(2, "%s:%d: failed: %s (errno %d)\n", file, line, what, error);
    _exit(1);
}

#define CHECK(condition) ((condition) ? (void) 0 : check_fail(__FILE__, __LINE__, #condition, errno))

/* The expression must return -1 (as a pointer: MAP_FAILED) and leave exactly this errno. */
#define CHECK_ERRNO(expression, error)                                                        \
    do {                                                                                      \
        errno = 0;                                                                            \
        long result_ = (long) (expression);                                                   \
        if (result_ != -1 || errno != (error)) {                                              \
            check_fail(__FILE__, __LINE__, #expression " gives " #error, errno);              \
        }                                                                                     \
    } while (0)

/* Functions that return the error number itself (pthread_*, posix_spawn). */
#define CHECK_ZERO(expression)                                                                \
    do {                                                                                      \
        long result_ = (long) (expression);                                                   \
        if (result_ != 0) {                                                                   \
            check_fail(__FILE__, __LINE__, #expression " gives 0", (int) result_);            \
        }                                                                                     \
    } while (0)

/* Waits for a child and requires this raw wait status. */
#define CHECK_STATUS(pid, expected)                                                           \
    do {                                                                                      \
        int status_ = -1;                                                                     \
        pid_t waited_;                                                                        \
        do {                                                                                  \
            waited_ = waitpid((pid), &status_, 0);                                            \
        } while (waited_ == -1 && errno == EINTR);                                            \
        CHECK(waited_ == (pid));                                                              \
        if (status_ != (expected)) {                                                          \
            dprintf(2, "%s:%d: child status %#x\n", __FILE__, __LINE__, (unsigned) status_);  \
            _exit(1);                                                                         \
        }                                                                                     \
    } while (0)
#define CHECK_CHILD(pid) CHECK_STATUS(pid, 0)

/* Runs a function in a child, which must come back and end with status 0. */
#define IN_CHILD(call)                                                                        \
    do {                                                                                      \
        pid_t child_ = fork();                                                                \
        CHECK(child_ >= 0);                                                                   \
        if (child_ == 0) {                                                                    \
            call;                                                                             \
            _exit(0);                                                                         \
        }                                                                                     \
        CHECK_CHILD(child_);                                                                  \
    } while (0)

struct section {
    const char *name;
    void (*run)(void);
};

/* Runs the section named by argv[1], or all of them. Status 2: no such section. */
static inline int check_sections(int argc, char **argv, const struct section *sections, size_t count) {
    int found = 0;
    sigset_t none;
    for (int number = 1; number < 32; number++) { /* whatever the shell or nohup had ignored or blocked */
        (void) signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    CHECK(sigprocmask(SIG_SETMASK, &none, NULL) == 0);
    for (size_t i = 0; i < count; i++) {
        if (argc < 2 || strcmp(argv[1], sections[i].name) == 0) {
            char line[80];
            sections[i].run();
            int length = snprintf(line, sizeof line, "ok %s\n", sections[i].name);
            CHECK(write(1, line, (size_t) length) == length);
            found = 1;
        }
    }
    if (!found) {
        dprintf(2, "%s: no section %s\n", argv[0], argv[1]);
    }
    return found ? 0 : 2;
}

/* A small generator: the same sequence on every machine. */
static inline __attribute__((unused)) uint64_t check_random(uint64_t *state) {
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    *state = x;
    return x;
}

/* Fills memory with a pattern that depends on the seed and on every position. */
static inline __attribute__((unused)) void fill_pattern(void *memory, size_t length, uint64_t seed) {
    unsigned char *bytes = (unsigned char *) memory;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t value = (seed + 1) * 0x9E3779B97F4A7C15ul + i * 0x0101010101010101ul;
        memcpy(bytes + i, &value, 8);
    }
    for (; i < length; i++) {
        bytes[i] = (unsigned char) (seed * 31 + i + 1);
    }
}

static inline __attribute__((unused)) int holds_pattern(const void *memory, size_t length, uint64_t seed) {
    const unsigned char *bytes = (const unsigned char *) memory;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t value = (seed + 1) * 0x9E3779B97F4A7C15ul + i * 0x0101010101010101ul;
        if (memcmp(bytes + i, &value, 8) != 0) {
            return 0;
        }
    }
    for (; i < length; i++) {
        if (bytes[i] != (unsigned char) (seed * 31 + i + 1)) {
            return 0;
        }
    }
    return 1;
}

static inline __attribute__((unused)) int is_zero(const void *memory, size_t length) {
    const unsigned char *bytes = (const unsigned char *) memory;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t value;
        memcpy(&value, bytes + i, 8);
        if (value != 0) {
            return 0;
        }
    }
    for (; i < length; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

#endif
