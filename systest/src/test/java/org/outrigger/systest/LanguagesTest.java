package org.outrigger.systest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/** Run-times with their own ideas of threads, memory and signals: python, perl, C++, Go and other JVMs. */
class LanguagesTest {

    @TestFactory
    Stream<DynamicTest> python() {
        Machine.needs("python3");
        String python = Files.isExecutable(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";
        return Stream.of("threads.py", "processes.py", "signals.py").map(name -> dynamicTest(name,
            () -> NativeAndLwk.of(python, Material.source(name).toString()).limit(180).compare()));
    }

    /** Whatever {@code python3} means on PATH, which may be a chain of scripts. */
    @Test
    void pythonOfThePath() {
        Machine.needs("python3");
        NativeAndLwk.of("python3", Material.source("threads.py").toString()).limit(180).compareSuccess();
    }

    @Test
    void perl() {
        Machine.needs("perl");
        NativeAndLwk.of("perl", Material.source("perl.pl").toString()).compare();
    }

    /** The compiler and what it builds both run on the LWK. */
    @Test
    void buildAndRunCPlusPlus() {
        Machine.needs("g++");
        for (String flags : List.of("-O2", "-O0 -static")) {
            NativeAndLwk.bash("g++ " + flags + " -pthread -o exceptions " + Material.source("exceptions.cpp")
                + " && { ./exceptions; echo $?; }").errorsNormalised(text -> text.replaceAll(" *\\d+", "N")).compareSuccess();
        }
    }

    @Test
    void buildWithMakefilesOfShellJobs() {
        Machine.needs("gcc");
        NativeAndLwk.bash("for i in $(seq 12); do echo \"int f$i(void){return $i;}\" > f$i.c; done;"
            + "{ seq 12 | sed 's/.*/int f&(void);/';"
            + " echo 'int main(void){return '; seq 12 | sed 's/.*/f&()+/'; echo '0;}'; } > m.c;"
            + "ls *.c | xargs -P 4 -n 1 gcc -c && gcc *.o -o sum; ./sum; echo $?; gcc -c missing.c; echo $?").compareSuccess();
    }

    @Test
    void goProgram() {
        Machine.needs("go");
        Path folder = Material.buildFolder("go");
        Path program = folder.resolve("program");
        Material.build(folder, goVariables(), "go", "build", "-o", program.toString(),
            Material.source("go/main.go").toString());
        NativeAndLwk.of(program.toString()).compare();
        NativeAndLwk.of(program.toString()).options("--intercept=trap").compare();
    }

    @Test
    void goTools() {
        Machine.needs("go");
        NativeAndLwk.of("go", "version").compareSuccess();
        NativeAndLwk compared = NativeAndLwk.bash("gofmt -d " + Material.source("go/main.go")
            + "; echo $?; go env GOOS GOARCH");
        goVariables().forEach(compared::with);
        compared.compareSuccess();
    }

    @Test
    @Tag("long")
    void goBuild() {
        Machine.needs("go");
        NativeAndLwk.bash("export GOCACHE=$PWD/cache GOPROXY=off GO111MODULE=off; go build -o p " + Material.source("go/main.go")
            + " && { ./p; echo $?; }").limit(900).compareSuccess();
    }

    @TestFactory
    Stream<DynamicTest> java() {
        List<Path> homes = Machine.javaHomes();
        Machine.skipUnless(!homes.isEmpty(), "no JDK under /usr/lib/jvm");
        Path compiler = homes.stream().map(home -> home.resolve("bin/javac")).filter(Files::isExecutable)
            .findFirst().orElse(null);
        Machine.skipUnless(compiler != null, "no javac under /usr/lib/jvm");
        Path folder = Material.buildFolder("java");
        Material.build(folder, Map.of(), compiler.toString(), "-nowarn", "--release", "17", "-d", folder.toString(),
            Material.source("Churn.java").toString());
        return homes.stream().flatMap(home -> Stream.of("-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:+UseParallelGC", "-Xint")
            .filter(collector -> Machine.longProfile() || !collector.equals("-Xint"))
            .map(collector -> dynamicTest(home.getFileName() + " " + collector,
                () -> NativeAndLwk.of(home.resolve("bin/java").toString(), "-Xmx256m", collector, "-cp", folder.toString(),
                    "Churn").limit(300).compare())));
    }

    private static Map<String, String> goVariables() {
        return Map.of("GOCACHE", Material.buildFolder("go-cache").toString(), "GOPROXY", "off", "GOFLAGS", "-mod=mod",
            "GO111MODULE", "off", "GOTOOLCHAIN", "local");
    }
}
