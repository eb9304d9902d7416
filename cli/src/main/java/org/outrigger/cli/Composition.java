package org.outrigger.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where the command line meets the parts that do the work. */
final class Composition {
    private static final String NO_TABLE = "this build has no triage table";

    private Composition() {
    }

    /** The command line of this process. A part is made when it is first needed: help and errors must not wait for it. */
    static Main mainOfThisProcess() {
        Surroundings surroundings = Surroundings.ofThisProcess();
        return new Main(surroundings, request -> {
            surroundings.err().println("outrigger: this build has no kernel to run programs");
            return ExitStatus.LAUNCHER_ERROR;
        }, new NoTable());
    }

    private static final class NoTable implements TriageView {
        @Override
        public String text(Optional<Path> file) throws TriageFileException {
            throw new TriageFileException(NO_TABLE);
        }

        @Override
        public String json(Optional<Path> file) throws TriageFileException {
            throw new TriageFileException(NO_TABLE);
        }

        @Override
        public void check(Path file) throws TriageFileException {
            throw new TriageFileException(NO_TABLE);
        }
    }
}
