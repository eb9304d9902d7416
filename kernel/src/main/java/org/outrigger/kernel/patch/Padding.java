package org.outrigger.kernel.patch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.outrigger.kernel.patch.Site.Hole;

/**
 * Holes: places in the padding of a file's code where the far jump of a site may stand that has room for a near one only.
 *
 * <p>A hole lies either between two known functions, all from the end of the one to the start of the other being {@code nop} or
 * {@code int3}, with no symbol in it, behind a function that does not run on into it. Or it lies in a function, behind an
 * instruction that passes control elsewhere, and aligns what follows; then no function that contains it may jump to computed
 * places or have landing pads of exceptions. In either case no direct branch of any known function of the file goes into it.
 */
final class Padding {

    private static final int LARGEST_GAP = 64;
    private static final int ALIGNMENT = 8;
    private static final int CS = 0x2e;
    private static final int SIZE16 = 0x66;

    private final Image image;
    private final FunctionWalk walk;
    private final long[] sites;
    /** By start: the end. */
    private final TreeMap<Long, Long> holes = new TreeMap<>();
    /** What the walk holds: many functions are known twice. */
    private CodeRange current;

    private Padding(Image image, FunctionWalk walk, long[] sites) {
        this.image = image;
        this.walk = walk;
        this.sites = sites;
    }

    /**
     * Allots holes.
     *
     * @param sites  where two bytes of near jump will stand, ascending
     * @param budget bytes of code that may be read
     * @return by site; sites for which there is none are missing
     */
    static Map<Long, Hole> allot(Image image, FunctionWalk walk, long[] sites, long budget) {
        Padding padding = new Padding(image, walk, sites);
        KnownFunctions.All all = new KnownFunctions(image).all();
        padding.between(all);
        padding.within(all);
        if (padding.holes.isEmpty() || !padding.confirm(all, budget)) {
            return Map.of();
        }
        return padding.allot();
    }

    /** Whether an instruction does nothing and is commonly used to fill. */
    static boolean isNop(byte[] code, int at, int length) {
        int next = at;
        while (next < at + length - 1 && (code[next] == SIZE16 || code[next] == CS)) {
            next++;
        }
        int left = at + length - next;
        return left == 1 && (code[next] & 0xff) == 0x90 || length == 1 && (code[at] & 0xff) == 0xcc
                || left >= 3 && code[next] == 0x0f && code[next + 1] == 0x1f && (code[next + 2] & 0x38) == 0;
    }

    private boolean isNear(long from, long to) {
        int at = Arrays.binarySearch(sites, from - Byte.MAX_VALUE - Site.HOP_SIZE);
        at = at < 0 ? -at - 1 : at;
        return at < sites.length && sites[at] + Site.HOP_SIZE + Byte.MIN_VALUE < to;
    }

    private void between(KnownFunctions.All all) {
        long end = Long.MAX_VALUE;
        for (CodeRange function : all.functions()) {
            long start = function.start();
            boolean fits = end < start && start - end >= Site.JUMP_SIZE && start - end <= LARGEST_GAP;
            if (fits && isNear(end, start) && !all.isNamed(end, start) && isFilled(end, (int) (start - end))) {
                holes.put(end, start);
            }
            end = end == Long.MAX_VALUE ? function.end() : Math.max(end, function.end());
        }
    }

    private boolean isFilled(long address, int size) {
        long offset = image.offset(address, size);
        if (offset < 0) {
            return false;
        }
        byte[] code = new byte[size];
        image.bytes().copy(offset, code, size);
        int at = 0;
        while (at < size) {
            int length = InstructionLength.of(code, at, size);
            if (length == 0 || !isNop(code, at, length)) {
                return false;
            }
            at += length;
        }
        return true;
    }

    private void within(KnownFunctions.All all) {
        for (CodeRange function : all.functions()) {
            int first = Arrays.binarySearch(sites, function.start());
            first = first < 0 ? -first - 1 : first;
            if (first == sites.length || !function.contains(sites[first]) || !load(function)) {
                continue;
            }
            int size = (int) function.size();
            for (int at = walk.afterStop(0); at < size; at = walk.afterStop(at)) {
                int to = walk.paddingEnd(at);
                boolean aligns = (function.start() + to) % ALIGNMENT == 0;
                if (aligns && to - at >= Site.JUMP_SIZE && isNear(function.start() + at, function.start() + to)) {
                    holes.put(function.start() + at, function.start() + to);
                }
            }
        }
    }

    private boolean load(CodeRange function) {
        if (function.size() > FunctionWalk.LARGEST || function.signalFrame()) {
            return false;
        }
        if (current != null && current.start() == function.start() && current.size() == function.size()) {
            return true;
        }
        long offset = image.offset(function.start(), function.size());
        if (offset >= 0) {
            walk.load(image.bytes(), offset, (int) function.size());
            current = function;
        }
        return offset >= 0;
    }

    /** Asks every function of the file; false where the budget does not suffice for that. */
    private boolean confirm(KnownFunctions.All all, long budget) {
        long left = budget;
        for (CodeRange function : all.functions()) {
            left -= function.size();
            if (left < 0) {
                return false;
            }
            boolean loaded = load(function);
            for (int i = 0; loaded && i < walk.outwardCount(); i++) {
                strike(function.start() + walk.outward(i));
            }
            Map.Entry<Long, Long> hole = holes.floorEntry(function.start());
            long from = hole != null && hole.getValue() > function.start() ? hole.getKey() : function.start();
            holes.subMap(from, true, function.end(), true).entrySet()
                    .removeIf(inside -> !(loaded && accepts(function, inside.getKey(), inside.getValue())));
        }
        return true;
    }

    private void strike(long target) {
        Map.Entry<Long, Long> hole = holes.floorEntry(target);
        if (hole != null && hole.getValue() > target) {
            holes.remove(hole.getKey());
        }
    }

    /** What a function says to a hole that begins in it or right behind it. */
    private boolean accepts(CodeRange function, long from, long to) {
        if (from == function.end()) {
            return walk.isClosed();
        }
        return from >= function.start() && to <= function.end() && !function.landingPads()
                && walk.paddingEnd((int) (from - function.start())) >= to - function.start();
    }

    /** Gives each site, from the lowest on, the lowest hole that it reaches: as many as possible have one. */
    private Map<Long, Hole> allot() {
        List<Long> free = new ArrayList<>();
        holes.forEach((from, to) -> {
            for (long at = from; at + Site.JUMP_SIZE <= to; at += Site.JUMP_SIZE) {
                free.add(at);
            }
        });
        Map<Long, Hole> allotted = new HashMap<>();
        int next = 0;
        for (long site : sites) {
            long base = site + Site.HOP_SIZE;
            while (next < free.size() && free.get(next) < base + Byte.MIN_VALUE) {
                next++;
            }
            if (next < free.size() && free.get(next) <= base + Byte.MAX_VALUE) {
                long address = free.get(next++);
                byte[] code = new byte[Site.JUMP_SIZE];
                image.bytes().copy(image.offset(address, code.length), code, code.length);
                allotted.put(site, new Hole(address, Code.of(code)));
            }
        }
        return allotted;
    }
}
