package org.outrigger.kernel.inject;

import java.util.List;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcessMemory;
import org.outrigger.kernel.patch.Site;
import org.outrigger.kernel.patch.Trampolines;

/** Writes trampolines, and the jumps to them, into a process that does not execute there meanwhile. Belongs to one thread. */
final class SiteWriter {
    private final Trampolines trampolines = new Trampolines(Layout.RT_PATCHED);
    private final ProcessMemory memory;

    SiteWriter(ProcessMemory memory) {
        this.memory = memory;
    }

    /** Where to write from now on; false where Linux forbids it. {@link #close} must follow. */
    boolean open(int pid) {
        return memory.open(pid);
    }

    void close() {
        memory.close();
    }

    /**
     * Writes the trampolines of sites, to which nothing jumps yet.
     *
     * @param island run-time address, of as many bytes as {@link Trampolines#size} says
     * @param bias   run-time address of the file's address 0
     * @return what is left to do, or null where that could not be written
     */
    Trampolines.Block trampolines(long island, long bias, List<Site> sites) {
        Trampolines.Block block = trampolines.encode(island, bias, sites);
        return memory.write(island, block.bytes()) ? block : null;
    }

    /** Writes some bytes; false where that fails. */
    boolean write(long address, byte[] bytes) {
        return memory.write(address, bytes);
    }

    /** Has the sites jump to their trampolines, where the process holds what the file does; returns how many. */
    int jumps(Trampolines.Block block) {
        int patched = 0;
        for (Trampolines.Patch patch : block.patches()) {
            patched += holds(patch.writes()) && write(patch.writes()) ? 1 : 0;
        }
        return patched;
    }

    private boolean holds(List<Trampolines.Write> writes) {
        for (Trampolines.Write write : writes) {
            if (!memory.holds(write.address(), write.before())) {
                return false;
            }
        }
        return true;
    }

    private boolean write(List<Trampolines.Write> writes) {
        for (Trampolines.Write write : writes) {
            if (!memory.write(write.address(), write.after())) {
                return false;
            }
        }
        return true;
    }
}
