package org.outrigger.systest;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** A kernel loop owns its state and takes no lock: the code that runs when it serves a call has no monitor in it. */
class LoopCodeTest {

    private static final List<String> CODE = List.of("channel/target/classes/org/outrigger/channel",
        "host/target/classes/org/outrigger/host/Futex.class", "host/target/classes/org/outrigger/host/Syscalls.class",
        "kernel/target/classes/org/outrigger/kernel/loop", "kernel/target/classes/org/outrigger/kernel/memory",
        "kernel/target/classes/org/outrigger/kernel/task", "kernel/target/classes/org/outrigger/kernel/boot/Lwk.class");

    @TestFactory
    Stream<DynamicTest> noMonitors() {
        return CODE.stream().map(place -> dynamicTest(place, () -> {
            List<String> locking = new ArrayList<>();
            int methods = 0;
            for (Path file : classes(Outrigger.root().resolve(place))) {
                ClassModel type = ClassFile.of().parse(file);
                for (MethodModel method : type.methods()) {
                    methods++;
                    boolean monitor = method.code().isPresent()
                        && method.code().get().elementStream().anyMatch(MonitorInstruction.class::isInstance);
                    if (monitor || method.flags().has(AccessFlag.SYNCHRONIZED)) {
                        locking.add(type.thisClass().asInternalName() + "." + method.methodName().stringValue());
                    }
                }
            }
            assertFalse(methods == 0, "no class was found");
            assertEquals(List.of(), locking);
        }));
    }

    private static List<Path> classes(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }
}
