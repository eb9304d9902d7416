package org.outrigger.kernel.patch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random instructions: what may be displaced is harmless by objdump's reading, and what is relative to RIP is found. */
class DisplacementTest {

    private static final int SLOT = 16;
    private static final int COUNT = 60_000;
    private static final byte NOP = (byte) 0x90;
    /** As objdump names them, prefixes that it prints as words included. */
    private static final Pattern HARMLESS = Pattern.compile("^((rex(\\.[WRXB]+)?|fs|data16) )*"
            + "(mov|add|adc|sub|sbb|or|and|xor|cmp|test|lea|imul|sh|sa|ro|rc|"
            + "not|neg|inc|dec|cmov|set|nop|xchg +%\\w+,%\\w+|data16|cltq|cwtl|cltd|cqto|cqo|cwtd|cbtw|bswap|pxor)");
    private static final Pattern NOT_HERE = Pattern.compile(
            "%gs:|,%([er]?sp|spl)$|^[a-z]+ +%([er]?sp|spl)$|\\bmov.*%[cdt]r[0-9]|movs |\\(bad\\)|lock|rep|%[cdes]s:");

    @TempDir
    private Path directory;

    @Test
    void objdumpFindsWhatIsAllowedHarmless() throws IOException, InterruptedException {
        SplittableRandom random = new SplittableRandom(11);
        RandomCode source = new RandomCode(random);
        byte[] code = new byte[COUNT * SLOT];
        Arrays.fill(code, NOP);
        List<Integer> allowed = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            byte[] one = source.instruction();
            System.arraycopy(one, 0, code, i * SLOT, one.length);
            int length = InstructionLength.of(code, i * SLOT, code.length);
            if (length == one.length && ControlFlow.kind(code, i * SLOT, length) == ControlFlow.Kind.NEXT
                    && Displacement.isAllowed(code, i * SLOT)) {
                allowed.add(i * SLOT);
            }
        }
        Objdump.Line[] at = new Objdump.Line[code.length];
        Objdump.bytes(directory, code, 0).forEach(line -> at[(int) line.address()] = line);
        int relative = 0;
        for (int start : allowed) {
            String text = at[start].text();
            assertTrue(HARMLESS.matcher(text).find() && !NOT_HERE.matcher(text.replaceAll(" +#.*", "")).find(), text);
            int operand = Displacement.ripOperand(code, start);
            assertEquals(text.contains("(%rip)"), operand != 0, text);
            if (operand != 0) {
                relative++;
                long target = start + at[start].length() + ControlFlow.int32(code, start + operand);
                assertTrue(text.endsWith("# 0x" + Long.toHexString(target)), text);
            }
        }
        System.out.printf("%d of %d random instructions may be displaced, %d of them relative to RIP%n", allowed.size(),
                COUNT, relative);
        assertTrue(allowed.size() > COUNT / 5 && relative > 100);
    }
}
