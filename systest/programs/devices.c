/*
 * Device files: their mappings beside, inside and instead of ordinary memory, over fork, munmap and mremap; ioctl with what it
 * writes into memory; reads that the device itself puts there. What the machine does not have is told by a line "skipped".
 *
 * With DEVICES_MIB=N in the environment the program may have N MiB of memory of its own.
 */
#include "check.h"

#include <cpuid.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <linux/loop.h>
#include <linux/rtc.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define DISK (4 * MIB)
#define SEED 77

/* Opens a device, or tells that it cannot be had here; natively and on the lightweight kernel the same. */
static int device(const char *path, int flags) {
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        CHECK(errno == ENOENT || errno == ENXIO || errno == ENODEV || errno == EACCES || errno == EPERM);
        char line[120];
        int length = snprintf(line, sizeof line, "skipped %s: %s\n", path, strerror(errno));
        CHECK(write(1, line, (size_t) length) == length);
    }
    return fd;
}

static void skip(const char *what) {
    char line[120];
    int length = snprintf(line, sizeof line, "skipped %s: %s\n", what, strerror(errno));
    CHECK(write(1, line, (size_t) length) == length);
}

static char *anonymous(size_t length) {
    char *p = mmap(NULL, length, RW, ANON, -1, 0);
    CHECK(p != MAP_FAILED);
    return p;
}

/* /dev/zero: private mappings are ordinary memory, shared ones are shared with children. */

static void zero_private(void) {
    int fd = device("/dev/zero", O_RDWR);
    char *p = mmap(NULL, 3 * MIB, RW, MAP_PRIVATE, fd, 0);
    CHECK(p != MAP_FAILED && is_zero(p, 3 * MIB));
    fill_pattern(p, 3 * MIB, SEED);
    CHECK(munmap(p + MIB, MIB) == 0);
    CHECK(holds_pattern(p, MIB, SEED));
    CHECK(mmap(p + MIB, MIB, RW, MAP_PRIVATE | MAP_FIXED, fd, 0) == p + MIB);
    CHECK(is_zero(p + MIB, MIB));
    IN_CHILD((memset(p, 1, PAGE), CHECK(p[0] == 1)));
    CHECK(holds_pattern(p, PAGE, SEED));
    CHECK(mprotect(p, PAGE, PROT_READ) == 0);
    char *larger = mremap(p + 2 * MIB, MIB, 2 * MIB, MREMAP_MAYMOVE);
    CHECK(larger != MAP_FAILED && is_zero(larger + MIB, MIB));
    CHECK(munmap(larger, 2 * MIB) == 0 && munmap(p, 2 * MIB) == 0);
    CHECK(read(fd, anonymous(PAGE), PAGE) == (ssize_t) PAGE && close(fd) == 0);
}

static void zero_shared(void) {
    int fd = device("/dev/zero", O_RDWR);
    char *p = mmap(NULL, MIB, RW, MAP_SHARED, fd, 0);
    CHECK(p != MAP_FAILED && close(fd) == 0 && is_zero(p, MIB));
    IN_CHILD(fill_pattern(p, MIB, SEED));
    CHECK(holds_pattern(p, MIB, SEED));
    IN_CHILD(CHECK(munmap(p, MIB) == 0));
    CHECK(holds_pattern(p, MIB, SEED));
    CHECK(munmap(p, MIB) == 0);
}

/* A loop device over a file without a name: it goes when its last descriptor and mapping do. */

static int backing;

static int disk(size_t length) {
    int control = device("/dev/loop-control", O_RDWR);
    char name[] = "devices-XXXXXX";
    char path[32];
    if (control < 0) {
        return -1;
    }
    CHECK((backing = mkstemp(name)) >= 0 && unlink(name) == 0 && ftruncate(backing, (off_t) length) == 0);
    char *content = anonymous(DISK);
    fill_pattern(content, DISK, SEED);
    CHECK(pwrite(backing, content, DISK, 0) == (ssize_t) DISK && munmap(content, DISK) == 0);
    for (int turn = 0; turn < 100; turn++) {
        int number = ioctl(control, LOOP_CTL_GET_FREE);
        struct loop_config config = {.fd = (uint32_t) backing, .info.lo_flags = LO_FLAGS_AUTOCLEAR};
        if (number < 0) {
            break;
        }
        snprintf(path, sizeof path, "/dev/loop%d", number);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd >= 0 && ioctl(fd, LOOP_CONFIGURE, &config) == 0) {
            CHECK(close(control) == 0);
            return fd;
        }
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        errno = error;
        if (error != EBUSY) { /* somebody else was first */
            break;
        }
    }
    skip("/dev/loop");
    close(control);
    close(backing);
    return -1;
}

static void disk_ioctl(void) {
    uint64_t bytes = 0;
    int sector = 0;
    struct loop_info64 info;
    int fd = disk(DISK);
    if (fd < 0) {
        return;
    }
    CHECK(ioctl(fd, BLKGETSIZE64, &bytes) == 0 && bytes == DISK);
    CHECK(ioctl(fd, BLKSSZGET, &sector) == 0 && sector >= 512 && sector <= (int) PAGE);
    uint64_t *far = (uint64_t *) (anonymous(8 * MIB) + 8 * MIB) - 1; /* the answer at the very end of a mapping */
    CHECK(ioctl(fd, BLKGETSIZE64, far) == 0 && *far == DISK);
    memset(&info, 0, sizeof info);
    CHECK(ioctl(fd, LOOP_GET_STATUS64, &info) == 0 && (info.lo_flags & LO_FLAGS_AUTOCLEAR) != 0);
    CHECK_ERRNO(ioctl(fd, BLKGETSIZE64, BAD_POINTER), EFAULT);
    CHECK(ioctl(fd, TIOCGWINSZ, &info) == -1 && (errno == ENOTTY || errno == EINVAL));
    CHECK(close(fd) == 0 && close(backing) == 0);
}

static void disk_mapping(void) {
    int fd = disk(DISK);
    if (fd < 0) {
        return;
    }
    char *read_back = anonymous(DISK);
    char *p = mmap(NULL, DISK, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(p != MAP_FAILED && holds_pattern(p, DISK, SEED));
    CHECK(pread(fd, read_back, DISK, 0) == (ssize_t) DISK && memcmp(p, read_back, DISK) == 0);
    char *own = mmap(NULL, DISK, RW, MAP_PRIVATE, fd, 0);
    CHECK(own != MAP_FAILED && holds_pattern(own, DISK, SEED));
    memset(own + MIB, 3, PAGE);
    CHECK(holds_pattern(p, DISK, SEED));
    char *both = mmap(NULL, PAGE, RW, MAP_SHARED, fd, (off_t) (2 * MIB));
    CHECK(both != MAP_FAILED);
    IN_CHILD((memset(both, 5, PAGE), CHECK(own[MIB] == 3)));
    CHECK(msync(both, PAGE, MS_SYNC) == 0 && fsync(fd) == 0);
    CHECK(p[2 * MIB] == 5 && pread(backing, read_back, PAGE, (off_t) (2 * MIB)) == (ssize_t) PAGE && read_back[PAGE - 1] == 5);
    IN_CHILD(CHECK(munmap(p, DISK) == 0));
    CHECK(close(fd) == 0 && close(backing) == 0); /* the mappings keep the device */
    CHECK(holds_pattern(p, 2 * MIB, SEED) && own[MIB] == 3);
    CHECK(munmap(p, DISK) == 0 && munmap(own, DISK) == 0 && munmap(both, PAGE) == 0);
}

/* A device in a hole of ordinary memory, again and again, and ordinary memory in its place. */
static void among_memory(void) {
    int fd = disk(DISK);
    if (fd < 0) {
        return;
    }
    char *p = anonymous(8 * MIB);
    fill_pattern(p, 8 * MIB, 1);
    for (int turn = 0; turn < 20; turn++) {
        char *hole = p + (size_t) turn * 64 * KIB + MIB;
        if (turn % 2 == 0) {
            CHECK(munmap(hole, 2 * MIB) == 0);
        }
        CHECK(mmap(hole, 2 * MIB, PROT_READ, MAP_SHARED | MAP_FIXED, fd, (off_t) MIB) == hole);
        char *near = anonymous(PAGE + (size_t) turn * PAGE);
        CHECK(is_zero(near, PAGE) && holds_pattern(p, MIB, 1));
        char *expected = anonymous(2 * MIB);
        CHECK(pread(fd, expected, 2 * MIB, (off_t) MIB) == (ssize_t) (2 * MIB) && memcmp(hole, expected, 2 * MIB) == 0);
        IN_CHILD((CHECK(memcmp(hole, expected, 2 * MIB) == 0), CHECK(munmap(hole, MIB) == 0), memset(p, 9, MIB)));
        CHECK(memcmp(hole, expected, 2 * MIB) == 0 && holds_pattern(p, MIB, 1));
        CHECK(mmap(hole, 2 * MIB, RW, ANON | MAP_FIXED, -1, 0) == hole && is_zero(hole, 2 * MIB));
        memset(hole, turn, 2 * MIB);
        CHECK(munmap(near, PAGE + (size_t) turn * PAGE) == 0 && munmap(expected, 2 * MIB) == 0);
    }
    char *part = mmap(NULL, MIB, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(part != MAP_FAILED);
    char *whole = mremap(part, MIB, DISK, MREMAP_MAYMOVE);
    CHECK(whole != MAP_FAILED && holds_pattern(whole, DISK, SEED));
    CHECK(munmap(whole, DISK) == 0 && munmap(p, 8 * MIB) == 0 && close(fd) == 0 && close(backing) == 0);
}

/* The device writes into ordinary memory by itself, past the page cache. */
static void direct(void) {
    char path[32];
    struct stat status;
    int fd = disk(DISK);
    if (fd < 0) {
        return;
    }
    CHECK(fsync(backing) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(fstat(fd, &status) == 0 && S_ISBLK(status.st_mode));
    int straight = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
    CHECK(straight >= 0);
    char *p = anonymous(DISK);
    CHECK(pread(straight, p, DISK, 0) == (ssize_t) DISK && holds_pattern(p, DISK, SEED));
    memset(p, 7, MIB);
    CHECK(pwrite(straight, p, MIB, (off_t) MIB) == (ssize_t) MIB);
    char *again = anonymous(MIB);
    IN_CHILD((CHECK(pread(straight, again, MIB, (off_t) MIB) == (ssize_t) MIB), CHECK(memcmp(p, again, MIB) == 0)));
    CHECK(is_zero(again, MIB));
    CHECK(pread(straight, again, MIB, (off_t) MIB) == (ssize_t) MIB && memcmp(p, again, MIB) == 0);
    CHECK(close(straight) == 0 && close(fd) == 0 && close(backing) == 0);
}

/* A limit of memory: private mappings count, those of a device do not. */
static void limited(void) {
    const char *limit = getenv("DEVICES_MIB");
    size_t length = (limit == NULL ? 64 : (size_t) atoi(limit)) * MIB;
    int fd = disk(length);
    int zero = device("/dev/zero", O_RDWR);
    if (limit != NULL) {
        CHECK_ERRNO(mmap(NULL, length, RW, MAP_PRIVATE, zero, 0), ENOMEM);
    }
    if (fd >= 0) {
        char *p = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
        CHECK(p != MAP_FAILED && holds_pattern(p, DISK, SEED) && is_zero(p + DISK, length - DISK));
        char *own = anonymous(length / 4);
        memset(own, 1, length / 4);
        CHECK(munmap(p, length) == 0 && munmap(own, length / 4) == 0 && close(fd) == 0 && close(backing) == 0);
    }
    CHECK(close(zero) == 0);
}

static void interface(void) {
    unsigned features = 0;
    struct ifreq request;
    struct ifreq answer;
    int fd = device("/dev/net/tun", O_RDWR);
    if (fd < 0) {
        return;
    }
    CHECK(ioctl(fd, TUNGETFEATURES, &features) == 0 && (features & IFF_TUN) != 0);
    CHECK_ERRNO(ioctl(fd, TUNGETIFF, &answer), EBADFD);
    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(fd, TUNSETIFF, &request) != 0) {
        CHECK(errno == EPERM);
        skip("TUNSETIFF");
        CHECK(close(fd) == 0);
        return;
    }
    CHECK(request.ifr_name[0] != 0 && ioctl(fd, TUNGETIFF, &answer) == 0);
    CHECK(strcmp(request.ifr_name, answer.ifr_name) == 0);
    int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(sock >= 0 && ioctl(sock, SIOCGIFINDEX, &request) == 0 && request.ifr_ifindex > 0);
    CHECK(close(fd) == 0);
    CHECK_ERRNO(ioctl(sock, SIOCGIFINDEX, &request), ENODEV);
    CHECK(close(sock) == 0);
}

static void terminal(void) {
    struct winsize size = {.ws_row = 33, .ws_col = 99};
    struct winsize seen;
    char line[16];
    int unlocked = 0;
    int fd = device("/dev/ptmx", O_RDWR | O_NOCTTY);
    if (fd < 0) {
        return;
    }
    CHECK(ioctl(fd, TIOCSPTLCK, &unlocked) == 0);
    int end = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(end >= 0 && isatty(end));
    CHECK(ioctl(fd, TIOCSWINSZ, &size) == 0);
    IN_CHILD(CHECK(ioctl(end, TIOCGWINSZ, &seen) == 0 && seen.ws_row == 33 && seen.ws_col == 99));
    CHECK(ioctl(end, TIOCGWINSZ, &seen) == 0 && seen.ws_row == 33 && seen.ws_col == 99);
    CHECK(write(fd, "word\n", 5) == 5 && read(end, line, sizeof line) == 5 && memcmp(line, "word\n", 5) == 0);
    CHECK_ERRNO(ioctl(end, TIOCGWINSZ, BAD_POINTER), EFAULT);
    CHECK(close(end) == 0 && close(fd) == 0);
}

static void cpuid(void) {
    unsigned there[4];
    unsigned here[4];
    int fd = device("/dev/cpu/0/cpuid", O_RDONLY);
    if (fd < 0) {
        return;
    }
    __cpuid(0, here[0], here[1], here[2], here[3]);
    CHECK(pread(fd, there, sizeof there, 0) == sizeof there && memcmp(there, here, sizeof here) == 0);
    CHECK(close(fd) == 0);
}

static void clock_device(void) {
    struct rtc_time time;
    int fd = device("/dev/rtc0", O_RDONLY);
    if (fd < 0) {
        return;
    }
    memset(&time, 0, sizeof time);
    CHECK(ioctl(fd, RTC_RD_TIME, &time) == 0 && time.tm_year > 100 && time.tm_mday >= 1 && time.tm_mday <= 31);
    CHECK(close(fd) == 0);
}

/* Memory that is a device's own: registers of the timer, the firmware's part of physical memory. */
static void physical(void) {
    int fd = device("/dev/hpet", O_RDONLY);
    if (fd >= 0) {
        volatile uint32_t *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED) {
            skip("mapping of /dev/hpet");
        } else {
            CHECK(p[1] != 0 && p[1] <= 0x05f5e100); /* the period in femtoseconds, at most 100 ns */
            CHECK(munmap((void *) p, PAGE) == 0);
        }
        CHECK(close(fd) == 0);
    }
    fd = device("/dev/mem", O_RDONLY);
    if (fd >= 0) {
        char *read_back = anonymous(64 * KIB);
        char *p = mmap(NULL, 64 * KIB, PROT_READ, MAP_SHARED, fd, 0xf0000);
        if (p == MAP_FAILED || pread(fd, read_back, 64 * KIB, 0xf0000) != (ssize_t) (64 * KIB)) {
            skip("mapping of /dev/mem");
        } else {
            CHECK(memcmp(p, read_back, 64 * KIB) == 0);
            IN_CHILD(CHECK(memcmp(p, read_back, 64 * KIB) == 0));
            CHECK(munmap(p, 64 * KIB) == 0);
        }
        CHECK(close(fd) == 0);
    }
}

/* A virtual machine: a mapping that a driver makes of its own pages, and ordinary memory that a device works in. */
static void machine(void) {
    static const unsigned char code[] = {0xba, 0xf8, 0x03, 0x00, 0xd8, 0xee, 0xa2, 0x00, 0x20, 0xf4};
    int kvm = device("/dev/kvm", O_RDWR);
    if (kvm < 0) {
        return;
    }
    int guest = ioctl(kvm, KVM_CREATE_VM, 0);
    if (guest < 0) {
        skip("KVM_CREATE_VM");
        CHECK(close(kvm) == 0);
        return;
    }
    char *memory = anonymous(2 * MIB);
    struct kvm_userspace_memory_region region = {.memory_size = 2 * MIB, .userspace_addr = (uintptr_t) memory};
    memcpy(memory + PAGE, code, sizeof code); /* out of al + bl to port 0x3f8, to memory at 0x2000, stop */
    int cpu = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    CHECK(cpu >= (int) PAGE && ioctl(guest, KVM_SET_USER_MEMORY_REGION, &region) == 0);
    size_t length = (size_t) cpu;
    CHECK((cpu = ioctl(guest, KVM_CREATE_VCPU, 0)) >= 0);
    struct kvm_run *run = mmap(NULL, length, RW, MAP_SHARED, cpu, 0);
    CHECK(run != MAP_FAILED);
    struct kvm_sregs special;
    struct kvm_regs registers = {.rip = PAGE, .rax = 2, .rbx = 3, .rflags = 2};
    CHECK(ioctl(cpu, KVM_GET_SREGS, &special) == 0);
    special.cs.base = special.cs.selector = special.ds.base = special.ds.selector = 0;
    CHECK(ioctl(cpu, KVM_SET_SREGS, &special) == 0 && ioctl(cpu, KVM_SET_REGS, &registers) == 0);
    CHECK(ioctl(cpu, KVM_RUN, 0) == 0);
    if (run->exit_reason == KVM_EXIT_FAIL_ENTRY || run->exit_reason == KVM_EXIT_INTERNAL_ERROR) {
        errno = ENOTSUP;
        skip("KVM_RUN");
    } else {
        CHECK(run->exit_reason == KVM_EXIT_IO && run->io.port == 0x3f8 && run->io.size == 1);
        CHECK(((char *) run)[run->io.data_offset] == 5 && ioctl(cpu, KVM_RUN, 0) == 0);
        CHECK(run->exit_reason == KVM_EXIT_HLT && memory[2 * PAGE] == 5);
    }
    CHECK(munmap(run, length) == 0 && munmap(memory, 2 * MIB) == 0);
    CHECK(close(cpu) == 0 && close(guest) == 0 && close(kvm) == 0);
}

static const struct section sections[] = {
    {"zero_private", zero_private}, {"zero_shared", zero_shared}, {"disk_ioctl", disk_ioctl}, {"disk_mapping", disk_mapping},
    {"among_memory", among_memory}, {"direct", direct}, {"limited", limited}, {"interface", interface}, {"terminal", terminal},
    {"cpuid", cpuid}, {"clock", clock_device}, {"physical", physical}, {"machine", machine},
};

int main(int argc, char **argv) {
    return check_sections(argc, argv, sections, COUNT(sections));
}
