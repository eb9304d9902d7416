package org.outrigger.kernel.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.outrigger.kernel.patch.CodeFile;
import org.outrigger.kernel.patch.PatchRule;
import org.outrigger.kernel.patch.SiteCache;
import org.outrigger.kernel.report.SiteRow;
import org.outrigger.kernel.triage.TriageTable;

/** Turns places of trapped calls into rows of the report: the function, and why the call is not patched there. */
final class SiteRows {
    private final SiteCache cache;
    private final TriageTable table;
    private final boolean patching;

    /** @param patching whether the job patched sites at all */
    SiteRows(SiteCache cache, TriageTable table, boolean patching) {
        this.cache = cache;
        this.table = table;
        this.patching = patching;
    }

    List<SiteRow> of(Map<TrapSites.Place, Long> counts) {
        Map<String, Set<Long>> files = new TreeMap<>();
        for (TrapSites.Place place : counts.keySet()) {
            if (place.inFile()) {
                files.computeIfAbsent(place.mapping(), path -> new TreeSet<>()).add(place.offset());
            }
        }
        Map<String, Map<Long, CodeFile.Finding>> findings = new TreeMap<>();
        files.forEach((path, offsets) -> findings.put(path, CodeFile.findings(path, offsets, cache)));
        List<SiteRow> rows = new ArrayList<>();
        counts.forEach((place, count) -> {
            CodeFile.Finding finding = place.inFile() ? findings.get(place.mapping()).get(place.offset()) : CodeFile.Finding.NONE;
            rows.add(new SiteRow(place.mapping(), place.offset(), finding.function(), finding.functionOffset(), place.nr(),
                    table.line(place.nr()).name(), count, why(place, finding)));
        });
        return rows;
    }

    private String why(TrapSites.Place place, CodeFile.Finding finding) {
        if (!patching) {
            return "nothing is patched in this job";
        }
        if (!PatchRule.allows(place.nr())) {
            return "this call is never patched";
        }
        if (place.mapping().equals(TrapSites.Place.GONE)) {
            return "the process ended before its map was read";
        }
        return place.inFile() ? finding.why().orElse("called before the process was patched") : "not in a file";
    }
}
