package org.outrigger.kernel.share;

/** What the job may have of memory. Called by the registrar's thread. */
public interface Allowance {
    /** No limit. */
    Allowance UNLIMITED = new Allowance() {
        @Override
        public boolean charge(long bytes) {
            return true;
        }

        @Override
        public void uncharge(long bytes) {
        }
    };

    /** Takes so much, or refuses. */
    boolean charge(long bytes);

    /** Gives back what was taken. */
    void uncharge(long bytes);
}
