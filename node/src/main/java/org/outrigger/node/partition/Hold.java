package org.outrigger.node.partition;

/**
 * A line of the books: one thing of the node that is not as it was.
 *
 * @param phase   when it was changed
 * @param kind    what sort of thing it is
 * @param key     which one
 * @param was     the value that it had before
 * @param ours    the value that it was given
 * @param settled whether the change has been made; else it is not known how far it got
 * @param what    the change in words
 */
record Hold(Phase phase, Kind kind, String key, String was, String ours, boolean settled, String what) {

    String id() {
        return kind + " " + key;
    }

    Hold settled(String value) {
        return new Hold(phase, kind, key, was, value, true, what);
    }

    Hold unsettled(Want want, String intent) {
        return new Hold(phase, kind, key, was, intent, false, want.what());
    }

    static Hold of(Want want, String was, String intent) {
        return new Hold(want.phase(), want.kind(), want.key(), was, intent, false, want.what());
    }
}
