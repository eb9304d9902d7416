/* Memory shared by name, section by section: natively beside a job, and as the job's own program, with the same assertions. */
#include "share.h"

#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define NOBODY 65534

static void *attached(const char *name, int access) {
    outrigger_handle handle = outrigger_get(name, access, NULL);
    CHECK(handle >= 0);
    void *memory = outrigger_attach(handle, 0, 0, NULL);
    CHECK(memory);
    return memory;
}

/* Starts a child that makes a segment and waits to be killed; returns when the segment is there. */
static pid_t owner(const char *name, size_t size, unsigned flags) {
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        char *memory = outrigger_make(name, NULL, size, 0600, flags);
        CHECK(memory);
        fill_pattern(memory, size, 7);
        CHECK(write(pipes[1], "", 1) == 1);
        for (;;) {
            pause();
        }
    }
    char byte;
    CHECK(read(pipes[0], &byte, 1) == 1);
    close(pipes[0]);
    close(pipes[1]);
    return child;
}

static void both_ways(void) {
    volatile uint64_t *mine = outrigger_make("both", NULL, 3 * PAGE, 0600, 0);
    CHECK(mine && is_zero((void *) mine, 3 * PAGE) && (uintptr_t) mine % PAGE == 0);
    volatile uint64_t *again = attached("both", OUTRIGGER_WRITE);
    CHECK(again != mine);
    mine[5] = 42;
    CHECK(again[5] == 42);
    IN_CHILD({
        volatile uint64_t *theirs = attached("both", OUTRIGGER_WRITE);
        CHECK(theirs[5] == 42);
        theirs[1000] = 43;
        again[1001] = 44; /* inherited */
    });
    CHECK(mine[1000] == 43 && mine[1001] == 44);
    CHECK(outrigger_detach((void *) again, 3 * PAGE) == 0);
    CHECK(outrigger_remove("both") == 0);
    CHECK(mine[1000] == 43);
    CHECK(outrigger_detach((void *) mine, 3 * PAGE) == 0);
}

static void wrong_arguments(void) {
    char longest[64], too_long[65];
    memset(longest, 'n', sizeof longest);
    memset(too_long, 'n', sizeof too_long);
    longest[63] = too_long[64] = 0;
    CHECK_NULL(outrigger_make(NULL, NULL, PAGE, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("", NULL, PAGE, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("a b", NULL, PAGE, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("\xc3\xa9", NULL, PAGE, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make(too_long, NULL, PAGE, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", NULL, 0, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", NULL, SIZE_MAX, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", NULL, PAGE, 0700, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", NULL, PAGE, 04600, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", NULL, PAGE, 0600, 4), EINVAL);
    CHECK_NULL(outrigger_make("w", (void *) opaque(4097), PAGE, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", (void *) opaque(PAGE), 100, 0600, 0), EINVAL);
    CHECK_NULL(outrigger_make("w", (void *) opaque(PAGE), PAGE, 0600, 0), EFAULT);
    void *memory = outrigger_make(longest, NULL, 1, 0600, 0);
    CHECK(memory);
    CHECK_NULL(outrigger_make(longest, NULL, 1, 0600, 0), EEXIST);
    struct outrigger_segment about;
    outrigger_handle handle = outrigger_get(longest, OUTRIGGER_READ, &about);
    CHECK(handle >= 0 && about.size == PAGE && about.page_size == PAGE && about.mode == 0600 && about.uid == geteuid());
    CHECK(about.pid == getpid() && strcmp(about.name, longest) == 0 && about.pages == OUTRIGGER_PAGES_BASE);
    CHECK_ERRNO(outrigger_get(longest, 0, NULL), EINVAL);
    CHECK_ERRNO(outrigger_get(longest, 3, NULL), EINVAL);
    CHECK_ERRNO(outrigger_get("nothing", OUTRIGGER_READ, NULL), ENOENT);
    CHECK_NULL(outrigger_attach(-1, 0, 0, NULL), EINVAL);
    CHECK_NULL(outrigger_attach(handle, 1, 0, NULL), EINVAL);
    CHECK_NULL(outrigger_attach(handle, PAGE, 0, NULL), EINVAL);
    CHECK_NULL(outrigger_attach(handle, 0, PAGE + 1, NULL), EINVAL);
    CHECK_NULL(outrigger_attach((outrigger_handle) 1 << 40, 0, 0, NULL), ENOENT);
    CHECK_ERRNO(outrigger_detach(NULL, PAGE), EINVAL);
    CHECK_ERRNO(outrigger_detach(memory, 0), EINVAL);
    CHECK_ERRNO(outrigger_remove("nothing"), ENOENT);
    CHECK(outrigger_remove(longest) == 0);
    CHECK_ERRNO(outrigger_remove(longest), ENOENT);
    CHECK_NULL(outrigger_attach(handle, 0, 0, NULL), ENOENT);
    CHECK(outrigger_detach(memory, 1) == 0);
}

static void parts(void) {
    char *memory = outrigger_make("parts", NULL, 8 * PAGE, 0600, 0);
    CHECK(memory);
    fill_pattern(memory, 8 * PAGE, 3);
    outrigger_handle handle = outrigger_get("parts", OUTRIGGER_READ, NULL);
    char *two = outrigger_attach(handle, 2 * PAGE, PAGE + 1, NULL);
    CHECK(two && memcmp(two, memory + 2 * PAGE, 2 * PAGE) == 0);
    char *rest = outrigger_attach(handle, 5 * PAGE, 0, two + 64 * MIB);
    CHECK(rest && memcmp(rest, memory + 5 * PAGE, 3 * PAGE) == 0);
    CHECK(outrigger_detach(two, 2 * PAGE) == 0 && outrigger_detach(rest, 3 * PAGE) == 0);
    CHECK(outrigger_remove("parts") == 0 && outrigger_detach(memory, 8 * PAGE) == 0);
}

static void read_only(void) {
    char *memory = outrigger_make("ro", NULL, PAGE, 0444, 0);
    CHECK(memory);
    memory[0] = 'x';
    if (geteuid() != 0) {
        CHECK_ERRNO(outrigger_get("ro", OUTRIGGER_WRITE, NULL), EACCES);
    }
    char *seen = attached("ro", OUTRIGGER_READ);
    CHECK(seen[0] == 'x');
    CHECK_ERRNO(mprotect(seen, PAGE, PROT_READ | PROT_WRITE), EACCES);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        ((volatile char *) seen)[0] = 'y';
        _exit(0);
    }
    CHECK_STATUS(child, SIGSEGV);
    CHECK(memory[0] == 'x');
    CHECK(outrigger_remove("ro") == 0 && outrigger_detach(seen, PAGE) == 0 && outrigger_detach(memory, PAGE) == 0);
}

/* Memory of the heap and of a mapping becomes a segment: contents stay, and what is written later is seen. */
static void existing(void) {
    char *heap = aligned_alloc(PAGE, 16 * PAGE);
    char *mapping = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(heap && mapping != MAP_FAILED);
    fill_pattern(heap, 16 * PAGE, 1);
    fill_pattern(mapping, 4 * MIB, 2);
    CHECK(outrigger_make("heap", heap + PAGE, 8 * PAGE, 0600, 0) == heap + PAGE);
    CHECK(outrigger_make("mapping", mapping, 4 * MIB, 0600, OUTRIGGER_HUGE) == mapping);
    CHECK(holds_pattern(heap, 16 * PAGE, 1) && holds_pattern(mapping, 4 * MIB, 2));
    IN_CHILD({
        char *theirs = attached("heap", OUTRIGGER_WRITE);
        CHECK(memcmp(theirs, heap + PAGE, 8 * PAGE) == 0);
        theirs[0] = 'A';
        char *large = attached("mapping", OUTRIGGER_WRITE);
        CHECK(holds_pattern(large, 4 * MIB, 2));
        large[4 * MIB - 1] = 'Z';
    });
    CHECK(heap[PAGE] == 'A' && mapping[4 * MIB - 1] == 'Z');
    CHECK(outrigger_remove("heap") == 0 && outrigger_remove("mapping") == 0);
    CHECK(munmap(mapping, 4 * MIB) == 0);
}

/* Whatever ends the owner, the name is gone for everybody at once, and who has the memory keeps it. */
static void owner_ends(void) {
    pid_t child = owner("mortal", 64 * PAGE, 0);
    outrigger_handle handle = outrigger_get("mortal", OUTRIGGER_WRITE, NULL);
    char *memory = outrigger_attach(handle, 0, 0, NULL);
    CHECK(memory && holds_pattern(memory, 64 * PAGE, 7));
    CHECK(kill(child, SIGKILL) == 0);
    CHECK_STATUS(child, SIGKILL);
    CHECK_ERRNO(outrigger_get("mortal", OUTRIGGER_READ, NULL), ENOENT);
    CHECK_NULL(outrigger_attach(handle, 0, 0, NULL), ENOENT);
    CHECK(holds_pattern(memory, 64 * PAGE, 7));
    memory[0] = 1;
    child = owner("mortal", PAGE, 0); /* the name is free */
    CHECK_NULL(outrigger_attach(handle, 0, 0, NULL), ENOENT);
    CHECK(outrigger_remove("mortal") == 0);
    CHECK(kill(child, SIGKILL) == 0);
    CHECK_STATUS(child, SIGKILL);
    CHECK(outrigger_detach(memory, 64 * PAGE) == 0);
    IN_CHILD(CHECK(outrigger_make("brief", NULL, PAGE, 0600, 0)));
    CHECK_ERRNO(outrigger_get("brief", OUTRIGGER_READ, NULL), ENOENT);
    pid_t crashing = fork();
    CHECK(crashing >= 0);
    if (crashing == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        CHECK(outrigger_make("crash", NULL, PAGE, 0600, 0));
        *(volatile char *) opaque(8) = 1;
    }
    CHECK_STATUS(crashing, SIGSEGV);
    CHECK_ERRNO(outrigger_get("crash", OUTRIGGER_READ, NULL), ENOENT);
}

/* A child is not the owner, an image that is executed is; and what is to be kept is kept. */
static void who_owns(void) {
    char *memory = outrigger_make("parents", NULL, PAGE, 0600, 0);
    CHECK(memory);
    IN_CHILD(memory[0] = 'c');
    CHECK(memory[0] == 'c' && outrigger_get("parents", OUTRIGGER_READ, NULL) >= 0);
    CHECK(outrigger_remove("parents") == 0 && outrigger_detach(memory, PAGE) == 0);
    IN_CHILD({
        char *kept = outrigger_make("kept", NULL, PAGE, 0600, OUTRIGGER_KEEP);
        CHECK(kept);
        kept[9] = 'k';
    });
    struct outrigger_segment about;
    CHECK(outrigger_get("kept", OUTRIGGER_READ, &about) >= 0 && about.pid == 0);
    char *kept = attached("kept", OUTRIGGER_READ);
    CHECK(kept[9] == 'k' && outrigger_remove("kept") == 0 && outrigger_detach(kept, PAGE) == 0);
    CHECK_ERRNO(outrigger_get("kept", OUTRIGGER_READ, NULL), ENOENT);
}

static void *maker(void *argument) {
    int number = (int) (intptr_t) argument;
    char name[32];
    for (int round = 0; round < 25; round++) {
        snprintf(name, sizeof name, "t%d", number);
        int *mine = outrigger_make(name, NULL, PAGE, 0600, 0);
        CHECK(mine);
        *mine = number * 1000 + round;
        int *again = attached(name, OUTRIGGER_READ);
        CHECK(*again == number * 1000 + round);
        snprintf(name, sizeof name, "t%d", (number + 1) % 8);
        outrigger_handle other = outrigger_get(name, OUTRIGGER_READ, NULL);
        int *theirs = other < 0 ? NULL : outrigger_attach(other, 0, 0, NULL);
        CHECK(theirs || errno == ENOENT);
        CHECK(!theirs || (*theirs == 0 || *theirs / 1000 == (number + 1) % 8));
        snprintf(name, sizeof name, "t%d", number);
        CHECK(outrigger_remove(name) == 0);
        CHECK(outrigger_detach(mine, PAGE) == 0 && outrigger_detach(again, PAGE) == 0);
        CHECK(!theirs || outrigger_detach(theirs, PAGE) == 0);
    }
    return NULL;
}

/* Threads, and children that are forked meanwhile, none of which may find a lock taken for ever. */
static void at_once(void) {
    pthread_t threads[8];
    for (intptr_t i = 0; i < 8; i++) {
        CHECK_ZERO(pthread_create(&threads[i], NULL, maker, (void *) i));
    }
    for (int i = 0; i < 10; i++) {
        IN_CHILD({
            char name[32];
            snprintf(name, sizeof name, "child%d", i);
            CHECK(outrigger_make(name, NULL, PAGE, 0600, 0));
            CHECK(outrigger_get(name, OUTRIGGER_WRITE, NULL) >= 0);
        });
    }
    for (int i = 0; i < 8; i++) {
        CHECK_ZERO(pthread_join(threads[i], NULL));
    }
}

static void listed(void) {
    static struct outrigger_segment list[300];
    char name[32];
    ssize_t before = outrigger_list(NULL, 0);
    CHECK(before >= 0);
    for (int i = 0; i < 150; i++) { /* more than one reply has room for */
        snprintf(name, sizeof name, "l%03d", i);
        void *memory = outrigger_make(name, NULL, PAGE * (size_t) (i + 1), 0640, 0);
        CHECK(memory && outrigger_detach(memory, PAGE * (size_t) (i + 1)) == 0);
    }
    CHECK(outrigger_get("l007", OUTRIGGER_READ, NULL) >= 0);
    CHECK(outrigger_list(list, COUNT(list)) == before + 150);
    for (int i = 0; i < 150; i++) {
        struct outrigger_segment *segment = &list[before + i];
        snprintf(name, sizeof name, "l%03d", i);
        CHECK(strcmp(segment->name, name) == 0 && segment->size == PAGE * (size_t) (i + 1) && segment->mode == 0640);
        CHECK(segment->pid == getpid() && segment->gets == (i == 7) && segment->attaches == 0);
        CHECK(i == 0 || segment->id > list[before + i - 1].id);
        CHECK(outrigger_remove(name) == 0);
    }
    CHECK(outrigger_list(list, 1) == before);
}

static void most(void) {
    char name[32];
    int made = 0;
    for (; made < 2000; made++) {
        snprintf(name, sizeof name, "m%d", made);
        void *memory = outrigger_make(name, NULL, PAGE, 0600, 0);
        if (!memory) {
            CHECK(errno == ENOSPC);
            break;
        }
        CHECK(outrigger_detach(memory, PAGE) == 0);
    }
    CHECK(made > 0 && made <= 1024);
    for (int i = 0; i < made; i++) {
        snprintf(name, sizeof name, "m%d", i);
        CHECK(outrigger_remove(name) == 0);
    }
}

/* What a segment consists of cannot be taken away under those who have it: its length is fixed for good. */
static void no_shrinking(void) {
    char path[64], link[256];
    void *memory = outrigger_make("fixed", NULL, 2 * PAGE, 0600, 0);
    CHECK(memory);
    snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long) memory, (unsigned long) memory + 2 * PAGE);
    ssize_t length = readlink(path, link, sizeof link - 1);
    CHECK(length > 0 || geteuid() != 0);
    int file = length > 0 ? open(path, O_RDWR) : -1;
    if (file >= 0) {
        CHECK_ERRNO(ftruncate(file, 0), EPERM);
        CHECK_ERRNO(ftruncate(file, 4 * PAGE), EPERM);
        close(file);
    }
    CHECK(outrigger_remove("fixed") == 0 && outrigger_detach(memory, 2 * PAGE) == 0);
}

static int raw_connection(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "outrigger-%s", getenv("OUTRIGGER_JOB"));
    int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CHECK(connection >= 0);
    CHECK(connect(connection, (struct sockaddr *) &address, (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0);
    return connection;
}

struct raw_request {
    uint32_t magic, op, mode, flags, access, pages;
    uint64_t id;
    char name[64];
};

/* The descriptor by which a handle is attached, which the library would close. */
static int raw_attach(outrigger_handle handle) {
    struct raw_request request = {0x3148534f, 3, 0, 0, OUTRIGGER_READ, 0, (uint64_t) handle >> 1, ""};
    char reply[256], room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {reply, sizeof reply};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int connection = raw_connection(), descriptor;
    CHECK(send(connection, &request, sizeof request, 0) == sizeof request);
    CHECK(recvmsg(connection, &message, 0) == 16 + 128 && message.msg_controllen >= CMSG_LEN(sizeof(int)));
    memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
    close(connection);
    return descriptor;
}

/* Another user gets what the mode gives, and makes and removes nothing. */
static void other_user(void) {
    if (geteuid() != 0) {
        return;
    }
    CHECK(outrigger_make("private", NULL, PAGE, 0600, 0));
    CHECK(outrigger_make("group", NULL, PAGE, 0640, 0));
    char *public = outrigger_make("public", NULL, PAGE, 0604, 0);
    char *open_to_all = outrigger_make("open", NULL, PAGE, 0666, 0);
    CHECK(public && open_to_all);
    public[0] = 'p';
    outrigger_handle secret = outrigger_get("private", OUTRIGGER_READ, NULL);
    CHECK(secret >= 0);
    IN_CHILD({
        CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0);
        CHECK_ERRNO(outrigger_get("private", OUTRIGGER_READ, NULL), EACCES);
        CHECK_ERRNO(outrigger_get("public", OUTRIGGER_WRITE, NULL), EACCES);
        CHECK_ERRNO(outrigger_remove("open"), EACCES);
        CHECK_NULL(outrigger_make("theirs", NULL, PAGE, 0600, 0), EACCES);
        char *seen = attached("public", OUTRIGGER_READ);
        CHECK(seen[0] == 'p');
        CHECK_NULL(outrigger_attach(secret, 0, 0, NULL), EACCES);
        /* Nor is there a way round, through the file behind the mapping. */
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", raw_attach(outrigger_get("public", OUTRIGGER_READ, NULL)));
        CHECK(open(path, O_RDONLY) >= 0);
        CHECK_ERRNO(open(path, O_RDWR), EACCES);
        char *both = attached("open", OUTRIGGER_WRITE);
        both[1] = 'o';
        struct outrigger_segment list[64];
        ssize_t count = outrigger_list(list, COUNT(list));
        for (ssize_t i = 0; i < count; i++) {
            CHECK(list[i].mode & 04);
        }
    });
    IN_CHILD({
        gid_t root = 0;
        CHECK(setgroups(1, &root) == 0);
        CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0);
        CHECK(outrigger_get("group", OUTRIGGER_READ, NULL) >= 0); /* by a supplementary group */
        CHECK_ERRNO(outrigger_get("group", OUTRIGGER_WRITE, NULL), EACCES);
        CHECK_ERRNO(outrigger_get("public", OUTRIGGER_READ, NULL), EACCES); /* the group's bits count alone */
    });
    CHECK(open_to_all[1] == 'o');
    CHECK(outrigger_remove("private") == 0 && outrigger_remove("group") == 0);
    CHECK(outrigger_remove("public") == 0 && outrigger_remove("open") == 0);
}

static void send_with_descriptors(int connection, void *bytes, size_t size, int count) {
    char room[CMSG_SPACE(sizeof(int) * 32)] = {0};
    struct iovec part = {bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t) count)};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * (size_t) count);
    for (int i = 0; i < count; i++) {
        int zero = 0;
        memcpy(CMSG_DATA(head) + sizeof(int) * (size_t) i, &zero, sizeof zero);
    }
    (void) sendmsg(connection, &message, MSG_NOSIGNAL);
}

/* Clients that say nothing, nonsense, too much or with too many descriptors cost nobody anything. */
static void bad_company(void) {
    static uint32_t request[4096];
    static char reply[16384];
    int silent[200];
    for (int i = 0; i < 200; i++) {
        silent[i] = raw_connection();
    }
    for (int i = 0; i < 300; i++) {
        uint64_t state = (uint64_t) i + 1;
        for (size_t word = 0; word < COUNT(request); word++) {
            request[word] = (uint32_t) check_random(&state);
        }
        if (i % 3) { /* some of them look right at first sight */
            request[0] = 0x3148534f;
            request[1] = (uint32_t) (i % 8);
        }
        if (i % 7 == 0) {
            memset(&request[2], 0, 88);
        }
        int connection = raw_connection();
        size_t size = i % 5 == 0 ? (size_t) i * 50 % sizeof request : 96;
        if (i % 4 == 0) {
            send_with_descriptors(connection, request, size, 1 + i % 32);
        } else {
            (void) send(connection, request, size, MSG_NOSIGNAL);
        }
        if (i % 2) {
            ssize_t got = recv(connection, reply, sizeof reply, 0);
            CHECK(got <= 0 || got >= 16);
        }
        close(connection);
    }
    void *memory = outrigger_make("sound", NULL, PAGE, 0600, 0);
    CHECK(memory && outrigger_get("sound", OUTRIGGER_WRITE, NULL) >= 0);
    CHECK(outrigger_remove("sound") == 0 && outrigger_detach(memory, PAGE) == 0);
    for (int i = 0; i < 200; i++) {
        close(silent[i]);
    }
}

/* What cannot be a segment is refused: files that may shrink, files that are no memory, nothing at all. */
static void foreign_files(void) {
    struct raw_request request = {0x3148534f, 1, 0600, 0, 0, 0, 0, "foreign"};
    int files[] = {memfd_create("x", MFD_ALLOW_SEALING), memfd_create("y", 0), open("/dev/null", O_RDWR), open("/proc/self/exe", O_RDONLY), -1};
    CHECK(ftruncate(files[0], PAGE) == 0 && fchmod(files[0], 0600) == 0);
    for (size_t i = 0; i < COUNT(files); i++) {
        int connection = raw_connection();
        int reply[4] = {0};
        if (files[i] >= 0) {
            dup2(files[i], 0);
            send_with_descriptors(connection, &request, sizeof request, 1);
        } else {
            CHECK(send(connection, &request, sizeof request, 0) == sizeof request);
        }
        CHECK(recv(connection, reply, sizeof reply, 0) == sizeof reply && reply[1] == EINVAL);
        close(connection);
        close(files[i]);
    }
    CHECK_ERRNO(outrigger_get("foreign", OUTRIGGER_READ, NULL), ENOENT);
}

static const struct section sections[] = {
    {"both_ways", both_ways}, {"wrong_arguments", wrong_arguments}, {"parts", parts}, {"read_only", read_only},
    {"existing", existing}, {"owner_ends", owner_ends}, {"who_owns", who_owns}, {"at_once", at_once}, {"listed", listed},
    {"most", most}, {"no_shrinking", no_shrinking}, {"other_user", other_user}, {"bad_company", bad_company},
    {"foreign_files", foreign_files},
};

int main(int argc, char **argv) {
    return check_sections(argc, argv, sections, COUNT(sections));
}
