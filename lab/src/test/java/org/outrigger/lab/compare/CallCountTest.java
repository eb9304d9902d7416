package org.outrigger.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CallCountTest {

    @Test
    void ofTheMeter() {
        assertEquals(OptionalLong.of(144), CallCount.ofMeter("1 2 3 4 5 6 7 8 0 0 144").calls());
        CallCount unknown = CallCount.ofMeter("1 2 3 4 5 6 7 8 0 0 -1");
        assertEquals(OptionalLong.empty(), unknown.calls());
        assertTrue(unknown.how().contains("not permitted"), unknown.how());
    }

    @Test
    void ofAReport() {
        String report = """
                {"schema": 1, "job": {"count": 7}, "calls": [{"name": "read", "count": 3}, {"name": "brk", "count": 40,
                "x": {"count": 9}}],
                 "trapped_sites": [{"count": 100}], "left_to_linux": []}
                """;
        assertEquals(new CallCount(OptionalLong.of(43), "the LWK's report"), CallCount.ofReport(report));
        CallCount partly = CallCount.ofReport("{\"calls\": [{\"count\": 1}], \"left_to_linux\": [{\"pid\": 3}]}");
        assertEquals(OptionalLong.of(1), partly.calls());
        assertTrue(partly.how().contains("plain Linux"), partly.how());
        assertEquals(OptionalLong.empty(), CallCount.ofReport("{\"calls\": [{\"cou").calls());
    }
}
