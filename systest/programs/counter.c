/*
 * Numbered lines on standard output with a little work between them; every 500th is written by a child. Whatever happens
 * to the kernel that serves it, the output is complete and in order.
 *
 * counter [LINES]: how many, default 20000.
 */
#include "check.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static void print(const char *who, long number) {
    char line[60];
    int length = snprintf(line, sizeof line, "%s %ld\n", who, number), done = 0;
    while (done < length) {
        ssize_t written = write(1, line + done, (size_t) (length - done));
        CHECK(written > 0 || (written == -1 && errno == EINTR));
        done += written > 0 ? (int) written : 0;
    }
}

/* Memory that is mapped, grown, checked and given back. */
static void work(long number) {
    size_t size = (size_t) (number % 30 + 1) * PAGE;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED && is_zero(p, size));
    fill_pattern(p, size, (uint64_t) number);
    if (number % 7 == 0) {
        p = mremap(p, size, 2 * size, MREMAP_MAYMOVE);
        CHECK(p != MAP_FAILED && is_zero(p + size, size));
        CHECK(mprotect(p + size, size, PROT_NONE) == 0 && munmap(p + size, size) == 0);
    }
    CHECK(holds_pattern(p, size, (uint64_t) number) && munmap(p, size) == 0);
    char *block = malloc((size_t) (number % 100 + 1) * 3000);
    CHECK(block != NULL);
    block[0] = 1;
    free(block);
}

int main(int argc, char **argv) {
    long lines = argc > 1 ? atol(argv[1]) : 20000;
    pid_t process = getpid();
    char *kept = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(kept != MAP_FAILED);
    fill_pattern(kept, 64 * PAGE, 1);
    for (long number = 1; number <= lines; number++) {
        work(number);
        CHECK(syscall(SYS_getpid) == process && sched_yield() == 0);
        if (number % 500 == 0) {
            pid_t child = fork();
            CHECK(child >= 0);
            if (child == 0) {
                CHECK(syscall(SYS_getpid) != process && getppid() == process && holds_pattern(kept, 64 * PAGE, 1));
                work(number);
                print("child", number);
                _exit(0);
            }
            CHECK_CHILD(child);
        } else {
            print("line", number);
        }
    }
    CHECK(holds_pattern(kept, 64 * PAGE, 1));
    return 0;
}
