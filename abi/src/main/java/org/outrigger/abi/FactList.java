package org.outrigger.abi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A list of facts that travels in this module's jar: one fact a line, {@code #} opens a comment line. */
final class FactList {

    private FactList() {
    }

    /**
     * The facts of one list, in its order.
     *
     * @param name the file's name, beside this class
     */
    static List<String> lines(String name) {
        try (InputStream in = FactList.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not beside " + FactList.class.getName());
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>();
            for (String line : text.split("\n")) {
                if (!line.isBlank() && line.charAt(0) != '#') {
                    lines.add(line);
                }
            }
            return List.copyOf(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
