package org.outrigger.lab.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a measured program says of one batch; {@code calls.c} tells the format.
 *
 * @param failure     what the call said that failed; empty when none did, and then the rest counts
 * @param nanoseconds the whole batch
 * @param longest     nanoseconds of the longest call, 0 when they were not timed by themselves
 * @param calls       the calls that were timed by themselves
 */
public record Answer(Optional<String> failure, double nanoseconds, double longest, List<Bucket> calls) {

    /** So many calls took so many nanoseconds. */
    public record Bucket(double nanoseconds, long count) {
    }

    private static final int HEAD = 4;

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static Answer parse(String line) {
        if (line.startsWith("failed ")) {
            return new Answer(Optional.of(line.substring("failed ".length())), 0, 0, List.of());
        }
        String[] words = line.split(" ");
        if (words.length < HEAD || !words[0].equals("done")) {
            throw new IllegalArgumentException("not an answer: " + line);
        }
        double rate = Double.parseDouble(words[2]);
        if (!(rate > 0)) {
            throw new IllegalArgumentException("a clock that stands still: " + line);
        }
        List<Bucket> calls = new ArrayList<>();
        for (int i = HEAD; i < words.length; i++) {
            String[] pair = words[i].split(":");
            if (pair.length != 2) {
                throw new IllegalArgumentException("not a bucket: " + words[i]);
            }
            calls.add(new Bucket(Double.parseDouble(pair[0]) / rate, Long.parseLong(pair[1])));
        }
        return new Answer(Optional.empty(), Long.parseLong(words[1]) / rate, Long.parseLong(words[3]) / rate, calls);
    }
}
