package org.outrigger.kernel.patch;

/**
 * The length of one x86-64 instruction. Source: Intel SDM volume 2, chapter 2 and appendix A; AMD APM volume 3.
 *
 * <p>What the two vendors read differently (a 66 prefix on a near branch, {@code ud0}), what only one of them has (XOP, 3DNow!,
 * SSE4a's {@code extrq}), APX, prefixes in an order that makes REX void, and undefined opcodes are all "unknown": the answer is
 * then 0, never a guess. The reverse does not hold: an instruction of known length may still be refused by a processor.
 */
public final class InstructionLength {

    /** Longer encodings fault. */
    public static final int LONGEST = 15;

    private static final int REX_W = 8;
    private static final int FWAIT = 0x9b;

    private InstructionLength() {
    }

    /**
     * Measures one instruction; allocates nothing.
     *
     * @param code  the bytes
     * @param start index of the instruction's first byte, prefixes included
     * @param end   index after the last byte that may be read; at most the array's length
     * @return bytes, 1 to {@link #LONGEST}; 0 where the instruction is unknown or reaches beyond {@code end}
     */
    public static int of(byte[] code, int start, int end) {
        int limit = Math.min(end, start + LONGEST);
        int at = start;
        boolean size16 = false;
        boolean address32 = false;
        boolean repeat = false;
        boolean lock = false;
        while (at < limit) {
            int b = code[at] & 0xff;
            switch (b) {
                case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> { }
                case 0x66 -> size16 = true;
                case 0x67 -> address32 = true;
                case 0xf2, 0xf3 -> repeat = true;
                case 0xf0 -> lock = true;
                default -> {
                    if (b == FWAIT && at > start) {
                        return 0;
                    }
                    int next = afterPrefixes(code, at, limit, size16, address32, repeat, lock);
                    return next == 0 ? 0 : next - start;
                }
            }
            at++;
        }
        return 0;
    }

    /** The index after the instruction whose REX or opcode is at {@code at}; 0 if unknown. */
    private static int afterPrefixes(byte[] code, int at, int limit, boolean size16, boolean address32, boolean repeat,
                                     boolean lock) {
        int opcode = code[at] & 0xff;
        if (opcode == 0xc4 || opcode == 0xc5 || opcode == 0x62) {
            return size16 || repeat || lock ? 0 : vector(code, at, limit);
        }
        int next = at + 1;
        boolean wide = false;
        if ((opcode & 0xf0) == 0x40) {
            if (next >= limit) {
                return 0;
            }
            wide = (opcode & REX_W) != 0;
            opcode = code[next++] & 0xff;
            if (opcode == FWAIT) {
                return 0;
            }
        }
        if (opcode == 0x0f) {
            return escaped(code, next, limit, size16 && !wide, size16, repeat);
        }
        int follows = OpcodeMap.one(opcode);
        if (follows == 0 || size16 && !wide && isNearBranch(opcode)) {
            return 0;
        }
        if ((follows & OpcodeMap.MODRM) != 0) {
            if (next >= limit) {
                return 0;
            }
            follows = ofGroup(opcode, code[next] & 0xff, follows);
            if (follows == 0) {
                return 0;
            }
            next = afterModRm(code, next, limit);
        }
        return next == 0 ? 0 : inside(next + immediate(follows, size16 && !wide, wide, address32), limit);
    }

    /** Vendors differ on the width of these under a 66 prefix. */
    private static boolean isNearBranch(int opcode) {
        return opcode >= 0x70 && opcode <= 0x7f || opcode >= 0xe0 && opcode <= 0xe3
                || opcode == 0xe8 || opcode == 0xe9 || opcode == 0xeb;
    }

    /** What follows an opcode whose ModRM byte selects among several instructions; 0 where it selects none. */
    private static int ofGroup(int opcode, int modRm, int follows) {
        int reg = modRm >> 3 & 7;
        boolean register = modRm >= 0xc0;
        boolean defined = switch (opcode) {
            case 0x8d -> !register;
            case 0x8f -> reg == 0;
            // c6 f8 is xabort, c7 f8 xbegin: the same lengths.
            case 0xc6, 0xc7 -> reg == 0 || modRm == 0xf8;
            case 0xfe -> reg < 2;
            case 0xff -> reg != 7 && !(register && (reg == 3 || reg == 5));
            default -> true;
        };
        if (!defined) {
            return 0;
        }
        if (reg < 2 && opcode == 0xf6) {
            return follows | OpcodeMap.IMM8;
        }
        return reg < 2 && opcode == 0xf7 ? follows | OpcodeMap.IMM_Z : follows;
    }

    /** After the byte {@code 0f}; {@code at} is the byte behind it. */
    private static int escaped(byte[] code, int at, int limit, boolean imm16, boolean size16, boolean repeat) {
        if (at >= limit) {
            return 0;
        }
        int opcode = code[at] & 0xff;
        int next = at + 1;
        int follows;
        if (opcode == 0x38 || opcode == 0x3a) {
            if (next >= limit) {
                return 0;
            }
            int third = code[next++] & 0xff;
            follows = opcode == 0x38 ? OpcodeMap.three38(third) : OpcodeMap.three3a(third);
        } else {
            follows = OpcodeMap.two(opcode);
            boolean refused = switch (opcode) {
                // Under a prefix these are SSE4a with immediates of their own.
                case 0x78, 0x79 -> size16 || repeat;
                // popcnt; without the prefix it is not x86.
                case 0xb8 -> !repeat;
                default -> imm16 && (follows & OpcodeMap.REL32) != 0;
            };
            if (refused) {
                return 0;
            }
        }
        if (follows == 0) {
            return 0;
        }
        if ((follows & OpcodeMap.MODRM) != 0) {
            // Moves to control and debug registers have no memory form, whatever the mod bits say.
            if (next >= limit || opcode >= 0x20 && opcode <= 0x23 && (code[next] & 0xff) < 0xc0) {
                return 0;
            }
            next = afterModRm(code, next, limit);
        }
        return next == 0 ? 0 : inside(next + immediate(follows, imm16, false, false), limit);
    }

    /** A VEX or EVEX instruction from its first byte. */
    private static int vector(byte[] code, int at, int limit) {
        int lead = code[at] & 0xff;
        int opcodeAt = at + (lead == 0xc5 ? 2 : lead == 0xc4 ? 3 : 4);
        if (opcodeAt >= limit) {
            return 0;
        }
        int opcode = code[opcodeAt] & 0xff;
        int follows = switch (lead) {
            case 0xc5 -> OpcodeMap.vex(1, opcode);
            case 0xc4 -> OpcodeMap.vex(code[at + 1] & 0x1f, opcode);
            // The bits that EVEX fixes; other values are APX.
            default -> (code[at + 1] & 8) == 0 && (code[at + 2] & 4) != 0 ? OpcodeMap.evex(code[at + 1] & 7, opcode) : 0;
        };
        int next = opcodeAt + 1;
        if (follows != 0 && (follows & OpcodeMap.MODRM) != 0) {
            next = afterModRm(code, next, limit);
        }
        return follows == 0 || next == 0 ? 0 : inside(next + immediate(follows, false, false, false), limit);
    }

    /** The index after ModRM, SIB and displacement; 0 if beyond the limit. The sizes are the same under 67. */
    private static int afterModRm(byte[] code, int at, int limit) {
        if (at >= limit) {
            return 0;
        }
        int mod = code[at] >> 6 & 3;
        int rm = code[at] & 7;
        int next = at + 1;
        if (mod == 3) {
            return next;
        }
        int base = rm;
        if (rm == 4) {
            if (next >= limit) {
                return 0;
            }
            base = code[next++] & 7;
        }
        return switch (mod) {
            case 1 -> next + 1;
            case 2 -> next + 4;
            // Base 5 without a displacement byte means disp32, relative to RIP where there is no SIB.
            default -> base == 5 ? next + 4 : next;
        };
    }

    private static int immediate(int follows, boolean size16, boolean wide, boolean address32) {
        int bytes = 0;
        if ((follows & OpcodeMap.IMM8) != 0) {
            bytes += 1;
        }
        if ((follows & OpcodeMap.IMM16) != 0) {
            bytes += 2;
        }
        if ((follows & OpcodeMap.IMM_Z) != 0) {
            bytes += size16 ? 2 : 4;
        }
        if ((follows & OpcodeMap.IMM_V) != 0) {
            bytes += wide ? 8 : size16 ? 2 : 4;
        }
        if ((follows & OpcodeMap.MOFFS) != 0) {
            bytes += address32 ? 4 : 8;
        }
        if ((follows & OpcodeMap.REL32) != 0) {
            bytes += 4;
        }
        return bytes;
    }

    private static int inside(int next, int limit) {
        return next <= limit ? next : 0;
    }
}
