package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.outrigger.abi.Elf;
import org.outrigger.kernel.patch.LeftSite.Reason;

/**
 * Finds the call sites of an ELF64 x86-64 file that are safe to patch; the package documentation says what that means.
 *
 * <p>A search reads the executable segments once for {@code 0f 05}. If none has the {@code mov} before it, that is all: such a
 * file is not searched for {@code syscall}s of another form either. Else the functions that contain one are decoded. The file may
 * say anything: garbage has no sites, the work is bounded (see the constants), and nothing is thrown. Stateless; any thread.
 */
public final class SiteFinder {

    /** A file with more {@code 0f 05} than this is not looked at further: it has no sites. */
    public static final int MOST_CANDIDATES = 1 << 16;

    /** Bytes of code that one search decodes at most; where that does not suffice, the file has no sites. */
    public static final long MOST_CODE = 64L << 20;

    private static final int MOV_EAX = 0xb8;

    /** The places of one file that are looked at, by ascending address, and what has been learnt of each. */
    private static final class Candidates {
        /** Address of the {@code mov}, or of the {@code syscall} where there is no {@code mov}. */
        private final long[] addresses;
        private final long[] offsets;
        /** The call's number; -1 where there is no {@code mov}. */
        private final int[] numbers;
        private final boolean[] reached;
        private final Reason[] worst;

        Candidates(List<long[]> found) {
            addresses = found.stream().mapToLong(f -> f[0]).toArray();
            offsets = found.stream().mapToLong(f -> f[1]).toArray();
            numbers = found.stream().mapToInt(f -> (int) f[2]).toArray();
            reached = new boolean[addresses.length];
            worst = new Reason[addresses.length];
            Arrays.fill(worst, Reason.NO_FUNCTION);
        }

        boolean anyMov() {
            return Arrays.stream(numbers).anyMatch(nr -> nr >= 0);
        }

        boolean isMov(int i) {
            return numbers[i] >= 0;
        }

        int firstFrom(long address) {
            int at = Arrays.binarySearch(addresses, address);
            return at < 0 ? -at - 1 : at;
        }

        /** Notes what one function says; an objection by any of them stands. */
        void note(int i, Optional<Reason> objection, boolean isReached) {
            reached[i] |= isReached;
            if (objection.isPresent()) {
                worst[i] = objection.get();
            } else if (worst[i] == Reason.NO_FUNCTION) {
                worst[i] = Reason.NOT_REACHED;
            }
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
        if (scanned.isEmpty() || !scanned.get().anyMov()) {
            return SiteMap.none(buildId);
        }
        Candidates candidates = scanned.get();
        FunctionWalk walk = new FunctionWalk();
        long budget = MOST_CODE;
        for (CodeRange function : KnownFunctions.containing(image, candidates.addresses)) {
            budget = examine(image, candidates, function, walk, budget);
            if (budget <= 0) {
                Arrays.fill(candidates.worst, Reason.TOO_LARGE);
                break;
            }
        }
        List<Site> sites = new ArrayList<>();
        List<LeftSite> left = new ArrayList<>();
        for (int i = 0; i < candidates.addresses.length; i++) {
            Reason worst = candidates.worst[i];
            long address = candidates.addresses[i];
            if (!candidates.isMov(i)) {
                if (candidates.reached[i]) {
                    left.add(new LeftSite(address, Reason.OTHER_FORM));
                }
            } else if (worst == Reason.NOT_REACHED && candidates.reached[i]) {
                sites.add(new Site(address, candidates.offsets[i], candidates.numbers[i]));
            } else {
                left.add(new LeftSite(address, worst));
            }
        }
        return new SiteMap(buildId, sites, left);
    }

    /** Decodes one function and notes what it says of the candidates in it; returns the budget that remains. */
    private static long examine(Image image, Candidates candidates, CodeRange function, FunctionWalk walk, long budget) {
        long offset = image.offset(function.start(), function.size());
        Optional<Reason> outright = offset < 0 ? Optional.of(Reason.UNDECODABLE)
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
        for (; i < candidates.addresses.length && function.contains(candidates.addresses[i]); i++) {
            cost++;
            if (outright.isPresent()) {
                candidates.note(i, outright, false);
            } else if (candidates.offsets[i] - offset != candidates.addresses[i] - function.start()) {
                // Segments that overlap in memory: two places of the file claim the address.
                candidates.note(i, Optional.of(Reason.UNDECODABLE), false);
            } else {
                int at = (int) (candidates.addresses[i] - function.start());
                candidates.note(i, candidates.isMov(i) ? walk.objection(at) : walk.refusal(), walk.isReached(at));
            }
        }
        return budget - cost;
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
                long bias = load.address() - load.offset();
                int mov = at - Site.MOV_SIZE;
                long nr = mov >= load.offset() && image.bytes().u8(mov) == MOV_EAX ? image.bytes().u32(mov + 1) : Site.NR_LIMIT;
                found.add(nr < Site.NR_LIMIT ? new long[] {mov + bias, mov, nr} : new long[] {at + bias, at, -1});
                at = image.bytes().syscall(at + 2, end);
            }
        }
        found.sort((a, b) -> Long.compare(a[0], b[0]));
        return Optional.of(new Candidates(found));
    }
}
