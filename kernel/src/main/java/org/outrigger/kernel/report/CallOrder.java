package org.outrigger.kernel.report;

import java.util.Comparator;
import java.util.List;

/** Which calls a report shows, and in what order. */
final class CallOrder {

    private CallOrder() { }

    /** The calls that were made, most frequent first; those of equal count by number, trapped before patched. */
    static List<CallRow> counted(List<CallRow> calls) {
        return calls.stream()
                .filter(call -> call.count() > 0)
                .sorted(Comparator.comparingLong(CallRow::count).reversed()
                        .thenComparingInt(CallRow::number)
                        .thenComparing(CallRow::interception))
                .toList();
    }
}
