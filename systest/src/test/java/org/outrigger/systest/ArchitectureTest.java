package org.outrigger.systest;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** Who may know whom among the rooms of the house (docs/design.md), and who may leave Java. */
class ArchitectureTest {

    private static final String HOUSE = "org.outrigger.";

    /** For each room the other rooms that it may import. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.of(
        "abi", Set.of(),
        "host", Set.of("abi"),
        "channel", Set.of(),
        "corert", Set.of("abi"),
        "kernel", Set.of("abi", "host", "corert", "channel"),
        "node", Set.of("abi", "host"),
        "osn", Set.of("abi", "host", "channel"),
        "lab", Set.of("abi", "host"),
        "cli", Set.of("abi", "host", "channel", "corert", "kernel", "node", "osn", "lab"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("org.outrigger");

    @Test
    void theHouseIsOnTheClassPath() {
        for (String room : List.of("abi", "host", "channel", "corert", "kernel", "node", "lab", "cli")) {
            assertTrue(CLASSES.stream().anyMatch(type -> type.getPackageName().startsWith(HOUSE + room)),
                () -> "no class of " + room + " was found to check");
        }
    }

    @TestFactory
    Stream<DynamicTest> roomsImportOnlyWhatTheyMay() {
        return MAY_IMPORT.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(room -> dynamicTest(room.getKey(), () -> {
            List<String> forbidden = new ArrayList<>(List.of(HOUSE + "systest..", HOUSE + "bench.."));
            MAY_IMPORT.keySet().stream().filter(other -> !other.equals(room.getKey()) && !room.getValue().contains(other))
                .forEach(other -> forbidden.add(HOUSE + other + ".."));
            noClasses().that().resideInAPackage(HOUSE + room.getKey() + "..").should().dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new)).allowEmptyShould(true).check(CLASSES);
        }));
    }

    @Test
    void channelKnowsNothingButJavaBase() {
        classes().that().resideInAPackage(HOUSE + "channel..").should().onlyDependOnClassesThat()
            .resideInAnyPackage(HOUSE + "channel..", "java.lang..", "java.util..", "java.nio..", "java.io..", "java.time..")
            .allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void onlyHostCallsNativeCode() {
        noClasses().that().resideOutsideOfPackage(HOUSE + "host..").should().dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
            .orShould().callMethod(System.class, "load", String.class)
            .orShould().callMethod(System.class, "loadLibrary", String.class).check(CLASSES);
    }

    @Test
    void onlyHostMakesSegmentsOfRawAddresses() {
        DescribedPredicate<JavaCall<?>> reinterprets = DescribedPredicate.describe("MemorySegment.reinterpret",
            call -> call.getName().equals("reinterpret") && call.getTargetOwner().isEquivalentTo(MemorySegment.class));
        noClasses().that().resideOutsideOfPackage(HOUSE + "host..")
            .and().doNotHaveFullyQualifiedName(HOUSE + "channel.RawMemory") // the words that every request touches
            .should().callMethodWhere(reinterprets).check(CLASSES);
    }

    /** Memory and tasks know the types of triage; the table is handed to them by the place that composes the kernel. */
    @Test
    void memoryAndTasksDoNotKnowTheTable() {
        noClasses().that().resideInAnyPackage(HOUSE + "kernel.memory..", HOUSE + "kernel.task..").should().dependOnClassesThat()
            .haveFullyQualifiedName(HOUSE + "kernel.triage.TriageTable").allowEmptyShould(true).check(CLASSES);
    }

    @Test
    void nobodyWritesToStandardOutputButTheCommandLine() {
        noClasses().that().resideOutsideOfPackages(HOUSE + "cli..", HOUSE + "bench..").should()
            .accessField(System.class, "out").check(CLASSES);
    }
}
