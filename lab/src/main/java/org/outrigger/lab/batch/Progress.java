package org.outrigger.lab.batch;

/** Hears how far a measurement is. */
public interface Progress {
    /**
     * Something begins.
     *
     * @param round  the round, counted from 1; 0 while arms are started and warmed up
     * @param rounds how many there will be
     * @param what   the row
     */
    void at(int round, int rounds, String what);
}
