/* OpenMP: parallel loops, reductions, tasks, critical sections, barriers. */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static long fib(int n) {
    long a, b;
    if (n < 2) return n;
    if (n < 16) return fib(n - 1) + fib(n - 2);
#pragma omp task shared(a)
    a = fib(n - 1);
#pragma omp task shared(b)
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

int main(void) {
    enum { N = 2000000 };
    double *v = malloc(N * sizeof *v);
    long sum = 0, hits = 0, result = 0;
    int threads = 0;
    omp_set_num_threads(4);
#pragma omp parallel for
    for (int i = 0; i < N; i++) v[i] = i % 1000;
#pragma omp parallel for reduction(+ : sum) schedule(dynamic, 1000)
    for (int i = 0; i < N; i++) sum += (long)v[i];
    printf("sum %ld\n", sum);
#pragma omp parallel
    {
#pragma omp single
        threads = omp_get_num_threads();
        for (int i = 0; i < 200; i++) {
#pragma omp critical
            hits++;
#pragma omp barrier
        }
    }
    printf("threads %d hits %ld\n", threads, hits);
#pragma omp parallel
#pragma omp single
    result = fib(24);
    printf("fib %ld\n", result);
    for (int round = 0; round < 50; round++) {
        double *block = malloc((size_t)(round + 1) << 16);
#pragma omp parallel for
        for (int i = 0; i < (round + 1) << 13; i++) block[i] = i;
        if (block[(round + 1) * 8191] < 0) return 1;
        free(block);
    }
    printf("blocks done\n");
    free(v);
    return 0;
}
