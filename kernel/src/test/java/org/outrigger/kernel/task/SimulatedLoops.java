package org.outrigger.kernel.task;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.IntFunction;
import org.outrigger.channel.Receiver;

/** Kernel loops whose threads are moved by the test, one message at a time. */
final class SimulatedLoops implements Loops {
    private final IntFunction<Receiver> maker;
    private final List<Receiver> receivers = new ArrayList<>();
    private final Queue<Runnable> atOthers = new ArrayDeque<>();
    private final Queue<Runnable> atMain = new ArrayDeque<>();
    private int[] load = new int[1];

    SimulatedLoops(IntFunction<Receiver> maker) {
        this.maker = maker;
        receivers.add(null); // the job has the main loop's
    }

    /** So many loops there may be. */
    void count(int loops) {
        load = new int[loops];
    }

    Receiver receiver(int loop) {
        return receivers.get(loop);
    }

    int load(int loop) {
        return load[loop];
    }

    /** The other loops do what they were asked for; then the main loop goes on, unless that is held back. */
    void settle() {
        while (step() || next()) {
            continue;
        }
    }

    /** One message to another loop; false where there is none. */
    boolean step() {
        Runnable action = atOthers.poll();
        if (action != null) {
            action.run();
        }
        return action != null;
    }

    /** One message to the main loop; false where there is none. */
    boolean next() {
        Runnable action = atMain.poll();
        if (action != null) {
            action.run();
        }
        return action != null;
    }

    /** What another loop passes to the main loop. */
    void pass(Runnable action) {
        atMain.add(action);
    }

    @Override
    public int choose() {
        int best = 0;
        for (int i = 1; i < load.length; i++) {
            best = load[i] < load[best] ? i : best;
        }
        while (receivers.size() <= best) {
            receivers.add(maker.apply(receivers.size()));
        }
        return best;
    }

    @Override
    public void load(int loop, int processes) {
        load[loop] += processes;
    }

    @Override
    public void at(int loop, Runnable action, Runnable then) {
        if (loop == 0) {
            action.run();
            then.run();
        } else {
            atOthers.add(() -> {
                action.run();
                atMain.add(then);
            });
        }
    }

    @Override
    public void recall(int loop, Task[] threads, Runnable then) {
        at(loop, () -> {
            for (Task task : threads) {
                if (receiver(loop).owns(task.slot())) {
                    receiver(loop).give(task.slot(), 0);
                }
            }
        }, then);
    }
}
