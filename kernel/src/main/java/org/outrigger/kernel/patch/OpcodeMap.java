package org.outrigger.kernel.patch;

/**
 * Which opcodes of an x86-64 opcode map are defined in 64-bit mode, and what follows them. Source: Intel SDM volume 2,
 * appendix A and the EVEX tables; the tests hold them against objdump.
 */
final class OpcodeMap {

    // What follows an opcode: bits that add up.
    static final int MODRM = 1;
    /** One byte of immediate or of branch displacement. */
    static final int IMM8 = 2;
    /** Two bytes whatever the operand size. */
    static final int IMM16 = 4;
    /** Two bytes under 66, else four: never eight. */
    static final int IMM_Z = 8;
    /** Two, four or eight bytes with the operand size: {@code mov $imm,%reg}. */
    static final int IMM_V = 16;
    /** An absolute address: eight bytes, four under 67. */
    static final int MOFFS = 32;
    /** A near branch of four bytes. */
    static final int REL32 = 64;
    static final int DEFINED = 128;

    // One character for each opcode, sixteen to a row. '.' undefined or refused, '0' nothing follows, m ModRM, b imm8, w imm16,
    // z imm of the operand size (at most four bytes), v imm of the operand size, a absolute address, r rel32, B ModRM+imm8,
    // Z ModRM+immz, e imm16+imm8. Prefixes, escapes, VEX and EVEX are taken before these are looked up.
    private static final byte[] ONE = follow(
            "mmmmbz..mmmmbz.."
            + "mmmmbz..mmmmbz.."
            + "mmmmbz..mmmmbz.."
            + "mmmmbz..mmmmbz.."
            + "................"
            + "0000000000000000"
            + "...m....zZbB0000"
            + "bbbbbbbbbbbbbbbb"
            + "BZ.Bmmmmmmmmmmmm"
            + "0000000000.00000"
            + "aaaa0000bz000000"
            + "bbbbbbbbvvvvvvvv"
            + "BBw0..BZe0w00b.0"
            + "mmmm...0mmmmmmmm"
            + "bbbbbbbbrr.b0000"
            + ".0..00mm000000mm");

    // 0f 0f (3DNow!), 0f a6 and a7 (PadLock), 0f ff (ud0: vendors differ) are refused.
    private static final byte[] TWO = follow(
            "mmmm.00000.0.m.."
            + "mmmmmmmmmmmmmmmm"
            + "mmmm....mmmmmmmm"
            + "000000.0........"
            + "mmmmmmmmmmmmmmmm"
            + "mmmmmmmmmmmmmmmm"
            + "mmmmmmmmmmmmmmmm"
            + "BBBBmmm0mm..mmmm"
            + "rrrrrrrrrrrrrrrr"
            + "mmmmmmmmmmmmmmmm"
            + "000mBm..000mBmmm"
            + "mmmmmmmmmmBmmmmm"
            + "mmBmBBBm00000000"
            + "mmmmmmmmmmmmmmmm"
            + "mmmmmmmmmmmmmmmm"
            + "mmmmmmmmmmmmmmm.");

    // One bit for each opcode, 64 to a word, the lowest opcode in the lowest bit. Everything here has a ModRM byte.
    private static final long[] THREE_38 = {0xffbf0f3f70b10fffL, 0x0000000000000003L, 0x0000000000000007L, 0x1f630000f900bf00L};
    private static final long[] THREE_3A = {0x0000000700f0ff00L, 0x0000000f00000017L, 0x0000000000000000L, 0x000100008000d000L};
    private static final long[][] VEX = {
        {0x0000ff0000ff0000L, 0xf0ffffffffff0cf6L, 0x00004000030f0000L, 0x7fffffffffff0074L},
        {0xffffff3f77c8ffffL, 0x03040000570f02e3L, 0xfff3ffc0ffc05000L, 0x00ecfffff8008000L},
        {0x030f000723f0ff77L, 0xff00ff0ff0001f57L, 0x0000000000000000L, 0x000100008000c000L},
    };
    private static final long[] NONE = new long[4];
    private static final long[][] EVEX = {
        {0x0000ff0000ff0000L, 0xcf7ffffffff20000L, 0x0000000000000000L, 0x7f7effffff7e0074L},
        {0xffff3fffff7f3811L, 0xffef017c0f3ff0fdL, 0xfff0ffc0ffc0af08L, 0x00000000f000bd10L},
        {0xcf0000efeff08f3bL, 0x000f00c000f3001cL, 0x0000000000000000L, 0x000000000000c004L},
        NONE,
        {0x0000f40020030000L, 0x7f004000ff020000L, 0x0000000000000000L, 0x0000000000000000L},
        {0x0000300000080000L, 0x0000000000c0f00cL, 0xffc0ffc0ffc00000L, 0x0000000000c00000L},
    };

    private OpcodeMap() {
    }

    /** What follows an opcode of the one-byte map; 0 where it is undefined or refused. */
    static int one(int opcode) {
        return ONE[opcode] & 0xff;
    }

    /** What follows an opcode after {@code 0f}. */
    static int two(int opcode) {
        return TWO[opcode] & 0xff;
    }

    /** What follows an opcode after {@code 0f 38}. */
    static int three38(int opcode) {
        return has(THREE_38, opcode) ? DEFINED | MODRM : 0;
    }

    /** What follows an opcode after {@code 0f 3a}. */
    static int three3a(int opcode) {
        return has(THREE_3A, opcode) ? DEFINED | MODRM | IMM8 : 0;
    }

    /** What follows an opcode of a VEX map, 1 to 3. */
    static int vex(int map, int opcode) {
        if (map < 1 || map > VEX.length || !has(VEX[map - 1], opcode)) {
            return 0;
        }
        if (map == 1 && opcode == 0x77) {
            return DEFINED;
        }
        return DEFINED | MODRM | (map == 3 || map == 1 && imm8InMapOne(opcode) ? IMM8 : 0);
    }

    /** What follows an opcode of an EVEX map, 1 to 6. */
    static int evex(int map, int opcode) {
        if (map < 1 || map > EVEX.length || !has(EVEX[map - 1], opcode)) {
            return 0;
        }
        return DEFINED | MODRM | (map == 3 || map == 1 && imm8InMapOne(opcode) ? IMM8 : 0);
    }

    private static boolean imm8InMapOne(int opcode) {
        return opcode >= 0x70 && opcode <= 0x73 || opcode == 0xc2 || opcode >= 0xc4 && opcode <= 0xc6;
    }

    private static boolean has(long[] words, int opcode) {
        return (words[opcode >> 6] >>> (opcode & 63) & 1) != 0;
    }

    private static byte[] follow(String rows) {
        byte[] map = new byte[256];
        for (int i = 0; i < map.length; i++) {
            map[i] = (byte) switch (rows.charAt(i)) {
                case '0' -> DEFINED;
                case 'm' -> DEFINED | MODRM;
                case 'b' -> DEFINED | IMM8;
                case 'w' -> DEFINED | IMM16;
                case 'z' -> DEFINED | IMM_Z;
                case 'v' -> DEFINED | IMM_V;
                case 'a' -> DEFINED | MOFFS;
                case 'r' -> DEFINED | REL32;
                case 'B' -> DEFINED | MODRM | IMM8;
                case 'Z' -> DEFINED | MODRM | IMM_Z;
                case 'e' -> DEFINED | IMM16 | IMM8;
                default -> 0;
            };
        }
        return map;
    }
}
