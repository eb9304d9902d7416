package org.outrigger.lab.compare;

/**
 * What something took that has ended, with the processes that it waited for. See getrusage(2).
 *
 * @param wall        from the start to the end, seconds
 * @param user        CPU time in user mode, seconds
 * @param system      CPU time in the kernel, seconds
 * @param minorFaults page faults that needed no input
 * @param majorFaults page faults that did
 * @param voluntary   context switches because it waited
 * @param involuntary context switches because its time was up
 */
public record Usage(double wall, double user, double system, long minorFaults, long majorFaults, long voluntary,
                    long involuntary) {
    private static final double NANO = 1e9;
    private static final double MICRO = 1e6;

    /** What {@code outrigger-keep} tells. */
    static Usage ofKeeper(String line) {
        String[] words = line.strip().split(" ");
        return new Usage(Long.parseLong(words[0]) / NANO, Long.parseLong(words[1]) / NANO, Long.parseLong(words[2]) / NANO,
                Long.parseLong(words[3]), Long.parseLong(words[4]), Long.parseLong(words[5]), Long.parseLong(words[6]));
    }

    /** What {@code outrigger-meter} tells, see {@code meter.c}. */
    static Usage ofMeter(String line) {
        String[] words = line.strip().split(" ");
        return new Usage(Long.parseLong(words[0]) / NANO, Long.parseLong(words[1]) / MICRO, Long.parseLong(words[2]) / MICRO,
                Long.parseLong(words[3]), Long.parseLong(words[4]), Long.parseLong(words[5]), Long.parseLong(words[6]));
    }
}
