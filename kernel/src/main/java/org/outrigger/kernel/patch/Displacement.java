package org.outrigger.kernel.patch;

/**
 * Which instructions may run in a trampoline instead of where they stand. Source: Intel SDM volume 2.
 *
 * <p>Allowed are general moves, arithmetic, logic, shifts, conditional moves and sets, and plain vector moves: what passes
 * control to its successor, does not write the stack pointer, and means the same at another address. An operand relative to RIP
 * is allowed and must be adjusted. Everything that is not listed is refused.
 */
final class Displacement {

    private static final int REX_R = 4;
    private static final int REX_B = 1;
    private static final int RSP = 4;

    private Displacement() {
    }

    /**
     * Whether an instruction may be displaced.
     *
     * @param at     index of its first byte; its length must be known to {@link InstructionLength}
     */
    static boolean isAllowed(byte[] code, int at) {
        int next = at;
        boolean repeat = false;
        while (isPrefix(code[next] & 0xff)) {
            repeat |= (code[next] & 0xff) == 0xf3;
            next++;
        }
        int rex = (code[next] & 0xf0) == 0x40 ? code[next++] : 0;
        int opcode = code[next++] & 0xff;
        if (opcode == 0x0f) {
            return escaped(code[next] & 0xff, code[next + 1] & 0xff, rex, repeat);
        }
        return !repeat && plain(opcode, code[next] & 0xff, rex);
    }

    /**
     * Where an allowed instruction has a displacement relative to RIP.
     *
     * @return index of its four bytes from the instruction's first; 0 where it has none
     */
    static int ripOperand(byte[] code, int at) {
        int next = at;
        while (isPrefix(code[next] & 0xff)) {
            next++;
        }
        next += (code[next] & 0xf0) == 0x40 ? 1 : 0;
        int opcode = code[next++] & 0xff;
        boolean hasModRm;
        if (opcode == 0x0f) {
            opcode = code[next++] & 0xff;
            hasModRm = (OpcodeMap.two(opcode) & OpcodeMap.MODRM) != 0;
        } else {
            hasModRm = (OpcodeMap.one(opcode) & OpcodeMap.MODRM) != 0;
        }
        return hasModRm && (code[next] & 0xc7) == 0x05 ? next + 1 - at : 0;
    }

    /** Operand size, thread-local data, and what makes a vector move of another. */
    private static boolean isPrefix(int b) {
        return b == 0x66 || b == 0x64 || b == 0xf3;
    }

    private static boolean plain(int opcode, int modRm, int rex) {
        if (opcode < 0x40) {
            int form = opcode & 7;
            return form == 2 || form == 3 ? keepsRspAsReg(modRm, rex) : form < 2 ? keepsRspAsRm(modRm, rex) : form < 6;
        }
        if (opcode >= 0xb0 && opcode <= 0xbf) {
            return (opcode & 7) != RSP || (rex & REX_B) != 0;
        }
        int group = modRm >> 3 & 7;
        return switch (opcode) {
            case 0x63, 0x69, 0x6b, 0x8a, 0x8b, 0x8d -> keepsRspAsReg(modRm, rex);
            case 0x80, 0x81, 0x83, 0x84, 0x85, 0x88, 0x89, 0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3 -> keepsRspAsRm(modRm, rex);
            case 0xc6, 0xc7 -> group == 0 && keepsRspAsRm(modRm, rex);
            // test, not and neg; inc and dec
            case 0xf6, 0xf7 -> group != 1 && group < 4 && keepsRspAsRm(modRm, rex);
            case 0xfe, 0xff -> group < 2 && keepsRspAsRm(modRm, rex);
            case 0x90, 0x98, 0x99, 0xa8, 0xa9 -> true;
            default -> false;
        };
    }

    private static boolean escaped(int opcode, int modRm, int rex, boolean repeat) {
        return switch (opcode) {
            // movups and its kin, movq and movdqu
            case 0x10, 0x11, 0x6f, 0x7f, 0xd6 -> true;
            case 0x7e -> repeat || keepsRspAsRm(modRm, rex);
            case 0x28, 0x29, 0x6e, 0xef -> !repeat;
            case 0xaf, 0xb6, 0xb7, 0xbe, 0xbf -> !repeat && keepsRspAsReg(modRm, rex);
            default -> !repeat && (opcode >= 0x40 && opcode <= 0x4f && keepsRspAsReg(modRm, rex)
                    || opcode >= 0x90 && opcode <= 0x9f && keepsRspAsRm(modRm, rex)
                    || opcode >= 0xc8 && opcode <= 0xcf && ((opcode & 7) != RSP || (rex & REX_B) != 0));
        };
    }

    private static boolean keepsRspAsReg(int modRm, int rex) {
        return (modRm >> 3 & 7) != RSP || (rex & REX_R) != 0;
    }

    private static boolean keepsRspAsRm(int modRm, int rex) {
        return modRm < 0xc0 || (modRm & 7) != RSP || (rex & REX_B) != 0;
    }
}
