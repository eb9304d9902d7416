package org.outrigger.kernel.inject;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.outrigger.abi.Mman;
import org.outrigger.abi.Ptrace;
import org.outrigger.abi.Signals;
import org.outrigger.abi.WaitStatus;
import org.outrigger.corert.Image;
import org.outrigger.corert.Layout;
import org.outrigger.host.ProcFile;
import org.outrigger.host.RemoteMemory;
import org.outrigger.host.Syscalls;
import org.outrigger.host.Tracer;

/**
 * Brings the runtime into new images. A thread that is about to exec is seized; at its exec stop the bootstrap is written into
 * the vDSO's tail, the thread is pointed at it and let go. At no moment does the process depend on the LWK's staying alive.
 *
 * <pre>
 *    announce -> SEIZED -> exec stop -> inject, detach -> the new image reports itself over its slot
 *                      \-> abandon -> INTERRUPTED -> stop -> detach -> Outcome.released
 * </pre>
 *
 * <p>Owned by the kernel loop: ptrace belongs to one thread.
 */
public final class Injector {
    private static final int CS_64 = 0x33;
    private static final int HEADER_BYTES = 64;
    private static final int PAGE = 4096;
    private static final int PATH_WORDS = 4;
    private static final long O_RDWR_CLOEXEC = 0x80002;

    /** What becomes of a seized thread. */
    public interface Outcome {
        /** The exec succeeded and the bootstrap is on its way. {@code stack}: the stack pointer that the program begins with. */
        void injected(int pid, long stack);

        /** The exec succeeded, but the new image runs on plain Linux. */
        void left(int pid, String why);

        /** The exec failed or was abandoned, and the thread is traced no longer. */
        void released(int tid);

        /** The thread or its process ended before its exec. */
        void ended(int tid);
    }

    private static final class Seized {
        boolean abandoned;
    }

    /** Which slot a thread reports through. */
    public interface Slots {
        /** The slot of a thread, or -1. */
        int of(int tid);
    }

    private final Tracer tracer;
    private final RemoteMemory remote;
    private final ExecCheck check;
    private final Vdso vdso;
    private final Outcome outcome;
    private final Slots slots;
    private final long[] bootstrap;
    private final long[] imagePath;
    private final Freezer freezer;
    private final Map<Integer, Seized> seized = new HashMap<>();
    private final int lwk = (int) ProcessHandle.current().pid();

    /** @param imagePath the memfd's path in {@code /proc}, as every process can open it */
    public Injector(Syscalls linux, ProcFile files, RemoteMemory remote, String imagePath, Outcome outcome,
                    Slots slots) {
        this.tracer = new Tracer(linux);
        this.freezer = new Freezer(tracer, files, new Freezer.Others() {
            @Override
            public boolean seized(int tid) {
                return seized.containsKey(tid);
            }

            @Override
            public void letGo(int tid, int signal) {
                Injector.this.letGo(tid, signal);
            }
        });
        this.remote = remote;
        this.check = new ExecCheck(files);
        this.vdso = new Vdso(files, remote);
        this.outcome = outcome;
        this.slots = slots;
        this.bootstrap = words(Image.BOOTSTRAP.bytes());
        this.imagePath = Arrays.copyOf(words((imagePath + "\0").getBytes(StandardCharsets.US_ASCII)), PATH_WORDS);
    }

    private static long[] words(byte[] bytes) {
        long[] words = new long[(bytes.length + 7) / 8];
        ByteBuffer.wrap(Arrays.copyOf(bytes, words.length * 8)).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(words);
        return words;
    }

    /** Why a program is left to plain Linux, judged by its file. */
    public Optional<String> plainLinux(String path) {
        return check.plainLinux(path);
    }

    /**
     * Whether the process with this number has this job's channels mapped. A number that a process tells may mean another
     * process here: it comes from another PID namespace, or the slot was scribbled on.
     */
    public boolean holds(int pid) {
        return remote.read(pid, Layout.RT_SHM, HEADER_BYTES) == HEADER_BYTES && isOurHeader();
    }

    private boolean isOurHeader() {
        return remote.buffer().get(ValueLayout.JAVA_INT, Layout.MAGIC) == (int) Layout.LAYOUT_MAGIC
                && remote.buffer().get(ValueLayout.JAVA_INT, Layout.LWK_PID) == lwk;
    }

    /** Holds threads still, by the same tracer. */
    public Freezer freezer() {
        return freezer;
    }

    /** A thread asks for something new: it does not need others held any more. */
    public void thaw(int tid) {
        if (freezer.busy()) {
            freezer.end(tid);
        }
    }

    /** Seizes a thread that will exec. Returns 0 or a negative errno: another tracer owns it, or Linux forbids it. */
    public long announce(int tid) {
        Seized already = seized.get(tid);
        if (already != null) { // it tries once more after a signal
            already.abandoned = false;
            return 0;
        }
        if (freezer.holds(tid)) { // it is traced already, and handed over when it is let go
            seized.put(tid, new Seized());
            return 0;
        }
        long result = tracer.seize(tid, Ptrace.O_TRACEEXEC);
        if (result == 0) {
            seized.put(tid, new Seized());
        }
        return result;
    }

    /** Lets a seized thread go; {@link Outcome#released} follows. False where it is not seized. */
    public boolean abandon(int tid) {
        Seized thread = seized.get(tid);
        if (thread == null) {
            return false;
        }
        thread.abandoned = true;
        tracer.interrupt(tid); // a thread that is dying reports its end instead
        return true;
    }

    /** Whether somebody is seized, so that {@link #poll} must be called. */
    public boolean busy() {
        return !seized.isEmpty() || freezer.busy();
    }

    /** Handles one report of a tracee, if there is one. */
    public boolean poll() {
        long report = tracer.poll();
        if (report <= 0) {
            freezer.tend();
            if (report < 0) {
                seized.clear(); // ECHILD: nobody is traced any more
            }
            return false;
        }
        int tid = (int) (report >> 32);
        int status = (int) report;
        if (WaitStatus.decode(status) instanceof WaitStatus.Stopped stop) {
            stopped(tid, stop.signal(), stop.event());
        } else {
            freezer.ended(tid);
            if (seized.remove(tid) != null) {
                outcome.ended(tid);
            }
        }
        return true;
    }

    private void stopped(int tid, int signal, int event) {
        if (event == Ptrace.EVENT_EXEC) {
            long former = tracer.eventMessage(tid);
            seized.remove((int) former);
            seized.remove(tid);
            inject(tid, slots.of((int) former));
            return;
        }
        if (freezer.stopped(tid, signal, event)) {
            return;
        }
        Seized thread = seized.get(tid);
        boolean ours = event == Ptrace.EVENT_STOP;
        if (thread == null || thread.abandoned) {
            boolean known = seized.remove(tid) != null;
            letGo(tid, ours ? 0 : signal);
            if (known) {
                outcome.released(tid);
            }
        } else if (ours && signal != Signals.SIGTRAP) {
            tracer.listen(tid); // stopped by job control: it stays so until SIGCONT
        } else {
            tracer.resume(tid, ours ? 0 : signal);
        }
    }

    /** A tracee that has just been killed cannot be detached; unless its end is reaped here, its parent never sees it. */
    private void letGo(int tid, int signal) {
        if (tracer.detach(tid, signal) < 0) {
            Seized dying = new Seized();
            dying.abandoned = true;
            seized.put(tid, dying);
        }
    }

    private void inject(int pid, int slot) {
        Optional<String> obstacle = slot < 0 ? Optional.of("its exec was not announced") : prepare(pid, slot);
        long stack = tracer.register(Tracer.RSP);
        letGo(pid, 0);
        if (obstacle.isEmpty()) {
            outcome.injected(pid, stack);
        } else {
            outcome.left(pid, obstacle.get());
        }
    }

    /** Writes the bootstrap and points the thread at it, in this order: until the last step nothing has changed for it. */
    private Optional<String> prepare(int pid, int slot) {
        if (tracer.fetchRegisters(pid) < 0) {
            return Optional.of("its registers cannot be read");
        }
        if (tracer.register(Tracer.CS) != CS_64) {
            return Optional.of("32-bit program");
        }
        long entry = tracer.register(Tracer.RIP);
        long address = vdso.room(pid, tracer.register(Tracer.RSP), bootstrap.length * 8);
        if (address == 0) {
            return Optional.of("its vDSO has no room for the bootstrap, or its memory cannot be read");
        }
        for (int i = 0; i < bootstrap.length; i++) {
            if (tracer.poke(pid, address + i * 8L, bootstrap[i]) < 0) {
                return Optional.of("its memory cannot be written");
            }
        }
        tracer.setRegister(Tracer.RIP, address);
        tracer.setRegister(Tracer.R12, slot);
        tracer.setRegister(Tracer.R13, entry);
        tracer.setRegister(Tracer.RSI, O_RDWR_CLOEXEC);
        tracer.setRegister(Tracer.RDX, Mman.PROT_READ | Mman.PROT_EXEC);
        tracer.setRegister(Tracer.R10, Mman.MAP_PRIVATE | Mman.MAP_FIXED_NOREPLACE);
        tracer.setRegister(Tracer.RBX, Layout.RT_TEXT);
        tracer.setRegister(Tracer.RBP, Layout.RT_TEXT_SIZE);
        tracer.setRegister(Tracer.R8, imagePath[0]);
        tracer.setRegister(Tracer.R9, imagePath[1]);
        tracer.setRegister(Tracer.R15, imagePath[2]);
        tracer.setRegister(Tracer.R11, imagePath[3]);
        return tracer.storeRegisters(pid) < 0 ? Optional.of("its registers cannot be written") : Optional.empty();
    }

    /** The same for {@code execveat}: relative to a descriptor, or the descriptor itself where the path is empty. */
    public String programPathAt(int pid, int directory, long address) {
        if (!holds(pid)) {
            return null;
        }
        String path = remote.string(pid, address);
        if (path == null || path.startsWith("/")) {
            return path == null ? "" : path;
        }
        String base = directory < 0 ? "/proc/" + pid + "/cwd" : "/proc/" + pid + "/fd/" + directory;
        return path.isEmpty() ? base : base + "/" + path;
    }

    /**
     * The name of the program that a thread is about to execute, as a path that the LWK can look at; null where the process does
     * not have this job's channels, see {@link #holds}.
     */
    public String programPath(int pid, long address) {
        int room = (int) (PAGE - (address & PAGE - 1));
        long got = remote.read(pid, Layout.RT_SHM, HEADER_BYTES, address, room);
        if (got < HEADER_BYTES || !isOurHeader()) {
            return null;
        }
        String path = remote.stringIn(HEADER_BYTES, (int) got);
        if (path == null) {
            path = remote.string(pid, address); // on two pages, or nowhere
        }
        return path == null ? "" : path.startsWith("/") ? path : "/proc/" + pid + "/cwd/" + path;
    }
}
