/* Raw system calls from known places: a named function of this file, and memory that is no file's. */
#include "check.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#define FROM_FUNCTION 40
#define FROM_MEMORY 30

/* A call that is never patched, so that each of them traps. */
static __attribute__((noinline)) long named_function_of_sites(void) {
    long result;
    __asm__ volatile("mov %1, %%eax\n\tsyscall" : "=&a"(result) : "i"(SYS_restart_syscall) : "rcx", "r11", "memory");
    return result;
}

static void function(void) {
    for (int i = 0; i < FROM_FUNCTION; i++) {
        CHECK(named_function_of_sites() == -EINTR);
    }
}

static void memory(void) {
    static const unsigned char getpid_and_return[] = {0xb8, SYS_getpid, 0, 0, 0, 0x0f, 0x05, 0xc3};
    unsigned char *code = mmap(0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(code != MAP_FAILED);
    memcpy(code, getpid_and_return, sizeof getpid_and_return);
    CHECK(mprotect(code, PAGE, PROT_READ | PROT_EXEC) == 0);
    for (int i = 0; i < FROM_MEMORY; i++) {
        CHECK(((long (*)(void)) code)() == getpid());
    }
}

int main(int argc, char **argv) {
    static const struct section sections[] = {{"function", function}, {"memory", memory}};
    return check_sections(argc, argv, sections, COUNT(sections));
}
