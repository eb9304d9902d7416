package org.outrigger.lab.environment;

/**
 * One thing that is known of the machine.
 *
 * @param key   its name in JSON
 * @param label its name for people
 * @param value what it is, {@code unknown} where the machine does not tell
 */
public record Fact(String key, String label, String value) {
}
