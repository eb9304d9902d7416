package org.outrigger.node.topology;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.node.CpuListException.Problem;
import org.outrigger.node.CpuNameException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.topology.IndexRange.Form;

/**
 * A name of CPUs by the topology, as hwloc(7) has it.
 *
 * <pre>
 * location = object { "." object }                  package:1.core:0-3
 * object   = kind ":" ["P#" | "L#"] range
 * kind     = machine | package | numanode | die | l3 | l2 | core | pu, or a beginning of these; node, socket
 * range    = x | x "-" y | x "-" | x ":" n | "all" | "odd" | "even"
 * </pre>
 *
 * <p>Numbers are logical: positions among the objects of a kind, and behind a dot among those that lie within each object
 * before the dot. After {@code P#}, as lstopo(1) prints it, they are physical: Linux's and the firmware's. {@code x:n} are n
 * objects from x on, the first after the last.
 *
 * <p>Stricter than hwloc-calc(1): what does not exist is refused and not left out, and a physical number that several objects
 * have is refused. Behind {@code all}, {@code odd} and {@code even} an object counts where it exists.
 */
final class Location {
    /** Larger numbers are read as this one: far above all there are. */
    private static final long LARGEST = 1L << 40;

    private final String text;
    private final List<IndexRange> ranges = new ArrayList<>();
    private int at;

    private Location(String text) {
        this.text = text;
    }

    /**
     * Reads a name; what there is on the node plays no part yet.
     *
     * @throws CpuNameException for a name that breaks the grammar
     */
    static Location parse(String text) throws CpuNameException {
        Location location = new Location(text);
        do {
            location.object();
        } while (location.skip("."));
        if (location.at < text.length()) {
            throw location.malformed("'.' or the end");
        }
        return location;
    }

    /**
     * The CPUs that are named.
     *
     * @return not empty
     * @throws CpuNameException when there is no such object, or it has no CPU
     */
    CpuSet cpus(Topology topology) throws CpuNameException {
        List<TopologyObject> parts = List.of();
        boolean lenient = false;
        for (int i = 0; i < ranges.size(); i++) {
            IndexRange range = ranges.get(i);
            if (topology.objects(range.kind()).isEmpty()) {
                throw new CpuNameException(Problem.ABSENT, range.column(), "this node tells of no " + range.kind().key());
            }
            parts = i == 0 ? range.choose(topology.objects(range.kind()), "") : within(topology, parts, range, lenient);
            if (parts.isEmpty()) {
                throw new CpuNameException(Problem.EMPTY, range.column(),
                        "there is no " + range.kind().key() + ":" + range.text());
            }
            lenient |= range.word();
        }
        CpuSet cpus = CpuSet.EMPTY;
        for (TopologyObject part : parts) {
            cpus = cpus.union(part.cpus());
        }
        if (cpus.isEmpty()) {
            throw new CpuNameException(Problem.EMPTY, 1, "'" + text + "' is memory without CPUs");
        }
        return cpus;
    }

    private static List<TopologyObject> within(Topology topology, List<TopologyObject> outer, IndexRange range, boolean lenient)
            throws CpuNameException {
        List<TopologyObject> parts = new ArrayList<>();
        CpuNameException missing = null;
        for (TopologyObject object : outer) {
            try {
                List<TopologyObject> candidates = object.kind() == ObjectKind.MACHINE // where memory without CPUs is, too
                        ? topology.objects(range.kind()) : topology.within(range.kind(), object.cpus());
                if (candidates.isEmpty()) {
                    throw new CpuNameException(Problem.ABSENT, range.column(),
                            "there is no " + range.kind().key() + " within " + object);
                }
                parts.addAll(range.choose(candidates, " within " + object));
            } catch (CpuNameException absent) {
                missing = absent;
                if (!lenient || absent.problem() != Problem.ABSENT) {
                    throw absent;
                }
            }
        }
        if (parts.isEmpty() && missing != null) {
            throw missing;
        }
        return parts;
    }

    private void object() throws CpuNameException {
        int start = at;
        while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        String name = text.substring(start, at);
        ObjectKind kind = ObjectKind.named(name).orElse(null);
        if (kind == null) {
            at = start;
            throw malformed(start == 0 ? "a CPU number or an object such as core:0" : "an object such as core:0");
        }
        if (!skip(":")) {
            throw malformed("':' and a number");
        }
        ranges.add(range(kind));
    }

    private IndexRange range(ObjectKind kind) throws CpuNameException {
        int start = at;
        boolean physical = skip("P#");
        if (!physical) {
            skip("L#");
        }
        Form form = Form.SPAN;
        long first = 0;
        long second = 0;
        if (skip("all")) {
            form = Form.ALL;
        } else if (skip("odd")) {
            form = Form.ODD;
        } else if (skip("even")) {
            form = Form.EVEN;
        } else {
            first = number("a number, 'all', 'odd' or 'even'");
            second = first;
            if (skip("-")) {
                if (at < text.length() && text.charAt(at) != '.') {
                    second = number("the last number of the range");
                } else {
                    form = Form.OPEN;
                }
            } else if (skip(":")) {
                form = Form.COUNT;
                second = number("how many");
            }
        }
        if (second < first && form == Form.SPAN || form == Form.COUNT && second == 0) {
            throw new CpuNameException(Problem.MALFORMED, start + 1,
                    form == Form.COUNT ? "none is named" : "the range runs backwards");
        }
        return new IndexRange(kind, physical, form, first, second, text.substring(start, at), start + 1);
    }

    private boolean skip(String wanted) {
        if (text.startsWith(wanted, at)) {
            at += wanted.length();
            return true;
        }
        return false;
    }

    private long number(String wanted) throws CpuNameException {
        int start = at;
        long value = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            value = Math.min(LARGEST, value * 10 + text.charAt(at) - '0');
            at++;
        }
        if (at == start) {
            throw malformed(wanted);
        }
        return value;
    }

    private CpuNameException malformed(String wanted) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new CpuNameException(Problem.MALFORMED, at + 1, wanted + " is wanted, not " + found);
    }
}
