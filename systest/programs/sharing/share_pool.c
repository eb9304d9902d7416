/* Two segments of 2 MiB from the pool of huge pages, new memory and memory that was there; waits for a file. */
#include "share.h"

#define HUGE_PAGE (2 * MIB)

int main(int argc, char **argv) {
    struct outrigger_segment about;
    char *fresh = outrigger_make("fresh", NULL, 5, 0600, OUTRIGGER_HUGE);
    CHECK(fresh && is_zero(fresh, HUGE_PAGE));
    CHECK(outrigger_get("fresh", OUTRIGGER_READ, &about) >= 0);
    CHECK(about.pages == OUTRIGGER_PAGES_POOL && about.page_size == HUGE_PAGE && about.size == HUGE_PAGE);
    char *mapping = mmap(NULL, 4 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mapping != MAP_FAILED);
    char *aligned = (char *) (((uintptr_t) mapping + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
    fill_pattern(aligned, HUGE_PAGE, 9);
    CHECK(outrigger_make("mapping", aligned, HUGE_PAGE, 0600, OUTRIGGER_HUGE) == aligned);
    outrigger_handle handle = outrigger_get("mapping", OUTRIGGER_WRITE, &about);
    CHECK(about.pages == OUTRIGGER_PAGES_POOL);
    char *again = outrigger_attach(handle, 0, 100, NULL);
    CHECK(again && holds_pattern(again, HUGE_PAGE, 9));
    again[1] = 'p';
    CHECK(aligned[1] == 'p');
    /* What the pool has no pages for comes from elsewhere, and is said. */
    CHECK(outrigger_make("large", NULL, GIB * 64, 0600, OUTRIGGER_HUGE));
    CHECK(outrigger_get("large", OUTRIGGER_READ, &about) >= 0 && about.pages != OUTRIGGER_PAGES_POOL && about.page_size == PAGE);
    CHECK(outrigger_detach(again, 100) == 0);
    CHECK(write(1, "ready\n", 6) == 6);
    while (argc > 1 && access(argv[1], F_OK)) {
        usleep(10000);
    }
    return 0;
}
