package org.outrigger.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.outrigger.node.CpuSet;
import picocli.CommandLine.ParseResult;

/** What benchmarks read of their arguments and their environment alike. */
final class BenchArguments {
    private static final int MOST = 10_000;

    private final ParseResult arguments;
    private final Surroundings surroundings;

    BenchArguments(ParseResult arguments, Surroundings surroundings) {
        this.arguments = arguments;
        this.surroundings = surroundings;
    }

    Cores cores() throws RefusalException {
        return Cores.of(new Settings(arguments, surroundings.environment()), surroundings);
    }

    /** The CPUs that are measured on: one, so that no arm has more of them than another, unless the user says otherwise. */
    static CpuSet measured(Cores cores) throws RefusalException {
        CpuSet lwk = cores.split().lwk();
        return cores.lwkChosen() ? lwk : CpuSet.of(lwk.first());
    }

    /** The folder of the script. */
    Path home() throws RefusalException {
        String home = surroundings.environment().get(BenchCommand.HOME);
        if (home == null) {
            throw new RefusalException("the benchmark must be started by the outrigger script, which tells where Outrigger lies");
        }
        return Path.of(home);
    }

    /** The environment of what is measured: this one's, without what stands for options of runs. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(surroundings.environment());
        environment.remove(BenchCommand.HOME);
        for (Setting setting : Setting.values()) {
            environment.remove(setting.variable());
        }
        return environment;
    }

    /** The number of an option, from {@code least} on; {@code otherwise} when it is not given. */
    int number(String option, int least, int otherwise) throws RefusalException {
        if (!arguments.hasMatchedOption(option)) {
            return otherwise;
        }
        String text = arguments.matchedOption(option).getValue();
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= MOST) {
            return Integer.parseInt(text);
        }
        throw new RefusalException(option + ": '" + text + "' is not a number from " + least + " to " + MOST);
    }

    /** The members of a list that were named, in their own order; all when none was. */
    <T> List<T> chosen(String option, String kind, T[] all, Function<T, String> name)
            throws RefusalException {
        if (!arguments.hasMatchedOption(option)) {
            return List.of(all);
        }
        List<String> wanted = new ArrayList<>(List.of(arguments.matchedOption(option).<String>getValue().split(",", -1)));
        List<T> found = Arrays.stream(all).filter(member -> wanted.contains(name.apply(member))).toList();
        wanted.removeAll(found.stream().map(name).toList());
        if (!wanted.isEmpty()) {
            throw new RefusalException(option + ": there is no " + kind + " '" + wanted.get(0) + "'; there are "
                    + String.join(", ", Arrays.stream(all).map(name).toList()));
        }
        return found;
    }
}
