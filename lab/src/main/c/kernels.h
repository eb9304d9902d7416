/* Rows that compute: what page sizes and the way memory is handed out do to an application. Included by memory.c. */

#include <math.h>

static volatile double sink;

/* STREAM's triad, a = b + s * c. One operation is one pass; a third of the size is each array's. */
static struct {
    double *a, *b, *c;
    long elements;
} triad;

__attribute__((optimize("O3"))) static void triad_pass(double *restrict a, const double *restrict b, const double *restrict c, long n)
{
    for (long i = 0; i < n; i++)
        a[i] = b[i] + 3.0 * c[i];
}

OPERATION op_triad(long unused)
{
    (void)unused;
    triad_pass(triad.a, triad.b, triad.c, triad.elements);
    __asm__ volatile("" : : : "memory");
    return 0;
}

static int row_triad(long size, long calls, int timed)
{
    if (!triad.a) {
        triad.elements = size / 3 / (long)sizeof(double);
        size_t bytes = (size_t)triad.elements * sizeof(double);
        triad.a = malloc(bytes);
        triad.b = malloc(bytes);
        triad.c = malloc(bytes);
        if (!triad.a || !triad.b || !triad.c)
            return ENOMEM;
        for (long i = 0; i < triad.elements; i++) {
            triad.a[i] = 1;
            triad.b[i] = 2;
            triad.c[i] = 0.5;
        }
    }
    return measure(calls, timed, op_triad, 0);
}

/* Updates at random places of a table, as HPCC's RandomAccess makes them, by one thread. One operation is one update. */
#define POLYNOMIAL 7u

static struct {
    uint64_t *table;
    uint64_t mask, random;
} gups = {NULL, 0, 1};

OPERATION op_gups(long unused)
{
    (void)unused;
    gups.random = gups.random << 1 ^ ((int64_t)gups.random < 0 ? POLYNOMIAL : 0);
    gups.table[gups.random & gups.mask] ^= gups.random;
    return 0;
}

static int row_gups(long size, long calls, int timed)
{
    if (!gups.table) {
        gups.table = malloc((size_t)size);
        if (!gups.table)
            return ENOMEM;
        gups.mask = (uint64_t)size / sizeof(uint64_t) - 1; /* sizes are powers of two */
        for (uint64_t i = 0; i <= gups.mask; i++)
            gups.table[i] = i;
        /* HPCC's generator begins far from 1, where it would take many steps to reach high places. */
        for (gups.random = 0x9e3779b97f4a7c15u; (gups.random & gups.mask) == 0;)
            gups.random++;
    }
    return measure(calls, timed, op_gups, 0);
}

/*
 * A chase of pointers through pages in random order, one line of each page: so few lines are read that caches hold them long after the
 * TLB has run out of entries. One operation is one load.
 */
static void **chased;

OPERATION op_chase(long unused)
{
    (void)unused;
    chased = *chased;
    return 0;
}

static uint64_t random_number(void)
{
    static uint64_t state = 0x2545f4914f6cdd1du;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Which line of a page is read depends on the page, so that the lines are spread over the sets of the caches. */
static void **line_of(char *first, uint32_t page)
{
    return (void **)(first + (long)page * PAGE + (page * 2654435761u >> 7 & 63) * 64);
}

/* Makes the chain, once for each size; the chain of another size goes. */
static int make_chain(long size)
{
    static long made;
    static char *memory;
    if (made == size)
        return 0;
    free(memory);
    made = 0;
    long pages = size / PAGE;
    uint32_t *order = malloc((size_t)pages * sizeof *order);
    memory = malloc((size_t)size + PAGE);
    if (!memory || !order)
        return ENOMEM;
    char *first = (char *)(((uintptr_t)memory + PAGE - 1) & -(uintptr_t)PAGE);
    for (long i = 0; i < pages; i++)
        order[i] = (uint32_t)i;
    for (long i = pages - 1; i > 0; i--) {
        long other = (long)(random_number() % (uint64_t)(i + 1));
        uint32_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (long i = 0; i < pages; i++)
        *line_of(first, order[i]) = line_of(first, order[(i + 1) % pages]);
    chased = line_of(first, order[0]);
    free(order);
    made = size;
    return 0;
}

static int row_chase(long size, long calls, int timed)
{
    int error = make_chain(size);
    if (error)
        return error;
    for (long i = 0; i < size / PAGE; i++) /* once around: what fits into caches is there */
        op_chase(0);
    error = measure(calls, timed, op_chase, 0);
    __asm__ volatile("" : : "r"(chased));
    return error;
}

/*
 * A step of a Lagrangian hydrodynamics code on a mesh of EDGE^3 elements, as far as its memory goes, and with about so much arithmetic
 * for each page that such a code has: arrays of a value for each
 * element, and of one for each of an element's eight corners, are allocated where they are needed, written, read and freed;
 * those of a material's equation of state are smaller; a list grows by realloc. One operation is one step. The size is that of an array
 * with a value for each element.
 */
#define CORNERS 8
#define MATERIALS 11
#define STATE_ARRAYS 6

static double *array(long elements)
{
    double *new = malloc((size_t)elements * sizeof *new);
    if (!new) {
        puts("failed a temporary array cannot be had");
        exit(1);
    }
    return new;
}

__attribute__((optimize("O3"))) static double stress(long n)
{
    double *sig[3], *volume = array(n), sum = 0;
    for (int d = 0; d < 3; d++)
        sig[d] = array(n);
    for (long i = 0; i < n; i++) {
        double pressure = 1.0 + 1e-6 * (double)i;
        sig[0][i] = sig[1][i] = sig[2][i] = -pressure;
        volume[i] = 1.0 / pressure;
    }
    double *force[3];
    for (int d = 0; d < 3; d++)
        force[d] = array(n * CORNERS);
    for (long i = 0; i < n; i++)
        for (int c = 0; c < CORNERS; c++)
            for (int d = 0; d < 3; d++)
                force[d][i * CORNERS + c] = sig[d][i] * volume[i] * (c & 1 << d ? 0.25 : -0.25);
    for (int d = 0; d < 3; d++) { /* to the nodes */
        for (long i = 0; i < n * CORNERS; i++)
            sum += force[d][i];
        free(force[d]);
    }
    for (int d = 0; d < 3; d++)
        free(sig[d]);
    free(volume);
    return sum;
}

__attribute__((optimize("O3"))) static double hourglass(long n)
{
    double *side[6], sum = 0;
    for (int d = 0; d < 6; d++)
        side[d] = array(n * CORNERS);
    for (long i = 0; i < n * CORNERS; i++) {
        double x = 1e-6 * (double)i;
        side[0][i] = x;
        side[1][i] = 1.0 - x;
        side[2][i] = 0.5 * x;
    }
    for (int d = 0; d < 3; d++)
        for (long i = 0; i < n * CORNERS; i++)
            side[d + 3][i] = side[d][i] * 1.5 - side[(d + 1) % 3][i];
    for (int loop = 0; loop < 2 * 3; loop++)
        for (long d = loop / 2, i = 0; i < n * CORNERS; i++) {
            double length = sqrt(side[d][i] * side[d][i] + side[d + 3][i] * side[d + 3][i] + 1.0);
            double speed = 1.0 / (length + side[(d + 1) % 3][i] * side[(d + 1) % 3][i]);
            sum += sqrt(length * speed + 1.0) * side[d + 3][i];
        }
    for (int d = 0; d < 6; d++)
        free(side[d]);
    return sum;
}

__attribute__((optimize("O3"))) static double state(long n)
{
    double *values[STATE_ARRAYS], sum = 0;
    for (int v = 0; v < STATE_ARRAYS; v++)
        values[v] = array(n);
    for (long i = 0; i < n; i++)
        values[0][i] = 1.0 + 1e-6 * (double)i;
    for (int v = 1; v < STATE_ARRAYS; v++)
        for (long i = 0; i < n; i++)
            values[v][i] = values[v - 1][i] / (1.0 + values[v - 1][i] * values[v - 1][i]);
    for (long i = 0; i < n; i++)
        sum += values[STATE_ARRAYS - 1][i];
    for (int v = 0; v < STATE_ARRAYS; v++)
        free(values[v]);
    return sum;
}

static double contacts(long n)
{
    long room = n / 16, used = 0;
    double *list = array(room), sum = 0;
    while (used < n) {
        for (; used < room && used < n; used++)
            list[used] = (double)used;
        room *= 2;
        double *grown = used < n ? realloc(list, (size_t)room * sizeof *list) : list;
        if (!grown) {
            puts("failed a list cannot grow");
            exit(1);
        }
        list = grown;
    }
    for (long i = 0; i < n; i += 512)
        sum += list[i];
    free(list);
    return sum;
}

OPERATION op_churn(long size)
{
    static double expected;
    long elements = size / (long)sizeof(double);
    double sum = stress(elements) + hourglass(elements) + contacts(elements);
    for (long material = 1; material <= MATERIALS; material++)
        sum += state(elements * material * 2 / (MATERIALS * (MATERIALS + 1)));
    sink = sum;
    if (expected == 0)
        expected = sum;
    return sum == expected ? 0 : EILSEQ; /* memory did not hold what was written */
}

static int row_churn(long size, long calls, int timed)
{
    return measure(calls, timed, op_churn, size);
}
