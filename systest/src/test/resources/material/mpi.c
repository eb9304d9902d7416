/* MPI ranks: collective and point-to-point messages, small and large, and a shared-memory window. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    int rank, size;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    long sum = 0;
    for (int i = 0; i < 20; i++) {
        long mine = rank + i, all;
        MPI_Allreduce(&mine, &all, 1, MPI_LONG, MPI_SUM, MPI_COMM_WORLD);
        sum += all;
    }
    int n = 1 << 17, errors = 0;
    int *out = malloc(n * sizeof *out), *in = malloc(n * sizeof *in);
    for (int i = 0; i < n; i++) out[i] = rank * n + i;
    int right = (rank + 1) % size, left = (rank + size - 1) % size;
    for (int i = 0; i < 5; i++)
        MPI_Sendrecv(out, n, MPI_INT, right, i, in, n, MPI_INT, left, i, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int i = 0; i < n; i++) errors += in[i] != left * n + i;
    MPI_Comm node;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    int *window;
    MPI_Win win;
    MPI_Win_allocate_shared(sizeof(int), sizeof(int), MPI_INFO_NULL, node, &window, &win);
    MPI_Win_lock_all(0, win);
    *window = 100 + rank;
    MPI_Win_sync(win);
    MPI_Barrier(node);
    MPI_Win_sync(win);
    MPI_Aint bytes;
    int unit, *other;
    MPI_Win_shared_query(win, right, &bytes, &unit, &other);
    int seen = *other;
    MPI_Barrier(node);
    MPI_Win_unlock_all(win);
    MPI_Win_free(&win);
    printf("rank %d of %d: sum %ld errors %d window %d\n", rank, size, sum, errors, seen);
    free(out);
    free(in);
    MPI_Finalize();
    return 0;
}
