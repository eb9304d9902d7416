package org.outrigger.kernel.triage;

/** Who serves a system call: the verdict of triage. */
public enum Disposition {
    /** The lightweight kernel answers it. */
    LWK,
    /** Linux serves it on the core where the application made it. */
    HERE,
    /** Linux serves it on a Linux core, through a proxy thread of the application's process. */
    SHIP,
    /** A remote OS node serves it. */
    OSN,
    /** It is answered with an errno. */
    REFUSE
}
