package org.outrigger.lab.attribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Detours and traces that were made up, so that the culprits are known. */
class BlameTest {
    private static final int MEASURED = 500;
    private static final double RATE = 2; // ticks per nanosecond

    private static List<TraceEvent> events(String... lines) {
        return Stream.of(lines).map(line -> {
            TraceEvent event = TraceEvent.parse(line);
            assertNotNull(event, line);
            return event;
        }).toList();
    }

    private static Map<String, Share> shares(double stolen, List<Detour> detours, String... lines) {
        Blame blame = new Blame(RATE);
        blame.charge(detours, Timeline.of(events(lines), pid -> pid == MEASURED, pid -> pid < 100, RATE).stretches());
        return blame.shares(stolen).stream().collect(Collectors.toMap(share -> share.culprit().name(), share -> share));
    }

    @Test
    void linesOfTheKernel() {
        TraceEvent timer = TraceEvent.parse("            fwq-500     [001] d.h1. 32823248359225: local_timer_entry: vector=236");
        assertEquals(new Culprit(Culprit.Kind.VECTOR, "local_timer"), timer.culprit());
        assertEquals(32823248359225L, timer.at());
        assertEquals(1, timer.cpu());
        assertEquals(MEASURED, timer.pid());
        assertEquals("fwq", timer.command());
        TraceEvent irq = TraceEvent.parse("  a [b] c: d-7  [010] d.h1. 12: irq_handler_entry: irq=24 name=virtio0-input");
        assertEquals("24 virtio0-input", irq.culprit().name());
        assertEquals("a [b] c: d", irq.command());
        TraceEvent soft = TraceEvent.parse("   <idle>-0       [001] ..s1. 32823232176669: softirq_entry: vec=9 [action=RCU]");
        assertEquals(Culprit.Kind.SOFTIRQ, soft.culprit().kind());
        TraceEvent change = TraceEvent.parse("     G1 Refine#0-32181   [000] d..2. 3282: sched_switch: prev_comm=G1 Refine#0 "
                + "prev_pid=32181 prev_prio=120 prev_state=S ==> next_comm=x next_pid=3 y next_pid=26028 next_prio=-1");
        assertEquals(26028, change.nextPid());
        assertEquals("x next_pid=3 y", change.next());
        TraceEvent nmi = TraceEvent.parse("fwq-500 [001] d.h1. 99: nmi_handler: perf_nmi_handler() delta_ns: 1480 handled: 1");
        assertEquals(1480, nmi.nextPid());
    }

    @Test
    void otherLines() {
        assertNull(TraceEvent.parse(""));
        assertNull(TraceEvent.parse("CPU:1 [LOST 1234 EVENTS]"));
        assertNull(TraceEvent.parse("   fwq-500 [001] d.h1. 99: softirq_entry: garbled"));
        assertNull(TraceEvent.parse("   fwq-500 [001] d.h1. 99: vector_alloc: irq=3 vector=4"));
    }

    @Test
    void eachPartToItsOwn() {
        // 20 us of the timer, in which a softirq runs for 5 us; then a switch to a kernel thread for 30 us, interrupted for 10.
        Map<String, Share> shares = shares(0, List.of(new Detour(1, 1_000_000, 1_040_000), new Detour(1, 2_000_000, 2_060_000)),
                "fwq-500 [001] d.h1. 1000000: local_timer_entry: vector=236",
                "fwq-500 [001] d.h1. 1030000: local_timer_exit: vector=236",
                "fwq-500 [001] ..s1. 1030000: softirq_entry: vec=1 [action=TIMER]",
                "fwq-500 [001] ..s1. 1040000: softirq_exit: vec=1 [action=TIMER]",
                "fwq-500 [001] d..2. 2000000: sched_switch: prev_comm=fwq prev_pid=500 prev_prio=120 prev_state=R ==> "
                        + "next_comm=kworker/1:2-events next_pid=44 next_prio=120",
                "kworker/1:2-events-44 [001] d.h1. 2010000: irq_handler_entry: irq=24 name=disk",
                "kworker/1:2-events-44 [001] d.h1. 2030000: irq_handler_exit: irq=24 ret=handled",
                "kworker/1:2-events-44 [001] d..2. 2060000: sched_switch: prev_comm=kworker/1:2 prev_pid=44 prev_prio=120 "
                        + "prev_state=I ==> next_comm=fwq next_pid=500 next_prio=120");
        assertEquals(15_000, shares.get("local_timer").nanoseconds());
        assertEquals(5_000, shares.get("TIMER").nanoseconds());
        assertEquals(20_000, shares.get("kworker/*-events").nanoseconds());
        assertEquals(10_000, shares.get("24 disk").nanoseconds());
        assertEquals(1, shares.get("local_timer").detours());
        assertEquals(0, shares.get("TIMER").detours());
        assertEquals(4, shares.size());
    }

    @Test
    void theWayInAndOutBelongsToWhoCameIn() {
        Map<String, Share> shares = shares(0, List.of(new Detour(1, 998_000, 1_006_000)),
                "fwq-500 [001] d.h1. 1000000: reschedule_entry: vector=253",
                "fwq-500 [001] d.h1. 1002000: reschedule_exit: vector=253");
        assertEquals(4_000, shares.get("reschedule").nanoseconds());
        assertEquals(1, shares.size());
    }

    @Test
    void whatNoEventExplains() {
        List<Detour> detours = List.of(new Detour(1, 1_000_000, 3_000_000), new Detour(1, 5_000_000, 5_010_000));
        String[] lines = {
            "fwq-500 [001] d.h1. 1000000: local_timer_entry: vector=236",
            "fwq-500 [001] d.h1. 1002000: local_timer_exit: vector=236",
        };
        Map<String, Share> unknown = shares(0, detours, lines);
        assertEquals(1_004_000, unknown.get("unknown").nanoseconds());
        assertEquals(2, unknown.get("unknown").detours());
        assertEquals(Culprit.Kind.UNKNOWN, unknown.get("unknown").culprit().kind());
        assertEquals(Culprit.Kind.UNKNOWN, shares(400_000, detours, lines).get("unknown").culprit().kind());
        assertEquals(1_004_000, shares(510_000, detours, lines).get("hypervisor").nanoseconds());
    }

    @Test
    void aTraceThatBeginsInTheMiddle() {
        Map<String, Share> shares = shares(0, List.of(new Detour(1, 900_000, 1_100_000)),
                "hog-700 [001] d.h1. 1000000: local_timer_exit: vector=236",
                "hog-700 [001] d..2. 1100000: sched_switch: prev_comm=hog prev_pid=700 prev_prio=120 prev_state=R ==> "
                        + "next_comm=fwq next_pid=500 next_prio=120");
        assertEquals(Culprit.Kind.USER_TASK, shares.get("hog").culprit().kind());
        assertEquals(50_000, shares.get("hog").nanoseconds());
        assertEquals(50_000, shares.get("unknown").nanoseconds());
    }

    @Test
    void whereTheThreadRan() {
        Timeline line = Timeline.of(events(
                "fwq-500 [001] d..2. 1000: sched_switch: prev_comm=fwq prev_pid=500 prev_prio=120 prev_state=R ==> "
                        + "next_comm=hog next_pid=700 next_prio=120",
                "hog-700 [001] d..2. 5000: sched_switch: prev_comm=hog prev_pid=700 prev_prio=120 prev_state=R ==> "
                        + "next_comm=fwq next_pid=500 next_prio=120",
                "fwq-500 [001] d..2. 6000: sched_switch: prev_comm=fwq prev_pid=500 prev_prio=120 prev_state=R ==> "
                        + "next_comm=hog next_pid=700 next_prio=120"), pid -> pid == MEASURED, pid -> false, RATE);
        assertTrue(line.ranAt(10, 0), "before the first event");
        assertTrue(line.ranAt(1050, 100));
        assertFalse(line.ranAt(3000, 100));
        assertTrue(line.ranAt(5500, 0));
        assertFalse(line.ranAt(9000, 100));
    }

    @Test
    void nonMaskable() {
        Map<String, Share> shares = shares(0, List.of(new Detour(1, 1_000_000, 1_010_000)),
                "fwq-500 [001] d.h1. 900000: local_timer_entry: vector=236",
                "fwq-500 [001] d.h1. 901000: local_timer_exit: vector=236",
                "fwq-500 [001] d.Z1. 1008000: nmi_handler: perf_event_nmi_handler() delta_ns: 3000 handled: 1");
        assertEquals(5_000, shares.get("perf_event_nmi_handler").nanoseconds());
        assertEquals(1, shares.size());
    }

    @Test
    void everyCulpritHasAMend() {
        for (Culprit.Kind kind : Culprit.Kind.values()) {
            for (String name : List.of("local_timer", "RCU", "NET_RX", "kworker/*", "rcu_preempt", "migration/1", "idle", "x")) {
                assertTrue(new Culprit(kind, name).mend().length() > 10);
            }
        }
    }
}
