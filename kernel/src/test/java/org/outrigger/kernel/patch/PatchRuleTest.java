package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.outrigger.abi.Nr;
import org.outrigger.abi.SyscallNames;

class PatchRuleTest {

    @Test
    void theseAreNeverPatched() {
        Set<String> refused = new TreeSet<>();
        SyscallNames.all().forEach((nr, name) -> {
            if (nr < Site.NR_LIMIT && !PatchRule.allows(nr)) {
                refused.add(name);
            }
        });
        assertEquals(new TreeSet<>(Set.of("rt_sigreturn", "restart_syscall")), refused);
    }

    @Test
    void numbersOutsideTheAbiAreRefused() {
        assertTrue(PatchRule.allows(Nr.GETPID));
        assertTrue(PatchRule.allows(Site.ANY), "the runtime decides");
        for (int nr : new int[] {-2, 400, 511, 512, 513, Integer.MAX_VALUE}) {
            assertFalse(PatchRule.allows(nr), "number " + nr);
        }
    }
}
