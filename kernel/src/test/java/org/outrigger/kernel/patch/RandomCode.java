package org.outrigger.kernel.patch;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.SplittableRandom;

/** Assembles random valid instructions from a table of encodings; knows where each ends without any decoding. */
final class RandomCode {

    // Opcode bytes, then what follows: m ModRM, /n ModRM with that reg, then the bytes of immediate. w: takes REX.W and no 66.
    private static final String[] ENCODINGS = {
        "00 m", "01 m w", "03 m w", "29 m w", "31 m w", "38 m", "3b m w", "85 m w", "88 m", "89 m w", "8a m", "8b m w", "63 m w",
        "04 1", "05 4", "3c 1", "a8 1", "a9 4", "6a 1", "68 4", "69 m 4", "6b m 1", "80 /0 1", "81 /5 4", "83 /7 1", "c6 /0 1",
        "c7 /0 4", "f6 /0 1", "f6 /3", "f7 /0 4", "f7 /4 w", "fe /1", "ff /0 w", "ff /2", "ff /4", "ff /6", "d1 /4 w", "d3 /5 w",
        "c1 /0 1", "c0 /1 1", "50", "5f", "90", "98", "99", "c3", "c2 2",
        "c9", "cc", "cd 1", "f4", "a4", "aa", "b0 1", "b8 4", "bf 4",
        "eb 1", "74 1", "e8 4", "e9 4", "e3 1", "0f84 4", "0f8f 4",
        "0f05", "0f0b", "0fa2", "0f31", "0faf m w", "0fb6 m w", "0fbe m w",
        "0f44 m w", "0f94 m", "0fba /4 1", "0fa4 m 1", "0fac m 1", "0fb1 m w", "0fc1 m w", "0fc8", "0f1f /0", "0f18 /1", "0f10 m",
        "0f28 m", "0f58 m", "0fc6 m 1", "0f70 m 1", "0fd4 m", "0fef m",
        "0f6f m", "0f3800 m", "0f381c m", "0f38f0 m", "0f3a0f m 1",
        "c5f877", "c5f858 m", "c5fd6f m", "c5f970 m 1", "c4e27d18 m", "c4e2f1b8 m", "c4e37d39 m 1", "c4e3fd00 m 1", "c4e27bf7 m",
        "62f17c4828 m", "62f1fd486f m", "62f27d4818 m", "62f3754825 m 1", "d9 /0", "dd /2", "d8 m", "8d /1*",
    };

    private final SplittableRandom random;

    RandomCode(SplittableRandom random) {
        this.random = random;
    }

    /** One instruction of 1 to 15 bytes. */
    byte[] instruction() {
        byte[] made = assemble(ENCODINGS[random.nextInt(ENCODINGS.length)].split(" "));
        return made.length <= InstructionLength.LONGEST ? made : instruction();
    }

    private byte[] assemble(String[] parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean vector = parts[0].startsWith("c5") || parts[0].startsWith("c4") || parts[0].startsWith("62");
        boolean memory = false;
        for (String part : parts) {
            memory |= part.equals("m");
        }
        if (memory && random.nextInt(8) == 0) {
            out.write(0x64);
        }
        if (!vector && random.nextInt(3) == 0) {
            out.write(0x40 | random.nextInt(parts[parts.length - 1].equals("w") ? 16 : 8));
        }
        out.writeBytes(HexFormat.of().parseHex(parts[0]));
        for (int i = 1; i < parts.length; i++) {
            switch (parts[i].charAt(0)) {
                case 'm' -> modRm(out, random.nextInt(8), parts[0].equals("0f38f0"));
                case '/' -> modRm(out, parts[i].charAt(1) - '0', parts[i].endsWith("*") || parts[0].equals("0f18"));
                case 'w' -> { }
                default -> random(out, Integer.parseInt(parts[i]));
            }
        }
        return out.toByteArray();
    }

    private void modRm(ByteArrayOutputStream out, int reg, boolean memoryOnly) {
        int mod = random.nextInt(memoryOnly ? 3 : 4);
        int rm = random.nextInt(8);
        out.write(mod << 6 | reg << 3 | rm);
        if (mod == 3) {
            return;
        }
        int base = rm;
        if (rm == 4) {
            base = random.nextInt(8);
            out.write(random.nextInt(32) << 3 | base);
        }
        random(out, mod == 1 ? 1 : mod == 2 || base == 5 ? 4 : 0);
    }

    private void random(ByteArrayOutputStream out, int count) {
        byte[] some = new byte[count];
        random.nextBytes(some);
        out.writeBytes(some);
    }
}
