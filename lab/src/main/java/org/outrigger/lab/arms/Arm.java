package org.outrigger.lab.arms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An arm of a comparison. The same kind may be there several times, as in an A/A test.
 *
 * @param kind  how the program is run
 * @param label the name in reports: the kind's, with {@code #2} and so on for the second and later ones
 */
public record Arm(ArmKind kind, String label) {

    /**
     * Reads a list of arms, separated by commas.
     *
     * @throws IllegalArgumentException with a message for the user when there is no such arm
     */
    public static List<Arm> parse(String list) {
        List<Arm> arms = new ArrayList<>();
        for (String name : list.split(",", -1)) {
            ArmKind kind = Arrays.stream(ArmKind.values()).filter(one -> one.key().equals(name)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no arm '" + name + "'; there are "
                            + String.join(", ", Arrays.stream(ArmKind.values()).map(ArmKind::key).toList())));
            long before = arms.stream().filter(arm -> arm.kind() == kind).count();
            arms.add(new Arm(kind, before == 0 ? name : name + "#" + (before + 1)));
        }
        return List.copyOf(arms);
    }

    @Override
    public String toString() {
        return label;
    }
}
