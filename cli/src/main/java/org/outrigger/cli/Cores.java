package org.outrigger.cli;

import java.io.IOException;
import java.util.Optional;
import org.outrigger.node.CoreSplit;
import org.outrigger.node.CoreSplitException;
import org.outrigger.node.CpuSet;
import org.outrigger.node.Inventory;

/**
 * The CPUs that the user's settings and the machine come to.
 *
 * @param allowed   the CPUs that may be used
 * @param split     how they are divided
 * @param lwkChosen whether the user has named the LWK cores
 */
record Cores(CpuSet allowed, CoreSplit split, boolean lwkChosen) {

    /** Divides the CPUs of this machine by {@code --cpus} and {@code --linux-cpus}. */
    static Cores of(Settings settings, Surroundings surroundings) throws RefusalException {
        Inventory inventory = inventory(surroundings);
        Optional<CpuSet> lwk = settings.cpus(Setting.CPUS, inventory, surroundings);
        Optional<CpuSet> linux = settings.cpus(Setting.LINUX_CPUS, inventory, surroundings);
        try {
            return new Cores(inventory.allowed(), CoreSplit.of(inventory.allowed(), lwk, linux), lwk.isPresent());
        } catch (CoreSplitException impossible) {
            throw settings.bad(lwk.isPresent() ? Setting.CPUS : Setting.LINUX_CPUS, impossible.getMessage());
        }
    }

    /** The CPUs of this machine as this process sees them. */
    static Inventory inventory(Surroundings surroundings) throws RefusalException {
        try {
            return Inventory.read(surroundings.sys(), Inventory.allowedCpus(surroundings.procStatus()));
        } catch (IOException | IllegalArgumentException unknown) {
            throw new RefusalException("cannot find out the CPUs of this machine: " + unknown.getMessage());
        }
    }
}
