package org.outrigger.node.partition;

import java.util.List;
import java.util.Map;

/** The account of huge pages of a group of version 2, in the files of a {@link FakeNode}. */
final class FakeAccount {
    private FakeAccount() {
    }

    static void of(Map<String, String> files, String group, boolean on) {
        for (String size : List.of("2MB", "1GB")) {
            for (String limit : List.of("max", "rsvd.max")) {
                String file = group + "/hugetlb." + size + "." + limit;
                if (on) {
                    files.putIfAbsent(file, "max");
                } else {
                    files.remove(file);
                }
            }
        }
    }
}
