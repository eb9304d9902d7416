package org.outrigger.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.outrigger.kernel.boot.LwkRunner;
import org.outrigger.kernel.triage.OverrideFile;
import org.outrigger.kernel.triage.TriageJson;
import org.outrigger.kernel.triage.TriageTable;
import org.outrigger.kernel.triage.TriageText;
import org.outrigger.lab.calls.CallBenchmark;
import org.outrigger.lab.compare.Comparer;
import org.outrigger.lab.noise.NoiseLab;
import org.outrigger.lab.memory.MemoryBenchmark;

/** Where the command line meets the parts that do the work. */
final class Composition {
    private Composition() {
    }

    /** The command line of this process. A part is made when it is first needed: help and errors must not wait for it. */
    static Main mainOfThisProcess() {
        StandardTable tables = new StandardTable();
        Surroundings surroundings = Surroundings.ofThisProcess();
        return new Main(surroundings, request -> new LwkRunner(tables.checked(request.triage()), Main.version())
                .run(request),
                tables, new Main.Laboratory(CallBenchmark::new, MemoryBenchmark::new, Comparer::new, NoiseLab::new,
                        () -> OwnPartitions.of(surroundings)));
    }

    /** The built-in table with the user's overrides. */
    private static final class StandardTable implements TriageView {

        private static TriageTable table(Optional<Path> file) throws TriageFileException {
            TriageTable standard = TriageTable.standard();
            if (file.isEmpty()) {
                return standard;
            }
            try {
                return standard.withOverrides(OverrideFile.read(file.get(), standard));
            } catch (org.outrigger.kernel.triage.TriageFileException wrong) {
                throw new TriageFileException(wrong.getMessage());
            }
        }

        /** The table for a job whose file has been checked. */
        TriageTable checked(Optional<Path> file) {
            try {
                return table(file);
            } catch (TriageFileException changed) {
                throw new IllegalStateException("the triage file has changed since it was checked", changed);
            }
        }

        @Override
        public String text(Optional<Path> file) throws TriageFileException {
            return TriageText.render(table(file));
        }

        @Override
        public String json(Optional<Path> file) throws TriageFileException {
            return TriageJson.render(table(file));
        }

        @Override
        public void check(Path file) throws TriageFileException {
            table(Optional.of(file));
        }
    }
}
