package org.outrigger.kernel.loop;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.outrigger.channel.Receiver;
import org.outrigger.host.Futex;

/**
 * What other threads want a loop to do, in the order in which they said so. Only births, deaths and the like pass through it, and
 * each costs an allocation; ordinary requests do not.
 */
public final class Inbox {
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final Receiver receiver;

    /** @param receiver of the loop that reads it */
    public Inbox(Receiver receiver) {
        this.receiver = receiver;
    }

    /** From any thread, which brings its own futex; the loop's thread does it. */
    public void post(Runnable action, Futex own) {
        queue.add(action);
        receiver.ring(own::wake);
    }

    /** Does all that is asked for, and what comes of it. */
    public void serveAll() {
        boolean more = true;
        while (more) {
            more = serve();
        }
    }

    /** Only the loop's thread. Does the oldest thing that is asked for; false where there is none. */
    public boolean serve() {
        Runnable action = queue.poll();
        if (action == null) {
            return false;
        }
        action.run();
        return true;
    }
}
