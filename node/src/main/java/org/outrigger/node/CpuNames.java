package org.outrigger.node;

/** Names of CPUs other than their numbers, for use in a {@link CpuList}. */
@FunctionalInterface
public interface CpuNames {
    /**
     * The CPUs that a word stands for.
     *
     * @param word a part of a list up to the next comma; it begins with a letter
     * @return a set that is not empty; members need not be allowed to this process
     * @throws CpuNameException for a word that means nothing here
     */
    CpuSet cpus(String word) throws CpuNameException;
}
