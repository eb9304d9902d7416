package org.outrigger.lab.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelFileTest {

    /** A number of several digits, of which a reader that asks for one byte gets the first alone. */
    @Test
    void numbersAreWhole() throws IOException {
        Path file = Path.of("/proc/sys/kernel/pid_max");
        int most = Integer.parseInt(KernelFile.text(file));
        assertTrue(most >= 301, "the least that Linux allows; " + most);
        assertEquals(KernelFile.text(file), KernelFile.text(file).strip());
    }
}
