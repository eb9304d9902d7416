/* Two threads that wait for each other by spinning: where they share a core and neither is ever preempted, they wait for ever. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define TURNS 10

static atomic_int turn;

static void *play(void *argument)
{
    int me = (int)(long)argument;
    for (int i = 0; i < TURNS; i++) {
        while (atomic_load(&turn) != me)
            ;
        atomic_store(&turn, 1 - me);
    }
    return NULL;
}

int main(void)
{
    pthread_t players[2];
    for (long i = 0; i < 2; i++)
        if (pthread_create(&players[i], NULL, play, (void *)i))
            return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(players[i], NULL);
    puts("done");
    return 0;
}
