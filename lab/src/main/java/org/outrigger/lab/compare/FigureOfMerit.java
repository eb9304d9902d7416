package org.outrigger.lab.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.outrigger.lab.stats.Better;

/**
 * A number that a program tells of itself.
 *
 * @param name    in reports
 * @param pattern what finds it in the output; its first group is the number
 * @param better  which way it is good
 */
public record FigureOfMerit(String name, Pattern pattern, Better better) {
    private static final String DEFAULT_NAME = "fom";
    /** What reports tell of a run beside its figures, by names that a group can have. */
    private static final List<String> TAKEN = List.of("load", "arm", "round", "turn", "failure");
    private static final Pattern THOUSANDS = Pattern.compile("[-+]?[1-9][0-9]{0,2}(,[0-9]{3})+([^0-9,].*)?");

    /**
     * Figures as the command line has them.
     *
     * @param expressions regular expressions ({@link Pattern}, {@code ^} and {@code $} match at lines), each with one group. A
     *                    group with a name, {@code (?<gflops>[0-9.]+)}, names the figure
     * @param better      {@code higher} or {@code lower} for each of them, or one for all, or none for {@code higher}
     * @throws IllegalArgumentException with a message for the user
     */
    public static List<FigureOfMerit> parse(List<String> expressions, List<String> better) {
        if (better.size() > 1 && better.size() != expressions.size() || !better.isEmpty() && expressions.isEmpty()) {
            throw new IllegalArgumentException("there are " + better.size() + " directions for " + expressions.size()
                    + " figures of merit: give one for each, or one for all");
        }
        List<FigureOfMerit> figures = new ArrayList<>();
        for (int i = 0; i < expressions.size(); i++) {
            Pattern pattern = pattern(expressions.get(i));
            String name = pattern.namedGroups().keySet().stream().findFirst()
                    .orElse(figures.isEmpty() ? DEFAULT_NAME : DEFAULT_NAME + (i + 1));
            if (figures.stream().anyMatch(other -> other.name().equals(name))) {
                throw new IllegalArgumentException("there are two figures of merit named '" + name + "'");
            }
            if (TAKEN.contains(name)) {
                throw new IllegalArgumentException("a figure of merit cannot be named '" + name
                        + "', which is another column of the report");
            }
            figures.add(new FigureOfMerit(name, pattern,
                    better.isEmpty() ? Better.HIGHER : direction(better.get(better.size() == 1 ? 0 : i))));
        }
        return List.copyOf(figures);
    }

    private static Better direction(String word) {
        return switch (word) {
            case "higher" -> Better.HIGHER;
            case "lower" -> Better.LOWER;
            default -> throw new IllegalArgumentException("'" + word + "' is neither 'higher' nor 'lower'");
        };
    }

    private static Pattern pattern(String expression) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(expression, Pattern.MULTILINE);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException("'" + expression + "' is no regular expression: " + wrong.getDescription()
                    + (wrong.getIndex() < 0 ? "" : " at character " + (wrong.getIndex() + 1)));
        }
        int groups = pattern.matcher("").groupCount();
        if (groups != 1) {
            throw new IllegalArgumentException("'" + expression + "' has " + groups
                    + " groups; the number must stand in one (...), others may be (?:...)");
        }
        return pattern;
    }

    /**
     * The text where the expression matches last; empty where it does not match, or has alternatives in a repetition that is too
     * long for the stack that {@link Pattern} needs for it.
     */
    Optional<String> find(String output) {
        Matcher matcher = pattern.matcher(output);
        String found = null;
        try {
            while (matcher.find()) {
                if (matcher.group(1) != null) {
                    found = matcher.group(1);
                }
            }
        } catch (StackOverflowError tooLong) {
            return Optional.empty();
        }
        return Optional.ofNullable(found);
    }

    /**
     * The number that such a text is; commas separate thousands, and where they cannot be that, as in {@code 0,123}, nobody knows
     * what they are. Empty where it is none.
     */
    static OptionalDouble number(String text) {
        try {
            String digits = text.strip();
            double value = Double.parseDouble(THOUSANDS.matcher(digits).matches() ? digits.replace(",", "") : digits);
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException notANumber) {
            return OptionalDouble.empty();
        }
    }
}
