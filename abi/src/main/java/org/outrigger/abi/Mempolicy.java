package org.outrigger.abi;

/** Policies of NUMA memory, and flags of the calls about them. Source: {@code linux/mempolicy.h}. */
public final class Mempolicy {

    public static final int MPOL_DEFAULT = 0;
    public static final int MPOL_PREFERRED = 1;
    public static final int MPOL_BIND = 2;
    public static final int MPOL_INTERLEAVE = 3;
    /** From the node of the thread that touches the page; Linux 3.8 and later. */
    public static final int MPOL_LOCAL = 4;
    /** From one of these where possible; Linux 5.15 and later. */
    public static final int MPOL_PREFERRED_MANY = 5;
    /** The flags that may be set in a mode: the rest is the policy. */
    public static final int MPOL_MODE_FLAGS = 0xe000;

    private Mempolicy() {
    }
}
