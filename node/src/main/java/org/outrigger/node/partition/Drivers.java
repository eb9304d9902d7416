package org.outrigger.node.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.outrigger.node.CpuListException;
import org.outrigger.node.CpuSet;

/** How each kind of thing is read, changed and put back. */
final class Drivers {
    private static final String PRESENT = "present";
    private static final String ABSENT = "absent";
    private static final String ON = "on";
    private static final String OFF = "off";

    private final NodeFiles files;
    private final Groups groups;
    private final Pools pools;
    private final List<String> remarks = new ArrayList<>();

    Drivers(NodeFiles files) {
        this.files = files;
        this.groups = new Groups(files);
        this.pools = new Pools(files);
    }

    /** What is to be told of the changes since it was asked last, one sentence each. */
    List<String> remarks() {
        List<String> told = List.copyOf(remarks);
        remarks.clear();
        return told;
    }

    /** The file or folder that must be there for a thing to be put back. */
    String place(Hold hold) {
        return switch (hold.kind()) {
            case CONTROLLER -> groups.controlFile(hold.key());
            case AFFINITY, WISH -> "/proc/" + hold.key().split(" ")[0];
            default -> hold.key();
        };
    }

    /** The value that a thing has; absent where there is no such thing. */
    Optional<String> current(Want want) {
        String key = want.key();
        return switch (want.kind()) {
            case VALUE -> files.read(key).map(Choice::of);
            case CORES, TYPE, POOL -> files.read(key);
            case GROUP -> Optional.of(files.exists(key) ? PRESENT : ABSENT);
            case CONTROLLER -> files.read(groups.controlFile(key)).map(on -> groups.lists(on, key) ? ON : OFF);
            case TASKS -> Optional.of("");
            case AFFINITY, WISH -> thread(key).map(CpuSet::toString);
        };
    }

    /** Whether a thing that is not held is as it has to be, so that nothing has to be put back either. */
    boolean needsNothing(Want want, String was) {
        return switch (want.kind()) {
            case VALUE, AFFINITY -> same(was, want.value());
            case CONTROLLER -> was.equals(ON);
            case POOL -> want.value().equals("0");
            case CORES, GROUP, TYPE, TASKS, WISH -> false;
        };
    }

    /** Whether a thing that is held has the value that is wanted, also in the node. */
    boolean isSo(Hold hold, Want want) {
        return switch (want.kind()) {
            case VALUE, CORES -> files.read(want.key()).map(Choice::of).map(now -> same(now, want.value())).orElse(false);
            case AFFINITY -> thread(want.key()).map(now -> same(now.toString(), want.value())).orElse(true);
            case TYPE -> files.read(want.key()).map(now -> now.equals(hold.ours())
                    && groups.atMost(hold.ours(), want.value())).orElse(false);
            case POOL, WISH -> hold.ours().equals(want.value());
            case GROUP -> files.exists(want.key());
            case CONTROLLER -> files.read(groups.controlFile(want.key())).map(on -> groups.lists(on, want.key())).orElse(false);
            case TASKS -> false;
        };
    }

    /** What is written down of a change before it is made, in place of the value that comes of it. */
    String intent(Want want, Optional<Hold> before) throws IOException {
        return want.kind() == Kind.POOL ? pools.intent(want, before) : want.value();
    }

    /** Makes a change; returns what came of it. */
    String apply(Want want, Hold hold) throws IOException {
        switch (want.kind()) {
            case VALUE, CORES -> files.write(want.key(), want.value());
            case GROUP -> groups.make(want.key());
            case CONTROLLER -> groups.control(want.key(), true);
            case TASKS -> groups.move(want.value(), want.key());
            case AFFINITY -> bind(want.key(), want.value());
            case WISH -> { }
            case TYPE -> {
                return groups.become(want.key(), want.value(), remarks);
            }
            case POOL -> {
                return pools.change(want, hold);
            }
            default -> throw new IllegalStateException(want.kind().name());
        }
        return want.value();
    }

    /**
     * Puts a thing back.
     *
     * @return what is to be told of it
     * @throws IOException when it is not put back
     */
    Optional<String> release(Hold hold) throws IOException {
        switch (hold.kind()) {
            case VALUE, CORES -> {
                return restore(hold);
            }
            case GROUP -> groups.remove(hold.key(), hold.ours());
            case CONTROLLER -> {
                return groups.release(hold.key());
            }
            case TASKS -> groups.move(hold.key(), hold.ours());
            case AFFINITY -> {
                if (thread(hold.key()).filter(now -> same(now.toString(), hold.ours())).isPresent()) {
                    bind(hold.key(), hold.was());
                }
            }
            case WISH -> {
                if (thread(hold.key()).filter(now -> !same(now.toString(), hold.was())).isPresent()) {
                    bind(hold.key(), hold.was());
                }
            }
            case TYPE -> {
                if (files.exists(hold.key())) {
                    files.write(hold.key(), "member");
                }
            }
            case POOL -> pools.release(hold);
            default -> throw new IllegalStateException(hold.kind().name());
        }
        return Optional.empty();
    }

    private Optional<String> restore(Hold hold) throws IOException {
        Optional<String> now = files.read(hold.key()).map(Choice::of);
        if (now.isEmpty() || same(now.get(), hold.was())) {
            return Optional.empty();
        }
        if (!same(now.get(), hold.ours()) && hold.settled()) {
            return Optional.of(hold.key() + " was changed by somebody else meanwhile and stays: " + now.get());
        }
        files.write(hold.key(), hold.was().isEmpty() ? "\n" : hold.was());
        return Optional.empty();
    }

    private Optional<CpuSet> thread(String key) {
        String[] words = key.split(" ");
        int tid = Integer.parseInt(words[0]);
        return Owner.of(files, tid).filter(now -> now.start() == Long.parseLong(words[1])).flatMap(now -> files.affinity(tid));
    }

    private void bind(String key, String cpus) throws IOException {
        try {
            files.bind(Integer.parseInt(key.split(" ")[0]), BooksText.cpus(cpus));
        } catch (CpuListException broken) {
            throw new IOException("'" + cpus + "' is no list of CPUs", broken);
        }
    }

    /** Whether two texts mean the same to the kernel: word for word, or as masks, or as lists of CPUs. */
    static boolean same(String one, String other) {
        return one.equals(other) || bare(one).equals(bare(other)) || list(one) != null && list(one).equals(list(other));
    }

    private static String bare(String mask) {
        // A list of CPUs has no digit behind a zero in front, and words of masks between commas have eight digits.
        return mask.matches("[0-9a-f]+|[0-9a-f,]*[0-9a-f]{8}") ? mask.replace(",", "").replaceFirst("^0+(?=.)", "") : mask;
    }

    private static CpuSet list(String text) {
        if (!text.matches("[0-9,-]+")) {
            return null;
        }
        try {
            return BooksText.cpus(text);
        } catch (CpuListException mask) {
            return null;
        }
    }
}
