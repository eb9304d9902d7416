package org.outrigger.kernel.boot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.outrigger.abi.Errno;
import org.outrigger.abi.Nr;
import org.outrigger.host.Descriptors;
import org.outrigger.host.Futex;
import org.outrigger.host.Syscalls;

/**
 * The thread that sleeps on descriptors, so that the kernel loop need not: the launcher's socket and one pidfd per process.
 * What it hears it puts into the main loop's inbox.
 */
final class Warden implements Runnable {
    /** What the warden tells the main loop. */
    sealed interface Event {
        record Said(ControlSocket.Message message) implements Event {
        }

        record Ended(int pid) implements Event {
        }
    }

    /** Takes what the warden tells, from its thread. */
    interface Hearer {
        void hear(Event event, Futex own);
    }

    private static final long CONTROL = -2;
    private static final long VISITOR = -3;

    private final Syscalls linux = new Syscalls();
    private final Futex futex = new Futex(linux);
    private final Descriptors descriptors = new Descriptors(linux);
    private final ControlSocket control;
    private final Hearer hearer;
    private int door = -1;
    private Runnable welcome = () -> { };

    Warden(ControlSocket control, Hearer hearer) {
        this.control = control;
        this.hearer = hearer;
        descriptors.watch(linux, control.descriptor(), CONTROL);
    }

    /** Watches a process; called by the loop's thread. False where there is no such process any more. */
    boolean watch(Syscalls caller, int pid) {
        long descriptor = Descriptors.processDescriptor(caller, pid);
        if (descriptor < 0) { // for want of descriptors its end goes unseen, but it lives
            return descriptor != -Errno.ESRCH;
        }
        descriptors.watch(caller, (int) descriptor, descriptor << 32 | pid);
        return true;
    }

    /** Has this done, once, when there is something to be heard from a descriptor; called before the thread begins. */
    void expect(Syscalls caller, int descriptor, Runnable then) {
        door = descriptor;
        welcome = then;
        descriptors.watch(caller, descriptor, VISITOR);
    }

    @Override
    public void run() {
        MemorySegment packet = Arena.global().allocate(4096, 8);
        boolean done = false;
        while (!done) {
            long key = descriptors.await();
            if (key == CONTROL) {
                ControlSocket.Message message = control.receive(linux, packet);
                hearer.hear(new Event.Said(message), futex);
                if (message.op() == ControlSocket.Op.CLOSED) {
                    linux.call(Nr.CLOSE, control.descriptor(), 0, 0);
                }
                // A JVM that ends waits for threads in native code: this one leaves first.
                done = message.op() == ControlSocket.Op.DONE;
            } else if (key == VISITOR) {
                descriptors.forget(door);
                welcome.run();
            } else if (key > 0) {
                linux.call(Nr.CLOSE, key >> 32, 0, 0); // closing takes it out of the epoll set
                hearer.hear(new Event.Ended((int) key), futex);
            }
        }
    }
}
