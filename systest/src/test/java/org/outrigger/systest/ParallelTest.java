package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** What high-performance programs are built of: OpenMP teams and MPI ranks over shared memory. */
class ParallelTest {

    /** Ranks print in the order in which they get there. */
    private static final UnaryOperator<String> SORTED = text -> text.lines().sorted().collect(Collectors.joining("\n"));

    @TestFactory
    Stream<DynamicTest> openMp() {
        Machine.needs("gcc");
        Path folder = Material.buildFolder("openmp");
        Material.build(folder, Map.of(), "gcc", "-O1", "-fopenmp", "-o", folder.resolve("openmp").toString(),
            Material.source("openmp.c").toString());
        return Stream.of("passive", "active").map(policy -> dynamicTest("waiting " + policy,
            () -> NativeAndLwk.of(folder.resolve("openmp").toString()).with("OMP_WAIT_POLICY", policy).limit(300)
                .compareSuccess()));
    }

    /** {@code outrigger run -- mpiexec ...}: the process manager and its ranks are one job. */
    @Test
    void mpiUnderOneRun() {
        NativeAndLwk.of(mpich("mpiexec"), "-n", "2", mpiProgram()).normalised(SORTED).limit(240).compareSuccess();
    }

    /** {@code mpiexec ... outrigger run -- program}: each rank is a job of its own. */
    @Test
    void mpiRanksEachWithTheirOwnRun() {
        List<String> line = new ArrayList<>(List.of(mpich("mpiexec"), "-n", "2"));
        line.addAll(Outrigger.run(List.of(), List.of(mpiProgram())));
        NativeAndLwk.of(mpich("mpiexec"), "-n", "2", mpiProgram()).lwkCommand(line).normalised(SORTED).limit(240)
                .compareSuccess();
    }

    /** Where several MPIs are installed the plain name is any of them, perhaps one without its headers. */
    private static String mpich(String tool) {
        String its = tool + ".mpich";
        return Files.isExecutable(Path.of("/usr/bin", its)) ? its : tool;
    }

    private static String mpiProgram() {
        Machine.needs("mpicc", "mpiexec");
        Path folder = Material.buildFolder("mpi");
        Material.build(folder, Map.of(), mpich("mpicc"), "-O1", "-o", folder.resolve("mpi").toString(),
            Material.source("mpi.c").toString());
        return folder.resolve("mpi").toString();
    }
}
