package org.outrigger.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WaitStatusTest {

    @Test
    void exits() {
        assertEquals(new WaitStatus.Exited(0), WaitStatus.decode(0));
        assertEquals(new WaitStatus.Exited(255), WaitStatus.decode(0xff00));
        assertEquals(new WaitStatus.Exited(127), WaitStatus.decode(0x7f00));
    }

    @Test
    void deathsBySignal() {
        assertEquals(new WaitStatus.Killed(Signals.SIGKILL, false), WaitStatus.decode(9));
        assertEquals(new WaitStatus.Killed(Signals.SIGSEGV, true), WaitStatus.decode(0x8b));
        assertEquals(new WaitStatus.Killed(64, false), WaitStatus.decode(64));
    }

    @Test
    void stops() {
        assertEquals(new WaitStatus.Stopped(Signals.SIGSTOP, 0), WaitStatus.decode(0x137f));
        assertEquals(new WaitStatus.Stopped(Signals.SIGTRAP, Ptrace.EVENT_EXEC), WaitStatus.decode(0x4057f));
        assertEquals(new WaitStatus.Stopped(Signals.SIGTRAP, Ptrace.EVENT_STOP), WaitStatus.decode(0x80057f));
        assertEquals(new WaitStatus.Stopped(Signals.SIGTRAP | 0x80, 0), WaitStatus.decode(0x857f));
    }

    @Test
    void continues() {
        assertEquals(new WaitStatus.Continued(), WaitStatus.decode(0xffff));
    }
}
