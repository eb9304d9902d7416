package org.outrigger.lab.compare;

import java.util.OptionalLong;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/**
 * System calls, and where their number is from.
 *
 * @param calls how many; empty when that is not known
 * @param how   by what they were counted, or why they were not
 */
record CallCount(OptionalLong calls, String how) {

    static CallCount unknown(String why) {
        return new CallCount(OptionalLong.empty(), why);
    }

    /** What the meter has counted by perf's trace point: the last word of its line. */
    static CallCount ofMeter(String line) {
        long calls = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
        return calls < 0 ? unknown("perf's trace point raw_syscalls:sys_enter is not permitted or not there")
                : new CallCount(OptionalLong.of(calls), "perf's trace point raw_syscalls:sys_enter");
    }

    /** The counts of a report of {@code outrigger run}, as {@code docs/report.md} describes it. */
    static CallCount ofReport(String json) {
        long calls = 0;
        boolean partly = false;
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            String section = "";
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token == JsonToken.PROPERTY_NAME && depth == 1) {
                    section = parser.currentName();
                } else if (section.equals("calls") && depth == 3 && token == JsonToken.VALUE_NUMBER_INT
                        && "count".equals(parser.currentName())) {
                    calls += parser.getLongValue();
                }
                partly |= section.equals("left_to_linux") && depth == 3;
            }
        } catch (StreamReadException cut) {
            return unknown("the LWK wrote no whole report");
        }
        return new CallCount(OptionalLong.of(calls),
                partly ? "the LWK's report, without what ran on plain Linux" : "the LWK's report");
    }
}
