package org.outrigger.kernel.loop;

/**
 * What a thread's slot waits for when the LWK needs the thread to make system calls before its own call is answered: the step
 * that takes the result, and that step's notes. One per slot, reused, so that continuing allocates nothing.
 */
public final class Pending {
    /** Takes the result of what the thread was asked to do; ends by replying again. */
    public interface Step {
        void resume(int slot, Pending pending, long result);
    }

    private Step step;
    /** Notes of the step, in its own words. */
    public long first;
    public long second;
    public long third;
    public long fourth;
    public long fifth;
    /** Bytes that the call has reserved, in a job whose memory is limited. */
    public long reserved;
    /** Whom the step concerns. */
    public Object subject;
    /** What comes after the steps that one part takes for another. */
    public Object after;

    /** The next result goes to this step. */
    public void then(Step next) {
        step = next;
    }

    /** Whether a result is waited for. */
    public boolean waiting() {
        return step != null;
    }

    /** Takes the step out, null for none: then the thread posted a result that nobody asked for. */
    public Step take() {
        Step taken = step;
        step = null;
        return taken;
    }
}
