/* Two ranks exchange data through shared memory: each writes where the other reads, and both see one page. */
#include "share.h"

struct board {
    _Atomic uint32_t turn;
    uint64_t value[2];
};

int main(void) {
    int rank = atoi(getenv("OUTRIGGER_RANK"));
    struct board *board;
    if (rank == 0) {
        board = outrigger_make("board", NULL, sizeof *board, 0600, 0);
        CHECK(board);
        CHECK(board->turn == 0);
    } else {
        outrigger_handle handle;
        while ((handle = outrigger_get("board", OUTRIGGER_WRITE, NULL)) < 0) {
            CHECK(errno == ENOENT);
            usleep(1000);
        }
        board = outrigger_attach(handle, 0, 0, NULL);
        CHECK(board);
    }
    for (uint32_t round = 0; round < 200; round++) {
        if (round % 2 == (uint32_t) rank) {
            board->value[rank] = round ? board->value[!rank] + 1 : 1;
            board->turn = round + 1;
        } else {
            while (board->turn <= round) {
                usleep(100);
            }
        }
    }
    CHECK(board->value[1] == 200);
    printf("rank %d has %lu\n", rank, (unsigned long) board->value[rank]);
    CHECK(outrigger_detach(board, sizeof *board) == 0);
    return 0;
}
