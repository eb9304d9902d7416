/* The row that is no call: a word between two cores. Included by calls.c. */
/* What the machine itself takes for a word to another core and back: no answer of an LWK there can be faster. */
static struct {
    _Alignas(64) volatile unsigned there;
    _Alignas(64) volatile unsigned back;
} words;

static void *echo(void *cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(atoi(cpu), &set);
    if (sched_setaffinity(0, sizeof set, &set)) {
        words.back = 0;
        return (void *)(intptr_t)errno;
    }
    words.back = 1;
    for (unsigned seen = 1; seen;) { /* zero ends it */
        if (words.there != seen)
            words.back = seen = words.there;
        else
            __builtin_ia32_pause();
    }
    return NULL;
}

OPERATION op_round_trip(long unused)
{
    (void)unused;
    unsigned word = words.there + 1;
    words.there = word = word ? word : 1;
    while (words.back != word)
        __builtin_ia32_pause();
    return 0;
}

static int row_round_trip(long calls, int timed)
{
    char *cpu = getenv("OUTRIGGER_BENCH_CPU");
    pthread_t partner;
    void *failed;
    words.there = 1;
    words.back = 2;
    int error = pthread_create(&partner, NULL, echo, cpu ? cpu : "0");
    if (error)
        return error;
    while (words.back == 2)
        sched_yield();
    if (words.back) {
        error = measure(calls, timed, op_round_trip, 0);
        words.there = 0;
    }
    pthread_join(partner, &failed);
    return failed ? (int)(intptr_t)failed : error;
}
