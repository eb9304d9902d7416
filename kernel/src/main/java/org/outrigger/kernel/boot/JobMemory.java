package org.outrigger.kernel.boot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Nr;
import org.outrigger.channel.Geometry;
import org.outrigger.corert.Image;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.host.RobustWord;
import org.outrigger.host.SharedMemory;
import org.outrigger.host.Syscalls;
import org.outrigger.kernel.triage.TriageTable;

/**
 * The memfd that a job shares: the runtime's image, then header, doorbells, slots and statistics. See {@code layout.h}.
 *
 * @param file     the memfd
 * @param memory   what follows the image
 * @param geometry where the channels lie in {@code memory}, with the doorbells of the main loop
 */
record JobMemory(SharedMemory file, MemorySegment memory, Geometry geometry) {
    private static final long PAGE = 4096;

    static JobMemory create(Syscalls linux) {
        long size = Layout.RT_TEXT_SIZE + (Layout.SHARED_SIZE + PAGE - 1 & -PAGE);
        SharedMemory file = SharedMemory.create(linux, "outrigger", size);
        byte[] image = Image.RUNTIME.bytes();
        if (image.length > Layout.RT_TEXT_SIZE) {
            throw new IllegalStateException("the runtime has outgrown its place: " + image.length + " bytes");
        }
        MemorySegment.copy(image, 0, file.memory(), ValueLayout.JAVA_BYTE, 0, image.length);
        return new JobMemory(file, file.memory().asSlice(Layout.RT_TEXT_SIZE), geometryOf(0));
    }

    /** Where the channels lie, with the doorbells of a loop. */
    static Geometry geometryOf(int loop) {
        long bells = Layout.BELLS + loop * Layout.BELLS_SIZE;
        return new Geometry((int) Layout.SLOTS, Layout.SLOT_BASE, Layout.SLOT_SIZE, bells + Layout.PENDING,
                bells + Layout.SUMMARY, Layout.TAKEN, bells + Layout.SLEEPING, bells + Layout.DOORBELL, Layout.REQ_SEQ,
                Layout.REP_SEQ, Layout.POLLED, Layout.WAITING, Layout.LOOP);
    }

    /**
     * Writes the header; the calling thread becomes the one whose end means the end of the LWK.
     *
     * @param spin    turns that a waiting thread spins; 0 where cores are shared
     * @param measure  whether the runtime times every call
     * @param patching calls that a process traps before its sites are patched; 0 for never
     * @param limited  whether all memory calls are the LWK's, since the job has a limit
     */
    void open(Syscalls linux, ProcFile files, TriageTable table, int spin, boolean measure, int patching, boolean limited) {
        memory.set(ValueLayout.JAVA_INT, Layout.VERSION, (int) Layout.LAYOUT_VERSION);
        memory.set(ValueLayout.JAVA_INT, Layout.SPIN, spin);
        memory.set(ValueLayout.JAVA_INT, Layout.MEASURE, measure ? 1 : 0);
        memory.set(ValueLayout.JAVA_INT, Layout.PATCHING, patching);
        memory.set(ValueLayout.JAVA_INT, Layout.LIMITED, limited ? 1 : 0);
        memory.set(ValueLayout.JAVA_INT, Layout.LWK_PID, (int) ProcessHandle.current().pid());
        memory.set(ValueLayout.JAVA_INT, Layout.YAMA, files.bytes("/proc/sys/kernel/yama/ptrace_scope") == null ? 0 : 1);
        byte[] dispositions = table.dispositions((int) Layout.NR_MAX);
        MemorySegment.copy(dispositions, 0, memory, ValueLayout.JAVA_BYTE, Layout.DISPOSITION, dispositions.length);
        short[] refusals = table.errnos((int) Layout.NR_MAX);
        MemorySegment.copy(refusals, 0, memory, ValueLayout.JAVA_SHORT, Layout.REFUSAL, refusals.length);
        RobustWord.hold(linux, memory, Layout.LWK_WORD, Layout.ROBUST);
        memory.set(ValueLayout.JAVA_INT, Layout.MAGIC, (int) Layout.LAYOUT_MAGIC);
    }

    /** Calls that Linux answers just as well are left to it until the LWK is {@link #warm}; before {@link #open}. */
    void cold() {
        memory.set(ValueLayout.JAVA_INT, Layout.COLD, 1);
    }

    /** After {@link #open}: until the LWK is warm, pieces of memory that are too small for a huge page are Linux's, too. */
    void leaveSmallPieces() {
        disposition(Layout.DISP_LWK, Layout.DISP_LARGE);
    }

    /** The LWK answers what it serves. */
    void warm() {
        ValueLayout.JAVA_INT.varHandle().setRelease(memory, Layout.COLD, 0);
        disposition(Layout.DISP_LARGE, Layout.DISP_LWK);
    }

    /** That of {@code mmap}; the user may have another in mind. */
    private void disposition(long from, long to) {
        long at = Layout.DISPOSITION + Nr.MMAP;
        if (memory.get(ValueLayout.JAVA_BYTE, at) == (byte) from) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) to);
        }
    }

    /** From now on every process serves itself. */
    void leave() {
        ValueLayout.JAVA_INT.varHandle().setVolatile(memory, Layout.GONE, 1);
    }
}
