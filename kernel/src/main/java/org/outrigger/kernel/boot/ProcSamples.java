package org.outrigger.kernel.boot;

import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.kernel.task.LwkProcess;

/**
 * Takes a process's figures from {@code /proc/PID/stat} and {@code /proc/PID/smaps}, and where its calls were trapped. Source:
 * {@code proc(5)}.
 */
final class ProcSamples implements Lwk.Samples {
    private static final int MINFLT = 7;
    private static final int MAJFLT = 9;
    private static final int HEX = 16;
    private static final long KIB = 1024;

    private final ProcFile files;
    private final TrapSites sites;
    private final ImageCharge images;

    ProcSamples(ProcFile files, TrapSites sites, ImageCharge images) {
        this.files = files;
        this.images = images;
        this.sites = sites;
    }

    @Override
    public void look(int pid) {
        sites.look(pid);
    }

    @Override
    public void image(LwkProcess process) {
        images.charge(process);
    }

    @Override
    public long mappingEnd(int pid, long address) {
        return MappedFiles.of(files.text("/proc/" + pid + "/maps")).end(address);
    }

    @Override
    public void forget(int pid) {
        sites.forget(pid);
    }

    @Override
    public LwkProcess.Sample take(int pid) {
        String stat = files.text("/proc/" + pid + "/stat");
        int name = stat.lastIndexOf(") "); // the name may hold anything
        if (name < 0) {
            return LwkProcess.Sample.NONE;
        }
        String[] fields = stat.substring(name + 2).split(" ");
        long present = 0;
        long huge = 0;
        boolean arena = false;
        for (String line : files.text("/proc/" + pid + "/smaps").split("\n")) {
            int dash = line.indexOf('-');
            int colon = line.indexOf(':');
            if (dash > 0 && line.indexOf(' ') > dash && (colon < 0 || colon > dash)) {
                long start = Long.parseUnsignedLong(line, 0, dash, HEX);
                arena = start >= Layout.ARENA_BASE && start < Layout.ARENA_END;
            } else if (arena && line.startsWith("Rss:")) {
                present += kibibytes(line, colon);
            } else if (arena && line.startsWith("AnonHugePages:")) {
                huge += kibibytes(line, colon);
            }
        }
        return new LwkProcess.Sample(Long.parseLong(fields[MINFLT]), Long.parseLong(fields[MAJFLT]), present, huge);
    }

    private static long kibibytes(String line, int colon) {
        return Long.parseLong(line.substring(colon + 1, line.indexOf('k')).strip()) * KIB;
    }
}
