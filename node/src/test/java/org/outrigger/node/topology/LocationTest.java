package org.outrigger.node.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.outrigger.node.CpuList;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuNameException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.Inventory;

/** Names of CPUs by the topology. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocationTest {
    private Path sys;
    private Topology topology;
    /** Two CPUs of the node are not this process's. */
    private Inventory inventory;

    /**
     * Two packages of four cores with two hardware threads each; CPU n and CPU n + 8 are a core; cores are numbered 0, 1, 2, 8 in
     * each package. CPU 15 is off line. Node 2 is memory alone.
     */
    @BeforeAll
    void sixteenCpus(@TempDir Path root) throws IOException {
        SyntheticMachine machine = SyntheticMachine.regular(2, 1, 4, 2, false, false, true).memory(2).offline(15);
        sys = machine.write(root);
        topology = SysfsTopology.read(sys);
        inventory = new Inventory(CpuSet.range(0, 15), machine.online(), machine.online().minus(CpuSet.of(6, 14)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "core:0 | 0,8", "core:7 | 7", "core:00 | 0,8", "core:1-3 | 1-3,9-11", "core:6- | 6-7,14", "core:6:4 | 0-1,6-9,14",
        "core:all | 0-14", "core:odd | 1,3,5,7,9,11,13", "core:even | 0,2,4,6,8,10,12,14", "core:L#3 | 3,11",
        "package:1 | 4-7,12-14", "socket:1 | 4-7,12-14", "Pack:0 | 0-3,8-11", "numanode:1 | 4-7,12-14", "node:0 | 0-3,8-11",
        "machine:0 | 0-14", "pu:1 | 8", "pu:0-2 | 0-1,8", "pu:P#8 | 8", "pu:P#3-5 | 3-5", "pu:P#13- | 13-14",
        "pu:P#14:3 | 0-1,14", "pu:P#odd | 1,3,5,7,9,11,13", "package:0.core:1-3 | 1-3,9-11", "package:1.core:0 | 4,12",
        "package:1.core:3:2 | 4,7,12", "package:all.core:0 | 0,4,8,12", "package:0-1.core:0.pu:0 | 0,4", "core:all.pu:0 | 0-7",
        "core:all.pu:1 | 8-14", "core:0-2.pu:1 | 8-10", "package:0.core:P#8 | 3,11", "package:P#1.core:P#1-8 | 5-7,13-14",
        "package:P#0.core:P#8- | 3,11", "package:P#0.core:P#2:3 | 0,2-3,8,10-11", "core:P#odd | 1,5,9,13",
        "numanode:1.core:0 | 4,12", "numanode:all.core:0 | 0,4,8,12",
    })
    void names(String text, String cpus) throws CpuNameException {
        assertEquals(cpus, Location.parse(text).cpus(topology).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "x | MALFORMED | 1 | a CPU number or an object such as core:0 is wanted, not 'x'",
        "thread:0 | MALFORMED | 1 | is wanted, not 't'", "core:0.thread:0 | MALFORMED | 8 | an object such as core:0 is wanted",
        "core | MALFORMED | 5 | ':' and a number is wanted, not the end", "core: | MALFORMED | 6 | 'odd' or 'even' is wanted",
        "core=1 | MALFORMED | 5 | not '='", "core:0. | MALFORMED | 8 | an object such as core:0 is wanted, not the end",
        "core:-1 | MALFORMED | 6 | not '-'", "core:3-2 | MALFORMED | 6 | the range runs backwards",
        "core:3:0 | MALFORMED | 6 | none is named", "core:3: | MALFORMED | 8 | how many is wanted, not the end",
        "core:0-6:2 | MALFORMED | 9 | '.' or the end is wanted, not ':'", "core:oddly | MALFORMED | 9 | not 'l'",
        "core:P# | MALFORMED | 8 | not the end", "core:p#1 | MALFORMED | 6 | not 'p'", "core:+1 | MALFORMED | 6 | not '+'",
        "core:0x1 | MALFORMED | 7 | not 'x'", "core:1..pu:0 | MALFORMED | 8 | not '.'", "core:0-x | MALFORMED | 8 | last number",
        "core:8 | ABSENT | 6 | there is no core:8 (they go from 0 to 7)",
        "core:99999999999999999999 | ABSENT | 6 | there is no core:1099511627776",
        "core:6-8 | ABSENT | 6 | there is no core:8", "core:8- | ABSENT | 6 | there is no core:8",
        "core:8:1 | ABSENT | 6 | there is no core:8", "core:0:9 | ABSENT | 6 | there are no 9 of core (they go from 0 to 7)",
        "package:1.core:4 | ABSENT | 16 | there is no core:4 within package:1 (they go from 0 to 3)",
        "package:1.core:0:5 | ABSENT | 16 | there are no 5 of core within package:1",
        "core:7.pu:1 | ABSENT | 11 | there is no pu:1 within core:7 (only pu:0)",
        "core:6-7.pu:1 | ABSENT | 13 | there is no pu:1 within core:7", "core:all.pu:2 | ABSENT | 13 | there is no pu:2 within",
        "core:3.package:0 | ABSENT | 16 | there is no package within core:3", "die:0 | ABSENT | 5 | this node tells of no die",
        "l3:0 | ABSENT | 4 | this node tells of no l3", "package:0.die:0 | ABSENT | 15 | no die",
        "core:P#3 | ABSENT | 6 | there is no core:P#3 (they go from 0 to 8)", "core:P#0-3 | ABSENT | 6 | no core:P#3",
        "pu:P#15 | ABSENT | 4 | there is no pu:P#15 (they go from 0 to 14)",
        "core:P#1 | MALFORMED | 6 | there are several core:P#1: say of which package or die, as in package:P#0.core:P#1",
        "core:P#1- | MALFORMED | 6 | there are several core:P#1", "machine:odd | EMPTY | 9 | there is no machine:odd",
        "core:7.pu:odd | EMPTY | 11 | there is no pu:odd", "numanode:2 | EMPTY | 1 | 'numanode:2' is memory without CPUs",
        "package:0.node:1 | ABSENT | 16 | there is no numanode:1 within package:0 (only numanode:0)",
    })
    void refuses(String text, CpuListException.Problem problem, int column, String message) {
        CpuNameException refusal = assertThrows(CpuNameException.class, () -> Location.parse(text).cpus(topology));
        assertEquals(problem, refusal.problem(), refusal.getMessage());
        assertEquals(column, refusal.column(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0-1,package:1.core:0 | 0-1,4,12", "core:0,1 | 0-1,8", "!package:0 | 4-5,7,12-13", "all,core:0 | 0-5,7-13",
        "core:0,core:2-3 | 0,2-3,8,10-11", "+0-1,core:5 | 0-1,5,13", "core:0-1,4-7:3 | 0-1,4,7-9",
    })
    void mixWithNumbers(String text, String cpus) throws CpuListException {
        assertEquals(cpus, CpuList.parse(text, inventory, new ObjectNames(sys, null)).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0,kern:1 | malformed CPU list '0,kern:1': a CPU number or an object such as core:0 is wanted, not 'k' (column 3)",
        "0,core:8 | CPU list '0,core:8': there is no core:8 (they go from 0 to 7) (column 8)",
        "core:6 | CPU list 'core:6': CPUs 6,14 are outside the allowed CPUs (0-5,7-13)",
        "!machine:0 | CPU list '!machine:0' names no CPU: it excludes every allowed CPU (0-5,7-13)",
        "core:1,,2 | malformed CPU list 'core:1,,2': a CPU number is wanted, not ',' (column 8)",
        "alles | malformed CPU list 'alles': a CPU number or an object such as core:0 is wanted, not 'a' (column 1)",
    })
    void listsWithBadNamesAreRefused(String text, String message) {
        ObjectNames names = new ObjectNames(sys, null);
        assertEquals(message, assertThrows(CpuListException.class, () -> CpuList.parse(text, inventory, names)).getMessage());
    }

    @Test
    void theTopologyIsReadForAGoodNameOnly() throws CpuListException {
        ObjectNames nowhere = new ObjectNames(sys.resolve("absent"), null);
        assertEquals("0-3", CpuList.parse("0-3", inventory, nowhere).toString());
        assertEquals("0-5,7-13", CpuList.parse("all", inventory, nowhere).toString());
        assertTrue(assertThrows(CpuListException.class, () -> CpuList.parse("core:x", inventory, nowhere)).getMessage()
                .startsWith("malformed CPU list"));
        assertTrue(assertThrows(CpuListException.class, () -> CpuList.parse("core:0", inventory, nowhere)).getMessage()
                .contains("the node's topology cannot be found out"));
    }
}
