package org.outrigger.node.partition;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the {@link Converger} would do, in its order, told and not done. */
final class Planner {
    private static final String PRESENT = "present";
    private static final String ABSENT = "absent";
    private static final String ON = "on";
    private static final String OFF = "off";

    private final NodeFiles files;
    private final Books books;
    private final Drivers drivers;

    Planner(NodeFiles files, Books books) {
        this.files = files;
        this.books = books;
        this.drivers = new Drivers(files);
    }

    List<Step> steps(List<Want> wants) {
        Map<String, Want> wanted = new LinkedHashMap<>();
        wants.forEach(want -> wanted.put(want.id(), want));
        List<Step> steps = new ArrayList<>();
        List<Hold> leaving = new ArrayList<>(books.holds().stream().filter(hold -> !wanted.containsKey(hold.id())).toList());
        Collections.reverse(leaving);
        leaving.sort(Comparator.comparing(Hold::phase).reversed());
        for (Hold hold : leaving) {
            if (!Converger.endsWithItsGroup(hold, leaving)) {
                back(steps, hold);
            }
        }
        List<Want> entering = new ArrayList<>(wanted.values());
        entering.sort(Comparator.comparing(Want::phase));
        entering.forEach(want -> change(steps, want));
        return steps;
    }

    private void back(List<Step> steps, Hold hold) {
        String now = files.read(hold.key()).orElse("");
        Step step = switch (hold.kind()) {
            case VALUE, CORES -> step(hold, now, hold.was());
            case TYPE -> step(hold, now, "member");
            case GROUP -> step(hold, PRESENT, ABSENT);
            case CONTROLLER -> step(hold, ON, OFF);
            case TASKS -> step(hold, hold.key(), hold.ours());
            case AFFINITY, WISH -> step(hold, hold.ours(), hold.was());
            case POOL -> step(hold, now, Long.toString(number(now) - number(hold.ours())));
        };
        if (!step.was().equals(step.value())) {
            steps.add(step);
        }
    }

    private Step step(Hold hold, String now, String then) {
        return new Step("back: " + hold.what(), place(hold.kind(), hold.key()), now, then);
    }

    private void change(List<Step> steps, Want want) {
        Hold hold = books.hold(want.kind(), want.key()).orElse(null);
        if (hold != null && hold.settled() && drivers.isSo(hold, want)) {
            return;
        }
        String was = drivers.current(want).orElse(null);
        String now = was == null ? "" : was;
        String then = switch (want.kind()) {
            case GROUP -> PRESENT;
            case POOL -> Long.toString(number(now) + number(want.value()) - (hold == null ? 0 : number(hold.ours())));
            case TASKS -> want.key();
            default -> want.value();
        };
        if (want.kind() == Kind.TASKS) {
            now = want.value();
            boolean anybody = hold == null || !new Groups(files).members(want.value()).isEmpty();
            was = anybody ? now : null;
        }
        // What lies in a group that is not there yet cannot be read.
        boolean inNewGroup = was == null && want.kind() != Kind.AFFINITY && want.kind() != Kind.TASKS
                && want.phase().compareTo(Phase.REST) >= 0;
        if (inNewGroup || was != null && !Drivers.same(now, then) && (hold != null || !drivers.needsNothing(want, was))) {
            steps.add(new Step(want.what(), place(want.kind(), want.key()), now, then));
        }
    }

    private static String place(Kind kind, String key) {
        return switch (kind) {
            case CONTROLLER -> key.replace(" ", "/cgroup.subtree_control: ");
            case TASKS -> key + "/cgroup.procs";
            case AFFINITY -> "/proc/" + key.split(" ")[0];
            default -> key;
        };
    }

    private static long number(String text) {
        return text.matches("[0-9]+") ? Long.parseLong(text) : 0;
    }
}
