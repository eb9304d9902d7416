package org.outrigger.cli;

import java.nio.charset.StandardCharsets;

/** What the first bytes of a file tell execve(2) about it: elf(5) and the {@code #!} line. */
sealed interface ExecutableHead {
    /** How much Linux reads to decide, BINPRM_BUF_SIZE of linux/binfmts.h, in bytes. */
    int LENGTH = 256;

    /** An ELF program for x86-64. */
    record Elf64() implements ExecutableHead {
    }

    /** An ELF program for 32-bit x86, or for x32. */
    record Elf32() implements ExecutableHead {
    }

    /** A script; the interpreter is the file name of its {@code #!} line. */
    record Script(String interpreter) implements ExecutableHead {
    }

    /** Nothing that execve would take. */
    record Unusable(String why) implements ExecutableHead {
    }

    /** Judges a file by its first {@link #LENGTH} bytes, fewer when the file is shorter. */
    static ExecutableHead of(byte[] head) {
        if (head.length >= 4 && head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F') {
            return elf(head);
        }
        if (head.length >= 2 && head[0] == '#' && head[1] == '!') {
            return script(head);
        }
        return new Unusable(head.length == 0 ? "the file is empty" : "no #! line and not an ELF file");
    }

    private static ExecutableHead elf(byte[] head) {
        // e_ident[EI_CLASS] and [EI_DATA], then e_type and e_machine, 16 bits each in the file's byte order.
        if (head.length < 20) {
            return new Unusable("the ELF header is cut off");
        }
        boolean littleEndian = head[5] == 1;
        int low = littleEndian ? 0 : 1;
        int type = head[16 + low] & 0xff | (head[17 - low] & 0xff) << 8;
        int machine = head[18 + low] & 0xff | (head[19 - low] & 0xff) << 8;
        boolean wide = head[4] == 2;
        if (!littleEndian || !(machine == 62 || machine == 3 && !wide)) {
            return new Unusable("an ELF file for another architecture (" + machineName(machine) + "), this is x86-64");
        }
        if (type != 2 && type != 3) {
            return new Unusable("an ELF file but not a program (e_type " + type + ")");
        }
        return wide ? new Elf64() : new Elf32();
    }

    /** The names of elf.h for the machines that HPC people are likely to mix up; the number for any other. */
    private static String machineName(int machine) {
        return switch (machine) {
            case 3 -> "i386";
            case 20 -> "PowerPC";
            case 21 -> "PowerPC 64";
            case 22 -> "S/390";
            case 40 -> "ARM";
            case 62 -> "x86-64";
            case 183 -> "AArch64";
            case 243 -> "RISC-V";
            case 258 -> "LoongArch";
            default -> "e_machine " + machine;
        };
    }

    private static ExecutableHead script(byte[] head) {
        int start = 2;
        while (start < head.length && (head[start] == ' ' || head[start] == '\t')) {
            start++;
        }
        int end = start;
        while (end < head.length && head[end] != ' ' && head[end] != '\t' && head[end] != '\n' && head[end] != 0) {
            end++;
        }
        if (end == start) {
            return new Unusable("the #! line names no interpreter");
        }
        if (end == LENGTH) {
            return new Unusable("the #! line is longer than " + LENGTH + " bytes");
        }
        return new Script(new String(head, start, end - start, StandardCharsets.UTF_8));
    }
}
