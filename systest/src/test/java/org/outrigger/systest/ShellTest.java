package org.outrigger.systest;

import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Shells and the tools that they call. */
class ShellTest {

    /** bash writes the process id of a killed child to standard error. */
    private static final UnaryOperator<String> WITHOUT_NUMBERS = text -> text.replaceAll(" *\\d+", "N");

    @Test
    void bashPipelinesHereDocumentsAndTraps() {
        NativeAndLwk.script("shell.sh").errorsNormalised(WITHOUT_NUMBERS).compare();
    }

    @Test
    void bashJobControlWithoutATerminal() {
        NativeAndLwk.script("jobs.sh").errorsNormalised(WITHOUT_NUMBERS).compareSuccess();
    }

    @Test
    void otherShells() {
        String script = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo $i; done | sort -r | head -3; (exit 4); echo $?";
        NativeAndLwk.of("sh", "-c", script).compareSuccess();
        Machine.needs("busybox");
        NativeAndLwk.of("busybox", "sh", "-c", script).compareSuccess();
    }

    @Test
    void coreutilsOverALargeTree() {
        NativeAndLwk.script("tree.sh").limit(240).compareSuccess();
    }

    @Test
    void aScriptWithAnInterpreterLine() {
        NativeAndLwk.bash("printf '#!/bin/bash -u\\necho \"$0\" \"$@\"; exit 6\\n' > s; chmod +x s; ./s one 'two words'; echo $?;"
            + "printf '#!/usr/bin/env python3\\nimport sys; print(sys.argv)\\n' > t; chmod +x t; ./t x").compareSuccess();
    }

    @Test
    void largeOutputThroughPipes() {
        NativeAndLwk.bash("seq 1 400000 | tee >(sha256sum > sum; touch done) | tail -c 1000;"
            + " while [ ! -e done ]; do sleep 0.02; done; cat sum; yes | head -c 30000000 | md5sum").compareSuccess();
    }

    @Test
    @Tag("long")
    void aThousandShortProcesses() {
        NativeAndLwk.bash("for i in $(seq 1000); do /bin/true; x=$(echo $i); done; echo $x").limit(300).compareSuccess();
    }
}
