/*
 * Stands in a call, or makes calls again and again, below functions that debuggers and profilers must find.
 *
 * backtrace pause|nanosleep|read|calls|turns|abort: says "ready PID" first.
 */
#pragma GCC optimize("no-omit-frame-pointer")
#include "check.h"

#include <signal.h>
#include <time.h>

/* Keeps the calls below from being the last thing that a function does, which would be a jump. */
#define NOT_LAST __asm__ volatile("")

__attribute__((noinline)) static void inner(const char *call) {
    if (!strcmp(call, "pause")) {
        pause();
    } else if (!strcmp(call, "nanosleep")) {
        struct timespec hour = {3600, 0};
        nanosleep(&hour, NULL);
    } else if (!strcmp(call, "read")) {
        int ends[2];
        char byte;
        CHECK(pipe(ends) == 0);
        CHECK(read(ends[0], &byte, 1) == 1);
    } else if (!strcmp(call, "calls")) {
        for (;;) { /* one that stays on its core, one that the LWK answers */
            getppid();
            getpid();
        }
    } else if (!strcmp(call, "turns")) { /* the same for a second of the processor's time */
        for (long i = 0; i % 1024 || clock() < CLOCKS_PER_SEC; i++) {
            getppid();
            getpid();
        }
    } else {
        raise(SIGABRT);
    }
    NOT_LAST;
}

__attribute__((noinline)) static void outer(const char *call) {
    inner(call);
    NOT_LAST;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    printf("ready %d\n", (int) getpid());
    fflush(stdout);
    outer(argv[1]);
    return 0;
}
