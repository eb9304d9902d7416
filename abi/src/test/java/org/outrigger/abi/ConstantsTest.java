package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every constant that a header of this machine defines too has the header's value. */
class ConstantsTest {

    @Test
    void memoryFlags() throws Exception {
        agree(Mman.class, "", 61, "asm-generic/mman-common.h", "asm-generic/mman.h", "asm/mman.h", "linux/mman.h");
    }

    @Test
    void memoryFiles() throws Exception {
        agree(Memfd.class, "", 7, "linux/memfd.h", "linux/fcntl.h");
    }

    @Test
    void cloneFlags() throws Exception {
        agree(CloneFlags.class, "", 28, "linux/sched.h");
    }

    @Test
    void ptraceRequestsAndEvents() throws Exception {
        agree(Ptrace.class, "PTRACE_", 40, "linux/ptrace.h", "asm/ptrace-abi.h");
    }

    @Test
    void prctl() throws Exception {
        agree(Prctl.class, "", 9, "linux/prctl.h", "asm/prctl.h");
    }

    @Test
    void limits() throws Exception {
        agree(Limits.class, "", 16, "asm-generic/resource.h");
    }

    @Test
    void signals() throws Exception {
        agree(Signals.class, "", 44, "asm/signal.h", "asm-generic/signal-defs.h", "asm-generic/siginfo.h");
    }

    @Test
    void waitOptions() throws Exception {
        agree(WaitStatus.class, "", 4, "linux/wait.h");
    }

    @Test
    void elf() throws Exception {
        agree(Elf.class, "", 15, "linux/elf.h", "linux/elf-em.h");
    }

    /** Compares by name; {@code atLeast} guards against a header that was read and understood nothing of. */
    private static void agree(Class<?> type, String prefix, int atLeast, String... headers)
            throws IOException, IllegalAccessException {
        Map<String, Long> defined = new HashMap<>();
        for (String header : headers) {
            defined.putAll(SystemHeader.read(header));
        }
        int compared = 0;
        for (Map.Entry<String, Long> constant : Constants.of(type).entrySet()) {
            Long inHeader = defined.get(prefix + constant.getKey());
            if (inHeader != null) {
                assertEquals(inHeader, constant.getValue(), constant.getKey());
                compared++;
            }
        }
        assertTrue(compared >= atLeast, "only " + compared + " constants of " + type.getSimpleName() + " found in the headers");
    }
}
