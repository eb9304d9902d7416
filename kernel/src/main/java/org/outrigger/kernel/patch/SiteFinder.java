package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.outrigger.abi.Elf;
import org.outrigger.kernel.patch.LeftSite.Reason;
import org.outrigger.kernel.patch.Site.Hole;

/**
 * Finds the call sites of an ELF64 x86-64 file that are safe to patch; the package documentation says what that means.
 *
 * <p>A search reads the executable segments once for {@code 0f 05} and decodes the functions that contain one. Where a site needs
 * a hole in padding, all functions are decoded, to see that none goes there. The file may say anything: garbage has no sites, the
 * work is bounded (see the constants), and nothing is thrown. Stateless; any thread.
 */
public final class SiteFinder {

    /** A file with more {@code 0f 05} than this is not looked at further: it has no sites. */
    public static final int MOST_CANDIDATES = 1 << 16;

    /** Bytes of code that one search decodes at most; where that does not suffice, the file has no sites. */
    public static final long MOST_CODE = 64L << 20;

    /** The places of one file that are looked at, by ascending address, and what has been learnt of each. */
    private static final class Candidates {
        /** Of the {@code syscall}. */
        private final long[] addresses;
        private final long[] offsets;
        /** Of the instruction before it; null while no function has told. */
        private final Code[] codes;
        private final int[] numbers;
        private final boolean[] reached;
        private final Reason[] worst;

        Candidates(List<long[]> found) {
            addresses = found.stream().mapToLong(f -> f[0]).toArray();
            offsets = found.stream().mapToLong(f -> f[1]).toArray();
            codes = new Code[addresses.length];
            numbers = new int[addresses.length];
            reached = new boolean[addresses.length];
            worst = new Reason[addresses.length];
            Arrays.fill(worst, Reason.NO_FUNCTION);
        }

        int firstFrom(long address) {
            int at = Arrays.binarySearch(addresses, address);
            return at < 0 ? -at - 1 : at;
        }

        /** Notes that a function objects; that stands, whatever another says. */
        void object(int i, Reason objection) {
            worst[i] = objection;
        }

        /** Notes that a function does not, seeing a certain instruction before the {@code syscall}. */
        void accept(int i, Code code, int nr, boolean isReached) {
            if (codes[i] != null && !codes[i].equals(code)) {
                worst[i] = Reason.CONTRADICTED;
            } else if (worst[i] == Reason.NO_FUNCTION) {
                worst[i] = Reason.NOT_REACHED;
            }
            codes[i] = code;
            numbers[i] = nr;
            reached[i] |= isReached;
        }

        boolean isSound(int i) {
            return worst[i] == Reason.NOT_REACHED && reached[i];
        }

        Reason reason(int i) {
            return isSound(i) ? Reason.NO_ROOM : worst[i];
        }

        long start(int i) {
            return addresses[i] - codes[i].size();
        }

        /** The sites with room for a near jump only, ascending. */
        long[] small() {
            return IntStream.range(0, addresses.length)
                    .filter(i -> isSound(i) && codes[i].size() < Site.JUMP_SIZE && codes[i].size() >= Site.HOP_SIZE)
                    .mapToLong(this::start).toArray();
        }

        Site site(int i, Hole hole) {
            return new Site(start(i), offsets[i] - codes[i].size(), numbers[i], codes[i], hole);
        }
    }

    /**
     * Looks for sites.
     *
     * @param file the whole file, from the buffer's index 0 to its limit; position and order are neither used nor changed
     * @return sites and left-overs; both empty for a file that is not a 64-bit x86 program or shared object
     */
    public SiteMap find(ByteBuffer file) {
        return Image.of(file).map(this::find).orElse(SiteMap.none(""));
    }

    private SiteMap find(Image image) {
        String buildId = image.buildId();
        Optional<Candidates> scanned = scan(image);
        if (scanned.isEmpty() || scanned.get().addresses.length == 0) {
            return SiteMap.none(buildId);
        }
        Candidates candidates = scanned.get();
        FunctionWalk walk = new FunctionWalk();
        long budget = MOST_CODE;
        for (CodeRange function : new KnownFunctions(image).containing(candidates.addresses)) {
            budget = examine(image, candidates, function, walk, budget);
            if (budget <= 0) {
                Arrays.fill(candidates.worst, Reason.TOO_LARGE);
                break;
            }
        }
        long[] small = candidates.small();
        Map<Long, Hole> holes = small.length == 0 ? Map.of() : Padding.allot(image, walk, small, budget);
        List<Site> sites = new ArrayList<>();
        List<LeftSite> left = new ArrayList<>();
        for (int i = 0; i < candidates.addresses.length; i++) {
            boolean sound = candidates.isSound(i);
            if (sound && candidates.codes[i].size() >= Site.JUMP_SIZE) {
                sites.add(candidates.site(i, Hole.NONE));
            } else if (sound && holes.containsKey(candidates.start(i))) {
                sites.add(candidates.site(i, holes.get(candidates.start(i))));
            } else {
                left.add(new LeftSite(candidates.addresses[i], candidates.offsets[i], candidates.reason(i)));
            }
        }
        return new SiteMap(buildId, sites, left);
    }

    /** Decodes one function and notes what it says of the candidates in it; returns the budget that remains. */
    private static long examine(Image image, Candidates candidates, CodeRange function, FunctionWalk walk, long budget) {
        long offset = image.offset(function.start(), function.size());
        Optional<Reason> outright = offset < 0 || function.signalFrame() ? Optional.of(Reason.UNDECODABLE)
                : function.size() > FunctionWalk.LARGEST ? Optional.of(Reason.TOO_LARGE) : Optional.empty();
        long cost = 1;
        if (outright.isEmpty()) {
            cost = function.size();
            if (cost > budget) {
                return 0;
            }
            walk.load(image.bytes(), offset, (int) cost);
        }
        int i = candidates.firstFrom(function.start());
        for (; i < candidates.addresses.length && candidates.addresses[i] - function.start() <= function.size(); i++) {
            cost++;
            if (outright.isPresent()) {
                candidates.object(i, outright.get());
            } else if (candidates.offsets[i] - offset != candidates.addresses[i] - function.start()) {
                // Segments that overlap in memory: two places of the file claim the address.
                candidates.object(i, Reason.UNDECODABLE);
            } else {
                examine(candidates, i, walk, (int) (candidates.addresses[i] - function.start()));
            }
        }
        return budget - cost;
    }

    private static void examine(Candidates candidates, int i, FunctionWalk walk, int at) {
        Optional<Reason> objection = walk.objection(at);
        int length = objection.isPresent() ? 0 : walk.lengthBefore(at);
        int nr = length == 0 ? Site.NR_LIMIT : walk.number(at, length);
        if (nr == Site.NR_LIMIT) {
            candidates.object(i, objection.orElse(Reason.OTHER_FORM));
        } else {
            candidates.accept(i, walk.code(at - length, at), nr, walk.isReached(at - length));
        }
    }

    /** Every {@code 0f 05} of the executable segments; empty if there are too many, or if the segments overlap. */
    private static Optional<Candidates> scan(Image image) {
        List<long[]> found = new ArrayList<>();
        long total = 0;
        for (Elf.Segment load : image.loads()) {
            if ((load.flags() & Elf.PF_X) == 0) {
                continue;
            }
            total += load.fileSize();
            if (total > image.bytes().size()) {
                return Optional.empty();
            }
            int end = (int) (load.offset() + load.fileSize());
            int at = image.bytes().syscall((int) load.offset(), end);
            while (at >= 0) {
                if (found.size() == MOST_CANDIDATES) {
                    return Optional.empty();
                }
                found.add(new long[] {at + load.address() - load.offset(), at});
                at = image.bytes().syscall(at + 2, end);
            }
        }
        found.sort((a, b) -> Long.compare(a[0], b[0]));
        return Optional.of(new Candidates(found));
    }
}
