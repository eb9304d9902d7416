package org.outrigger.node.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.outrigger.node.CpuListException.Problem;
import org.outrigger.node.CpuNameException;

/**
 * Which of some objects are meant: a part of a {@link Location}.
 *
 * @param kind     what is meant
 * @param physical whether numbers are Linux's and the firmware's, not positions among the candidates
 * @param form     how the numbers are to be read
 * @param first    the first number
 * @param second   the last number, or how many
 * @param text     the range as it was written
 * @param column   where it was written, from 1
 */
record IndexRange(ObjectKind kind, boolean physical, Form form, long first, long second, String text, int column) {

    /** Forms of ranges. */
    enum Form {
        /** {@code x}, {@code x-y}. */
        SPAN,
        /** {@code x-}. */
        OPEN,
        /** {@code x:n}: n objects from x on, the first after the last. */
        COUNT,
        /** {@code all}. */
        ALL,
        /** {@code odd}. */
        ODD,
        /** {@code even}. */
        EVEN
    }

    /** Whether the range is a word, which takes what there is. */
    boolean word() {
        return form == Form.ALL || form == Form.ODD || form == Form.EVEN;
    }

    /**
     * The objects that are meant.
     *
     * @param candidates those of the kind that come into question, by ascending logical number, at least one
     * @param where      of what they are parts, for messages
     * @throws CpuNameException when a number is beyond what there is, or stands for several
     */
    List<TopologyObject> choose(List<TopologyObject> candidates, String where) throws CpuNameException {
        if (word()) {
            List<TopologyObject> chosen = new ArrayList<>();
            for (int i = 0; i < candidates.size(); i++) {
                int index = physical ? candidates.get(i).physical() : i;
                if (form == Form.ALL || index >= 0 && index % 2 == (form == Form.ODD ? 1 : 0)) {
                    chosen.add(candidates.get(i));
                }
            }
            return chosen;
        }
        List<TopologyObject> ordered = candidates;
        if (physical) {
            ordered = candidates.stream().sorted(Comparator.comparingInt(TopologyObject::physical)).toList();
        }
        int from = find(ordered, first, where);
        int size = ordered.size();
        List<TopologyObject> chosen = switch (form) {
            case OPEN -> ordered.subList(from, size);
            case COUNT -> counted(ordered, from, where);
            default -> ordered.subList(from, find(ordered, second, where) + 1);
        };
        if (physical) {
            unique(ordered, chosen, where);
        }
        return chosen;
    }

    private int find(List<TopologyObject> ordered, long index, String where) throws CpuNameException {
        if (!physical) {
            if (index < ordered.size()) {
                return (int) index;
            }
        } else {
            for (int i = 0; i < ordered.size(); i++) {
                if (ordered.get(i).physical() == index) {
                    return i;
                }
            }
        }
        throw new CpuNameException(Problem.ABSENT, column, "there is no " + name(index) + where + " (" + numbers(ordered) + ")");
    }

    private List<TopologyObject> counted(List<TopologyObject> ordered, int from, String where) throws CpuNameException {
        if (second > ordered.size()) {
            throw new CpuNameException(Problem.ABSENT, column, "there are no " + second + " of " + kind.key() + where + " ("
                    + numbers(ordered) + ")");
        }
        List<TopologyObject> chosen = new ArrayList<>();
        for (int i = 0; i < second; i++) {
            chosen.add(ordered.get((from + i) % ordered.size()));
        }
        return chosen;
    }

    /** Refuses physical numbers that several objects have: which of them is meant cannot be known. */
    private void unique(List<TopologyObject> ordered, List<TopologyObject> chosen, String where) throws CpuNameException {
        for (TopologyObject object : chosen) {
            if (ordered.stream().filter(other -> other.physical() == object.physical()).count() > 1) {
                throw new CpuNameException(Problem.MALFORMED, column, "there are several " + name(object.physical()) + where
                        + ": say of which package or die, as in package:P#0." + name(object.physical()));
            }
        }
    }

    private String name(long index) {
        return kind.key() + (physical ? ":P#" : ":") + index;
    }

    /** What numbers there are: {@code core:0-7}. */
    private String numbers(List<TopologyObject> ordered) {
        int last = ordered.size() - 1;
        long low = physical ? ordered.get(0).physical() : 0;
        long high = physical ? ordered.get(last).physical() : last;
        return last == 0 ? "only " + name(low) : "they go from " + low + " to " + high;
    }
}
