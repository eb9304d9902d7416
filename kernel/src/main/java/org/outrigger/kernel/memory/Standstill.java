package org.outrigger.kernel.memory;

/** Keeps all threads of an address space from running but one, which waits for an answer of the LWK. */
public interface Standstill {
    /** Everybody stands still already: there is one thread. For what is only played. */
    Standstill ALONE = new Standstill() {
        @Override
        public void begin(AddressSpace space, int slot, Ready ready) {
            ready.go(true);
        }

        @Override
        public void end(AddressSpace space, int slot) {
            // Nobody was stopped.
        }
    };

    /** Takes the outcome, in the loop that the space belongs to. */
    interface Ready {
        /** @param still whether all stand still; if not, nobody does, and {@link Standstill#end} need not be called */
        void go(boolean still);
    }

    /**
     * Stops all others. They stand still when {@code ready} hears so, and until {@link #end}; the death of the LWK ends it too.
     *
     * @param slot of the thread that waits
     */
    void begin(AddressSpace space, int slot, Ready ready);

    /** Lets them run again. */
    void end(AddressSpace space, int slot);
}
