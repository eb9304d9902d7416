package org.outrigger.kernel.patch;

import java.util.List;

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

    /** The map of a file without any. */
    public static SiteMap none(String buildId) {
        return new SiteMap(buildId, List.of(), List.of());
    }
}
