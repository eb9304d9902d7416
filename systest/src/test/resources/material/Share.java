import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.outrigger.abi.Errno;
import org.outrigger.host.SyscallException;
import org.outrigger.host.share.Access;
import org.outrigger.host.share.Segment;
import org.outrigger.host.share.SharedSegments;

/** A Java program that shares memory with itself, through the API that other Java programs have. */
public class Share {
    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void fails(int errno, Runnable call) {
        try {
            call.run();
        } catch (SyscallException expected) {
            check(expected.errno() == errno, "errno is " + expected.errno() + ", not " + errno);
            return;
        }
        throw new AssertionError("no failure, where errno " + errno + " is wanted");
    }

    public static void main(String[] args) {
        SharedSegments job = SharedSegments.ofThisJob();
        try (Arena arena = Arena.ofShared()) {
            SharedSegments.Made made = job.make("java", 10_000, 0640, false, false, arena);
            MemorySegment memory = made.memory();
            check(memory.byteSize() == 12_288 && made.segment().size() == 12_288, "rounded up");
            MemorySegment again = job.attach("java", Access.WRITE, arena);
            again.set(ValueLayout.JAVA_LONG, 8192, 77);
            check(memory.get(ValueLayout.JAVA_LONG, 8192) == 77, "the same memory");
            MemorySegment seen = job.attach("java", Access.READ, arena);
            check(seen.isReadOnly() && seen.get(ValueLayout.JAVA_LONG, 8192) == 77, "read-only");
            Segment segment = job.get("java", Access.READ);
            check(segment.mode() == 0640 && segment.pid() == ProcessHandle.current().pid(), "facts");
            MemorySegment part = job.attach(segment, Access.READ, 8192, 0, arena);
            check(part.byteSize() == 4096 && part.get(ValueLayout.JAVA_LONG, 0) == 77, "a part");
            check(job.list().size() == 1, "listed");
            fails(Errno.EINVAL, () -> job.attach(segment, Access.READ, 100, 0, arena));
            fails(Errno.EINVAL, () -> job.get("no name", Access.READ));
            fails(Errno.EINVAL, () -> job.make("size", 0, 0600, false, false, arena));
            fails(Errno.EEXIST, () -> job.make("java", 1, 0600, false, false, arena));
            job.remove("java");
            fails(Errno.ENOENT, () -> job.attach(segment, Access.READ, 0, 0, arena));
            fails(Errno.ENOENT, () -> job.remove("java"));
            check(memory.get(ValueLayout.JAVA_LONG, 8192) == 77, "memory stays");
        }
        System.out.println("shared");
    }
}
