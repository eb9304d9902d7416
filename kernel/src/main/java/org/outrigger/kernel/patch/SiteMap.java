package org.outrigger.kernel.patch;

import java.util.List;
import java.util.Optional;
import org.outrigger.kernel.patch.LeftSite.Reason;

/**
 * The call sites of one file.
 *
 * @param buildId the file's GNU build id in lower-case hexadecimal; empty where it has none
 * @param sites   what may be patched, by ascending address
 * @param left    what may not, by ascending address
 */
public record SiteMap(String buildId, List<Site> sites, List<LeftSite> left) {

    /** A map of copies: immutable. */
    public SiteMap {
        sites = List.copyOf(sites);
        left = List.copyOf(left);
    }

    /**
     * Why a call is trapped although its process is patched.
     *
     * @param offset of the {@code syscall} in the file, in bytes
     * @return empty where a patched site makes it, or where the search saw no {@code syscall} there
     */
    public Optional<Reason> reason(long offset) {
        for (Site site : sites) {
            if (site.offset() + site.code().size() == offset) {
                return PatchRule.allows(site.nr()) ? Optional.empty() : Optional.of(Reason.NEEDS_SIGNAL);
            }
        }
        return left.stream().filter(site -> site.offset() == offset).map(LeftSite::reason).findFirst();
    }

    /** The map of a file without any. */
    public static SiteMap none(String buildId) {
        return new SiteMap(buildId, List.of(), List.of());
    }
}
