/* Says "ready" and waits until the LWK is gone: calls fail then, attached memory stays, between processes too. */
#include "share.h"

int main(void) {
    volatile char *memory = outrigger_make("late", NULL, 2 * PAGE, 0600, 0);
    CHECK(memory);
    outrigger_handle handle = outrigger_get("late", OUTRIGGER_WRITE, NULL);
    volatile char *again = outrigger_attach(handle, 0, 0, NULL);
    CHECK(again);
    CHECK(write(1, "ready\n", 6) == 6);
    while (outrigger_get("late", OUTRIGGER_READ, NULL) >= 0) {
        usleep(1000);
    }
    CHECK(errno == ENXIO);
    CHECK_NULL(outrigger_attach(handle, 0, 0, NULL), ENXIO);
    CHECK_NULL(outrigger_make("later", NULL, PAGE, 0600, 0), ENXIO);
    CHECK_ERRNO(outrigger_remove("late"), ENXIO);
    CHECK_ERRNO(outrigger_list(NULL, 0), ENXIO);
    memory[PAGE] = 'm';
    CHECK(again[PAGE] == 'm');
    IN_CHILD(again[0] = 'c');
    CHECK(memory[0] == 'c');
    CHECK(outrigger_detach((void *) again, 2 * PAGE) == 0);
    CHECK(write(1, "done\n", 5) == 5);
    return 0;
}
