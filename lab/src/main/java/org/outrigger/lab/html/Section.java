package org.outrigger.lab.html;

import java.util.List;

/**
 * A headed part of a page.
 *
 * @param heading its heading
 * @param blocks  what is in it
 */
public record Section(String heading, List<Block> blocks) {
    public Section {
        blocks = List.copyOf(blocks);
    }
}
