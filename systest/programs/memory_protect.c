/* mprotect, faults and their addresses, madvise, mincore, msync, mlock, generated code. */
#include "check.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static sigjmp_buf back;
static volatile sig_atomic_t expecting;
static void *volatile fault_address;
static volatile int fault_code;

static void on_segv(int number, siginfo_t *info, void *context) {
    (void) context;
    if (!expecting || number != SIGSEGV) {
        static const char text[] = "unexpected fault\n";
        (void) !write(2, text, sizeof text - 1);
        _exit(1);
    }
    fault_address = info->si_addr;
    fault_code = info->si_code;
    siglongjmp(back, 1);
}

static void catch_faults(void) {
    struct sigaction action = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
}

/* 1: the access faults, with the right address and SEGV_ACCERR. */
static int faults(char *p, int writing) {
    volatile int faulted = 0;
    expecting = 1;
    if (sigsetjmp(back, 1) == 0) {
        if (writing) {
            *(volatile char *) p = 1;
        } else {
            (void) *(volatile char *) p;
        }
    } else {
        faulted = 1;
        CHECK(fault_address == p);
        CHECK(fault_code == SEGV_ACCERR);
    }
    expecting = 0;
    return faulted;
}

static char *map(size_t length, int prot) {
    char *p = mmap(NULL, length, prot, ANON, -1, 0);
    CHECK(p != MAP_FAILED);
    return p;
}

static void protect(void) {
    catch_faults();
    char *p = map(8 * PAGE, RW);
    fill_pattern(p, 8 * PAGE, 1);
    CHECK(mprotect(p + 2 * PAGE, PAGE, PROT_READ) == 0);
    CHECK(mprotect(p + 5 * PAGE, 2 * PAGE, PROT_NONE) == 0);
    for (size_t i = 0; i < 8; i++) {
        CHECK(faults(p + i * PAGE + 17, 0) == (i == 5 || i == 6));
        if (i == 2 || i == 5 || i == 6) {
            CHECK(faults(p + i * PAGE + PAGE - 1, 1));
        }
    }
    CHECK(mprotect(p + 5 * PAGE, PAGE, PROT_READ) == 0);
    CHECK(!faults(p + 5 * PAGE, 0) && faults(p + 5 * PAGE, 1) && faults(p + 6 * PAGE, 0));
    CHECK(mprotect(p, 8 * PAGE, RW) == 0);
    CHECK(holds_pattern(p, 8 * PAGE, 1));
    fill_pattern(p, 8 * PAGE, 2);
    CHECK(mprotect(p, 1, PROT_READ) == 0); /* the length is rounded up */
    CHECK(faults(p + PAGE - 1, 1) && !faults(p + PAGE, 0));
    CHECK(mprotect(p, 0, PROT_NONE) == 0 && p[0] == p[0]);
    CHECK(munmap(p, 8 * PAGE) == 0);

    p = map(4 * PAGE, PROT_NONE); /* a fresh mapping without access */
    CHECK(faults(p, 0) && faults(p + 4 * PAGE - 1, 1));
    CHECK(mprotect(p + PAGE, 2 * PAGE, RW) == 0 && is_zero(p + PAGE, 2 * PAGE));
    CHECK(faults(p + PAGE - 1, 1) && faults(p + 3 * PAGE, 1));
    memset(p + PAGE, 1, 2 * PAGE);
    CHECK(munmap(p, 4 * PAGE) == 0);

    p = map(PAGE, PROT_READ);
    CHECK(is_zero(p, PAGE) && faults(p, 1));
    CHECK(munmap(p, PAGE) == 0);
}

/* musl rounds addresses by itself: the kernel's own answers come from the raw call. */
static long raw_mprotect(void *start, size_t length, int prot) {
    return syscall(SYS_mprotect, start, length, prot);
}

static void protect_errors(void) {
    char *p = map(8 * PAGE, RW);
    memset(p, 5, 8 * PAGE);
    CHECK_ERRNO(raw_mprotect(p + 1, PAGE, RW), EINVAL);
    CHECK_ERRNO(mprotect(p, PAGE, 0x100), EINVAL);
    CHECK_ERRNO(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP), EINVAL);
    CHECK_ERRNO(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN), EINVAL);
    CHECK_ERRNO(raw_mprotect(p, opaque(SIZE_MAX - PAGE), PROT_READ), ENOMEM);
    CHECK(munmap(p + 3 * PAGE, 2 * PAGE) == 0);
    CHECK_ERRNO(mprotect(p, 8 * PAGE, RW), ENOMEM);
    CHECK_ERRNO(mprotect(p + 3 * PAGE, PAGE, RW), ENOMEM);
    CHECK_ERRNO(mprotect(p + 4 * PAGE, 2 * PAGE, RW), ENOMEM);
    CHECK_ERRNO(mprotect((void *) opaque(0x7ffffffff000), PAGE, RW), ENOMEM);
    CHECK(p[0] == 5 && p[8 * PAGE - 1] == 5);
    p[0] = 6;
    CHECK(munmap(p, 8 * PAGE) == 0);
    CHECK_ERRNO(mprotect(p, PAGE, RW), ENOMEM);
    p = map(PAGE, RW);
    if (syscall(SYS_pkey_mprotect, p, PAGE, PROT_NONE, -1) == 0) { /* the same as mprotect where it exists */
        catch_faults();
        CHECK(faults(p, 0));
    }
    CHECK(munmap(p, PAGE) == 0);
}

/* Guard pages between buffers, opened and closed many times. */
static void guards(void) {
    catch_faults();
    char *p = map(64 * PAGE, RW);
    uint64_t state = 99;
    int closed[64] = {0};
    for (int round = 0; round < 3000; round++) {
        size_t i = check_random(&state) % 64;
        closed[i] = !closed[i];
        CHECK(mprotect(p + i * PAGE, PAGE, closed[i] ? PROT_NONE : RW) == 0);
        size_t j = check_random(&state) % 64;
        CHECK(faults(p + j * PAGE + 100, 1) == closed[j]);
    }
    CHECK(munmap(p, 64 * PAGE) == 0);
}

/* The kernel's own accesses obey the protection too. */
static void kernel_access(void) {
    char *p = map(3 * PAGE, RW);
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    memset(p, 'x', 3 * PAGE);
    CHECK(mprotect(p + PAGE, PAGE, PROT_NONE) == 0);
    CHECK_ERRNO(write(pipes[1], p + PAGE, 10), EFAULT);
    CHECK(write(pipes[1], p, 10) == 10);
    CHECK_ERRNO(read(pipes[0], p + PAGE, 10), EFAULT);
    CHECK(mprotect(p + PAGE, PAGE, PROT_READ) == 0);
    CHECK(write(pipes[1], p + PAGE, 10) == 10);
    CHECK_ERRNO(read(pipes[0], p + PAGE, 10), EFAULT);
    CHECK(read(pipes[0], p, 10) == 10);
    struct iovec local = {p, 100}, remote = {p + 2 * PAGE, 100};
    p[2 * PAGE] = 'y';
    ssize_t copied = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    CHECK(copied == 100 ? p[0] == 'y' : errno == EPERM || errno == ENOSYS);
    CHECK(close(pipes[0]) == 0 && close(pipes[1]) == 0 && munmap(p, 3 * PAGE) == 0);
}

static void advise(void) {
    char *p = map(8 * PAGE, RW);
    fill_pattern(p, 8 * PAGE, 1);
    CHECK(madvise(p + 2 * PAGE, 3 * PAGE, MADV_DONTNEED) == 0);
    CHECK(holds_pattern(p, 2 * PAGE, 1) && is_zero(p + 2 * PAGE, 3 * PAGE) && p[5 * PAGE] != 0);
    fill_pattern(p, 8 * PAGE, 2);
    CHECK(madvise(p, 1, MADV_DONTNEED) == 0 && is_zero(p, PAGE));
    CHECK(madvise(p, 0, MADV_DONTNEED) == 0);
    fill_pattern(p, 8 * PAGE, 3);
    CHECK(mprotect(p, 2 * PAGE, PROT_READ) == 0 && mprotect(p + 2 * PAGE, 2 * PAGE, PROT_NONE) == 0);
    CHECK(madvise(p, 8 * PAGE, MADV_DONTNEED) == 0); /* also without the right to write */
    CHECK(mprotect(p, 8 * PAGE, RW) == 0 && is_zero(p, 8 * PAGE));

    fill_pattern(p, 8 * PAGE, 4);
    static const int harmless[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTDUMP, MADV_DODUMP,
                                   MADV_DOFORK, MADV_KEEPONFORK, 20 /* COLD */, 21 /* PAGEOUT */};
    for (size_t i = 0; i < COUNT(harmless); i++) {
        int result = madvise(p, 8 * PAGE, harmless[i]);
        CHECK(result == 0 || (harmless[i] >= 20 && errno == EINVAL));
        CHECK(holds_pattern(p, 8 * PAGE, 4));
    }
    (void) madvise(p, 8 * PAGE, MADV_HUGEPAGE); /* EINVAL where the kernel has no huge pages */
    (void) madvise(p, 8 * PAGE, MADV_NOHUGEPAGE);
    CHECK(holds_pattern(p, 8 * PAGE, 4));
    CHECK(madvise(p, 4 * PAGE, MADV_FREE) == 0);
    for (size_t i = 0; i < 4; i++) {
        char *page = p + i * PAGE;
        CHECK(is_zero(page, PAGE) || page[1] != 0 || page[9] != 0);
        memset(page, (int) i + 1, PAGE); /* written after the advice: kept */
        CHECK(page[0] == (char) (i + 1) && page[PAGE - 1] == (char) (i + 1));
    }
    CHECK_ERRNO(madvise(p, PAGE, 9999), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, -1), EINVAL);
    CHECK_ERRNO(madvise(p + 1, PAGE, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(p, opaque(SIZE_MAX), MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_REMOVE), EINVAL);

    /* Across a hole: the mapped parts are done, then ENOMEM. */
    memset(p, 1, 8 * PAGE);
    CHECK(munmap(p + 3 * PAGE, PAGE) == 0);
    CHECK_ERRNO(madvise(p, 8 * PAGE, MADV_DONTNEED), ENOMEM);
    CHECK(is_zero(p, 3 * PAGE) && is_zero(p + 4 * PAGE, 4 * PAGE));
    CHECK_ERRNO(madvise(p + 3 * PAGE, PAGE, MADV_WILLNEED), ENOMEM);
    CHECK(munmap(p, 8 * PAGE) == 0);
    CHECK_ERRNO(madvise(p, PAGE, MADV_DONTNEED), ENOMEM);
    CHECK_ERRNO(madvise(p, PAGE, MADV_FREE), ENOMEM);
    for (size_t size = PAGE; size <= 32 * MIB; size *= 4) { /* the zeroing of great and small ranges */
        p = map(size, RW);
        for (int round = 0; round < 3; round++) {
            CHECK(is_zero(p, size));
            memset(p, 0x3c, size);
            CHECK(madvise(p, size, MADV_DONTNEED) == 0);
        }
        CHECK(is_zero(p, size) && munmap(p, size) == 0);
    }
}

static void verify_advised(char *gone, char *wiped) {
    unsigned char present;
    CHECK_ERRNO(mincore(gone, PAGE, &present), ENOMEM);
    CHECK(is_zero(wiped, 2 * PAGE));
}

static void advise_fork(void) {
    char *gone = map(2 * PAGE, RW), *wiped = map(2 * PAGE, RW);
    memset(gone, 1, 2 * PAGE);
    memset(wiped, 2, 2 * PAGE);
    CHECK(madvise(gone, 2 * PAGE, MADV_DONTFORK) == 0);
    CHECK(madvise(wiped, 2 * PAGE, MADV_WIPEONFORK) == 0);
    IN_CHILD(verify_advised(gone, wiped));
    CHECK(gone[0] == 1 && wiped[0] == 2);
    CHECK(munmap(gone, 2 * PAGE) == 0 && munmap(wiped, 2 * PAGE) == 0);
}

static void residency(void) {
    char *p = map(8 * PAGE, RW);
    unsigned char present[8];
    memset(p, 1, 8 * PAGE);
    CHECK(mincore(p, 8 * PAGE, present) == 0);
    for (int i = 0; i < 8; i++) {
        CHECK(present[i] & 1);
    }
    CHECK(mincore(p, 1, present) == 0 && mincore(p, 0, present) == 0);
    CHECK_ERRNO(mincore(p + 1, PAGE, present), EINVAL);
    CHECK_ERRNO(mincore(p, 8 * PAGE, BAD_POINTER), EFAULT);
    CHECK(msync(p, 8 * PAGE, MS_SYNC) == 0 && msync(p, 8 * PAGE, MS_ASYNC) == 0 && msync(p, 0, MS_SYNC) == 0);
    CHECK_ERRNO(msync(p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    CHECK_ERRNO(msync(p, PAGE, 0x100), EINVAL);
    CHECK_ERRNO(msync(p + 1, PAGE, MS_SYNC), EINVAL);
    CHECK(mlock(p, 2 * PAGE) == 0 && mlock(p + 1, 1) == 0 && munlock(p, 2 * PAGE) == 0 && mlock(p, 0) == 0);
    CHECK(syscall(SYS_mlock2, p, PAGE, 1) == 0 && munlock(p, PAGE) == 0 && munlockall() == 0);
    CHECK_ERRNO(syscall(SYS_mlock2, p, PAGE, 0x80), EINVAL);
    CHECK_ERRNO(mlockall(0), EINVAL);
    CHECK(munmap(p + 3 * PAGE, PAGE) == 0);
    CHECK_ERRNO(mincore(p, 8 * PAGE, present), ENOMEM);
    CHECK_ERRNO(msync(p, 8 * PAGE, MS_ASYNC), ENOMEM);
    CHECK_ERRNO(mlock(p, 8 * PAGE), ENOMEM);
    CHECK_ERRNO(munlock(p, 8 * PAGE), ENOMEM);
    CHECK(munlockall() == 0 && munmap(p, 8 * PAGE) == 0);
    CHECK_ERRNO(mincore(p, PAGE, present), ENOMEM);
    CHECK_ERRNO(msync(p, PAGE, MS_SYNC), ENOMEM);
    CHECK_ERRNO(mlock(p, PAGE), ENOMEM);
    CHECK_ERRNO(munlock(p, PAGE), ENOMEM);
}

/* Calls about more than a hole: what is wrong with them otherwise, what they do before it, and that they find it again.
 * In so large a piece: smaller ones are Linux's at first. */
static void holes(void) {
    char *p = map(4 * MIB, RW);
    memset(p, 1, 8 * PAGE);
    CHECK(munmap(p + 3 * PAGE, PAGE) == 0);
    CHECK_ERRNO(mprotect(p + 3 * PAGE, PAGE, 0x1000), EINVAL);
    CHECK_ERRNO(mprotect(p, 8 * PAGE, 0x1000), EINVAL);
    CHECK_ERRNO(msync(p, 8 * PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    CHECK_ERRNO(msync(p + 3 * PAGE, PAGE, 0x100), EINVAL);
    CHECK_ERRNO(syscall(SYS_mlock2, p, 8 * PAGE, 0x80), EINVAL);
    CHECK_ERRNO(mlock(p, 8 * PAGE), ENOMEM);
    CHECK_ERRNO(madvise(p, PAGE, MADV_DONTNEED), EINVAL); /* what comes before the hole is locked */
    CHECK(munlockall() == 0 && madvise(p, PAGE, MADV_DONTNEED) == 0);
    CHECK(munmap(p, 4 * MIB) == 0);
    p = map(4 * MIB, RW);
    CHECK(munmap(p + 3 * PAGE, PAGE) == 0);
    for (int round = 0; round < 2; round++) {
        unsigned char present[8];
        CHECK_ERRNO(madvise(p, 8 * PAGE, MADV_DONTDUMP), ENOMEM);
        CHECK_ERRNO(madvise(p, 8 * PAGE, MADV_DODUMP), ENOMEM);
        CHECK_ERRNO(mincore(p, 8 * PAGE, present), ENOMEM);
    }
    CHECK(munmap(p, 4 * MIB) == 0);
    p = map(4 * MIB, RW);
    CHECK(munmap(p, 4 * MIB) == 0);
    CHECK_ERRNO(mprotect(p + 5 * PAGE, PAGE, RW), ENOMEM);
    CHECK(mmap(p, 8 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p && is_zero(p, 8 * PAGE) && munmap(p, 8 * PAGE) == 0);
}

/* Code written at run time: mov $VALUE,%eax; ret, and a system call from a page that no file backs. */
static void generated_code(void) {
    unsigned char constant[] = {0xb8, 0, 0, 0, 0, 0xc3};
    static const unsigned char getppid_call[] = {0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3};
    static const unsigned char getpid_call[] = {0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3};
    catch_faults();
    char *p = map(2 * PAGE, RW);
    for (int round = 0; round < 200; round++) {
        constant[1] = (unsigned char) round;
        memcpy(p, constant, sizeof constant);
        CHECK(mprotect(p, PAGE, PROT_READ | PROT_EXEC) == 0);
        CHECK(((int (*)(void)) (uintptr_t) p)() == round);
        CHECK(faults(p, 1));
        CHECK(mprotect(p, PAGE, RW) == 0);
    }
    CHECK(mprotect(p, 2 * PAGE, RW | PROT_EXEC) == 0);
    memcpy(p, getppid_call, sizeof getppid_call);
    memcpy(p + PAGE, getpid_call, sizeof getpid_call);
    for (int round = 0; round < 1000; round++) {
        CHECK(((int (*)(void)) (uintptr_t) p)() == getppid());
        CHECK(((int (*)(void)) (uintptr_t) (p + PAGE))() == getpid());
    }
    CHECK(memcmp(p, getppid_call, sizeof getppid_call) == 0);
    memcpy(p, getpid_call, sizeof getpid_call); /* overwritten after it ran */
    CHECK(((int (*)(void)) (uintptr_t) p)() == getpid());
    char *moved = mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && ((int (*)(void)) (uintptr_t) moved)() == getpid());
    CHECK(munmap(moved, 4 * PAGE) == 0);
    p = map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    memcpy(p, constant, sizeof constant);
    CHECK(((int (*)(void)) (uintptr_t) p)() == 199 && munmap(p, PAGE) == 0);
}

int main(int argc, char **argv) {
    static const struct section sections[] = {
        {"protect", protect}, {"protect_errors", protect_errors}, {"guards", guards}, {"kernel_access", kernel_access},
        {"advise", advise}, {"advise_fork", advise_fork}, {"residency", residency}, {"holes", holes},
        {"generated_code", generated_code},
    };
    return check_sections(argc, argv, sections, COUNT(sections));
}
