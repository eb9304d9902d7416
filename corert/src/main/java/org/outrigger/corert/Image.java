package org.outrigger.corert;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The native parts that travel in the jar. */
public enum Image {
    /** The core-side runtime, to be mapped at {@link Layout#RT_TEXT}. */
    RUNTIME("runtime.bin"),
    /** Position-independent code that maps the runtime into a process at its exec stop; the memfd's path follows it. */
    BOOTSTRAP("bootstrap.bin");

    private final String resource;

    Image(String resource) {
        this.resource = resource;
    }

    /** The bytes of the image. */
    public byte[] bytes() {
        try (InputStream in = Image.class.getResourceAsStream(resource)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
