package org.outrigger.node;

import java.util.BitSet;
import org.outrigger.node.CpuListException.Problem;

/**
 * The text form of a set of CPUs, as a user writes it.
 *
 * <pre>
 * list  = ["!"] item { "," item }
 * item  = "all"                              every allowed CPU
 *       | ["+"] n                            one CPU
 *       | ["+"] n "-" m                      n to m, both included
 *       | ["+"] n "-" m ":" s                every s-th CPU of the range, n first          (taskset(1))
 *       | ["+"] n "-" m ":" used "/" group   the first "used" of each "group" of CPUs      (the kernel's bitmap lists)
 *       | name                             what {@link CpuNames} make of it, for example package:0.core:1-3
 * </pre>
 *
 * <p>Numbers are Linux's CPU numbers; after {@code +} they are positions in the allowed set, from 0 (numactl(8)). A leading
 * {@code !} takes the complement of the whole list within the allowed set. A name begins with a letter and has no comma. There
 * is no white space.
 */
public final class CpuList {
    // Larger numbers are read as this one: far above every CPU number, far below an overflow of the sums made here.
    private static final long LARGEST = 1L << 40;

    private final String text;
    private final Inventory inventory;
    private final CpuNames names;
    private final BitSet named = new BitSet();
    private int at;

    private CpuList(String text, Inventory inventory, CpuNames names) {
        this.text = text;
        this.inventory = inventory;
        this.names = names;
    }

    /**
     * The CPUs that a list without names stands for.
     *
     * @param text      the list
     * @param inventory the CPUs there are and those that may be used
     * @return a set that is not empty and lies within the allowed set
     * @throws CpuListException for a malformed list, a CPU that is absent or not allowed, a list that names none
     */
    public static CpuSet parse(String text, Inventory inventory) throws CpuListException {
        return parse(text, inventory, null);
    }

    /**
     * The CPUs that a list stands for.
     *
     * @param text      the list
     * @param inventory the CPUs there are and those that may be used
     * @param names     asked for each word of the list that begins with a letter; null where there may be none
     * @return a set that is not empty and lies within the allowed set
     * @throws CpuListException for a malformed list, a CPU that is absent or not allowed, a list that names none
     */
    public static CpuSet parse(String text, Inventory inventory, CpuNames names) throws CpuListException {
        return new CpuList(text, inventory, names).parse();
    }

    /**
     * The CPUs of a list that the kernel wrote: no checks against a machine, no {@code all}, {@code +}, {@code !} and names;
     * the empty text is the empty set.
     *
     * @throws CpuListException for a malformed list or a number that is too large
     */
    public static CpuSet plain(String text) throws CpuListException {
        if (text.isEmpty()) {
            return CpuSet.EMPTY;
        }
        CpuList list = new CpuList(text, null, null);
        list.items();
        return list.set();
    }

    private CpuSet parse() throws CpuListException {
        if (text.isEmpty()) {
            throw new CpuListException(Problem.EMPTY, 0, "the CPU list is empty");
        }
        boolean complement = text.charAt(0) == '!';
        if (complement) {
            at++;
        }
        items();
        CpuSet cpus = set();
        if (complement) {
            cpus = inventory.allowed().minus(cpus);
        } else {
            CpuSet outside = cpus.minus(inventory.allowed());
            if (!outside.isEmpty()) {
                throw new CpuListException(Problem.NOT_ALLOWED, 0, "CPU list '" + text + "': " + cpus(outside)
                        + " outside the allowed CPUs (" + inventory.allowed() + ")");
            }
        }
        if (cpus.isEmpty()) {
            throw new CpuListException(Problem.EMPTY, 0, "CPU list '" + text + "' names no CPU: it excludes every allowed CPU ("
                    + inventory.allowed() + ")");
        }
        return cpus;
    }

    private CpuSet set() {
        int[] cpus = new int[named.cardinality()];
        int cpu = -1;
        for (int i = 0; i < cpus.length; i++) {
            cpu = named.nextSetBit(cpu + 1);
            cpus[i] = cpu;
        }
        return CpuSet.of(cpus);
    }

    private static String cpus(CpuSet set) {
        return set.size() == 1 ? "CPU " + set + " is" : "CPUs " + set + " are";
    }

    private void items() throws CpuListException {
        item();
        while (at < text.length()) {
            if (text.charAt(at) != ',') {
                throw malformed("',' or the end");
            }
            at++;
            item();
        }
    }

    private void item() throws CpuListException {
        if (inventory != null && text.startsWith("all", at) && (names == null || wordEnd() == at + 3)) {
            at += 3;
            add(inventory.allowed());
            return;
        }
        if (names != null && at < text.length() && Character.isLetter(text.charAt(at))) {
            name();
            return;
        }
        int column = at + 1;
        boolean relative = inventory != null && skip('+');
        long first = number(relative ? "a position in the allowed CPUs" : "a CPU number");
        long last = first;
        long used = 1;
        long group = 1;
        if (skip('-')) {
            int lastColumn = at + 1;
            last = number("the last CPU of the range");
            if (last < first) {
                throw malformed(lastColumn, "the range " + first + "-" + last + " runs backwards");
            }
            if (skip(':')) {
                int groupColumn = at + 1;
                group = positive("a stride of 1 or more");
                if (skip('/')) {
                    used = group;
                    groupColumn = at + 1;
                    group = positive("a group size of 1 or more");
                }
                if (used > group) {
                    throw malformed(groupColumn, "a group of " + group + " has no " + used + " CPUs to use");
                }
            }
        }
        add(column, relative, first, last, used, group);
    }

    private int wordEnd() {
        int comma = text.indexOf(',', at);
        return comma < 0 ? text.length() : comma;
    }

    private void name() throws CpuListException {
        int start = at;
        at = wordEnd();
        try {
            add(names.cpus(text.substring(start, at)));
        } catch (CpuNameException refused) {
            int column = start + refused.column();
            if (refused.problem() == Problem.MALFORMED) {
                throw malformed(column, refused.getMessage());
            }
            throw new CpuListException(refused.problem(), column,
                    "CPU list '" + text + "': " + refused.getMessage() + " (column " + column + ")");
        }
    }

    private void add(CpuSet cpus) {
        for (int cpu : cpus) {
            named.set(cpu);
        }
    }

    private void add(int column, boolean relative, long first, long last, long used, long group) throws CpuListException {
        int[] allowed = relative ? inventory.allowed().toArray() : new int[0];
        for (long start = first; start <= last; start += group) {
            for (long n = start; n < start + used && n <= last; n++) {
                named.set(relative ? position(column, allowed, n) : present(column, n));
            }
        }
    }

    private int position(int column, int[] allowed, long n) throws CpuListException {
        if (n < allowed.length) {
            return allowed[(int) n];
        }
        throw new CpuListException(Problem.NOT_ALLOWED, column, "CPU list '" + text + "': position +" + n
                + " is beyond the last of the allowed CPUs (" + inventory.allowed() + ") (column " + column + ")");
    }

    private int present(int column, long n) throws CpuListException {
        if (n < CpuSet.LIMIT && (inventory == null || inventory.online().contains((int) n))) {
            return (int) n;
        }
        String why = " does not exist on this machine";
        if (n < CpuSet.LIMIT && inventory != null && inventory.possible().contains((int) n)) {
            why = " is offline";
        }
        String online = inventory == null ? "" : " (online: " + inventory.online() + ")";
        throw new CpuListException(Problem.ABSENT, column,
                "CPU list '" + text + "': CPU " + n + why + online + " (column " + column + ")");
    }

    private boolean skip(char wanted) {
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private long positive(String wanted) throws CpuListException {
        int start = at;
        long value = number(wanted);
        if (value == 0) {
            at = start;
            throw malformed(wanted);
        }
        return value;
    }

    /** A decimal number, at most {@link #LARGEST}. */
    private long number(String wanted) throws CpuListException {
        int start = at;
        long value = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            int digit = text.charAt(at) - '0';
            value = Math.min(LARGEST, value * 10 + digit);
            at++;
        }
        if (at == start) {
            throw malformed(wanted);
        }
        return value;
    }

    private CpuListException malformed(String wanted) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return malformed(at + 1, wanted + " is wanted, not " + found);
    }

    private CpuListException malformed(int column, String what) {
        return new CpuListException(Problem.MALFORMED, column,
                "malformed CPU list '" + text + "': " + what + " (column " + column + ")");
    }
}
