package org.outrigger.kernel.patch;

/** Where an instruction of known length passes control. Source: Intel SDM volume 2. */
final class ControlFlow {

    enum Kind {
        /** To the next instruction. */
        NEXT,
        /** To the next one or the target. */
        CONDITIONAL,
        /** To the target only. */
        JUMP,
        /** To the target, and in general back to the next one. */
        CALL,
        /** Elsewhere, or nowhere: returns, indirect jumps, traps. */
        STOP
    }

    private ControlFlow() {
    }

    /** The kind of the instruction that begins at {@code at}; its length must be known to {@link InstructionLength}. */
    static Kind kind(byte[] code, int at, int length) {
        int opcodeAt = opcodeAt(code, at);
        int opcode = code[opcodeAt] & 0xff;
        if (opcode >= 0x70 && opcode <= 0x7f || opcode >= 0xe0 && opcode <= 0xe3) {
            return Kind.CONDITIONAL;
        }
        return switch (opcode) {
            case 0x0f -> escaped(code[opcodeAt + 1] & 0xff);
            case 0xe8 -> Kind.CALL;
            case 0xe9, 0xeb -> Kind.JUMP;
            // xbegin: an abort goes to the target. Under 66 its displacement is shorter.
            case 0xc7 -> (code[opcodeAt + 1] & 0xff) != 0xf8 ? Kind.NEXT
                    : length == opcodeAt - at + 6 ? Kind.CONDITIONAL : Kind.STOP;
            case 0xc2, 0xc3, 0xca, 0xcb, 0xcc, 0xcf, 0xf4 -> Kind.STOP;
            case 0xff -> (code[opcodeAt + 1] & 0x30) == 0x20 ? Kind.STOP : Kind.NEXT;
            default -> Kind.NEXT;
        };
    }

    /** Whether an instruction of kind {@link Kind#STOP} jumps to a place that it computes. */
    static boolean isIndirect(byte[] code, int at) {
        int opcodeAt = opcodeAt(code, at);
        return (code[opcodeAt] & 0xff) == 0xff && (code[opcodeAt + 1] & 0x30) == 0x20;
    }

    private static Kind escaped(int opcode) {
        if (opcode >= 0x80 && opcode <= 0x8f) {
            return Kind.CONDITIONAL;
        }
        return switch (opcode) {
            // sysret, ud2, sysenter, sysexit, ud1
            case 0x07, 0x0b, 0x34, 0x35, 0xb9 -> Kind.STOP;
            default -> Kind.NEXT;
        };
    }

    /** The index that a direct branch goes to; it may lie outside the array. For kinds with a target only. */
    static long target(byte[] code, int at, int length) {
        int opcode = code[opcodeAt(code, at)] & 0xff;
        int next = at + length;
        boolean near = opcode == 0x0f || opcode == 0xe8 || opcode == 0xe9 || opcode == 0xc7;
        return near ? next + (long) int32(code, next - 4) : next + (long) code[next - 1];
    }

    static int int32(byte[] code, int at) {
        return code[at] & 0xff | (code[at + 1] & 0xff) << 8 | (code[at + 2] & 0xff) << 16 | code[at + 3] << 24;
    }

    private static int opcodeAt(byte[] code, int at) {
        int next = at;
        while (isPrefix(code[next] & 0xff)) {
            next++;
        }
        return next;
    }

    private static boolean isPrefix(int b) {
        return switch (b) {
            case 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 -> true;
            default -> b >= 0x40 && b <= 0x4f;
        };
    }
}
