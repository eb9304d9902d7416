package org.outrigger.kernel.boot;

import java.util.ArrayList;
import java.util.List;
import org.outrigger.abi.Mman;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.kernel.memory.AddressSpace;
import org.outrigger.kernel.memory.Budget;
import org.outrigger.kernel.task.LwkProcess;

/**
 * Charges a new image for what Linux has mapped for it before its first instruction: the writable segments of the program and its
 * loader, with their zeroed ends. Linux cannot be made to refuse them, so where there is no room they are charged all the same,
 * the user is told, and the program gets no more. Source: {@code /proc/PID/maps}, {@code proc(5)}.
 */
final class ImageCharge {
    private static final int HEX = 16;
    private static final int MOST_NOTES = 100;

    private final ProcFile files;
    private final List<String> notes = new ArrayList<>();

    ImageCharge(ProcFile files) {
        this.files = files;
    }

    /** What the user was told, one sentence for each image for which there was no room. */
    List<String> notes() {
        return notes;
    }

    void charge(LwkProcess process) {
        AddressSpace space = process.space();
        if (!space.accounted()) {
            return;
        }
        Budget budget = space.commitment().account().budget();
        boolean room = budget.overdrawn() == 0;
        for (String line : files.whole("/proc/" + process.pid() + "/maps").split("\n")) {
            enter(space, line);
        }
        space.settle();
        if (room && budget.overdrawn() > 0 && notes.size() < MOST_NOTES) {
            String note = name(process) + ": process " + process.pid() + " begins with "
                    + space.commitment().charged() + " bytes of its own, " + budget.overdrawn()
                    + " more than is left of the job's memory: it gets no more";
            notes.add(note);
            System.err.println("outrigger: " + note);
        }
    }

    private String name(LwkProcess process) {
        return process.program().isEmpty() ? files.link("/proc/" + process.pid() + "/exe") : process.program();
    }

    /** A line such as {@code 55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0 [heap]}. */
    private static void enter(AddressSpace space, String line) {
        int dash = line.indexOf('-');
        int blank = line.indexOf(' ');
        if (dash < 0 || blank < dash || !line.startsWith("w", blank + 2) || line.charAt(blank + 4) != 'p') {
            return;
        }
        long start = Long.parseUnsignedLong(line, 0, dash, HEX);
        long end = Long.parseUnsignedLong(line, dash + 1, blank, HEX);
        if (start >= Layout.ARENA_BASE && start < Layout.RT_END || line.endsWith("[heap]")) {
            return; // the runtime's own, and what brk is charged for
        }
        space.image(start & -Mman.PAGE_SIZE, end, line.endsWith("[stack]"));
    }
}
