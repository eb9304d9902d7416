package org.outrigger.lab.attribution;

/**
 * What one culprit took in all.
 *
 * @param culprit     who
 * @param detours     number of detours in which it had the largest part
 * @param nanoseconds time that it took in detours, its own or not
 * @param longest     the most that it took in one detour, in nanoseconds
 */
public record Share(Culprit culprit, long detours, double nanoseconds, double longest) {
}
