/*
 * Prints the Java description of layout.h, or with the argument "check" the same facts as "NAME VALUE" lines for the test that
 * compares both.
 */
#include <asm/unistd_64.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "layout.h"

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "a slot has eight cache lines");
/* Assembler code knows these offsets. */
#define KNOWN(type, field, name) _Static_assert(offsetof(struct type, field) == name, #name)
KNOWN(slot, req_seq, SLOT_REQ_SEQ);
KNOWN(slot, op, SLOT_OP);
KNOWN(slot, nr, SLOT_NR);
KNOWN(slot, arg, SLOT_ARG);
KNOWN(slot, rep_seq, SLOT_REP_SEQ);
KNOWN(slot, kind, SLOT_KIND);
KNOWN(slot, value, SLOT_VALUE);
KNOWN(slot, reply, SLOT_REPLY);
KNOWN(slot, polled, SLOT_POLLED);
KNOWN(slot, detached, SLOT_DETACHED);
KNOWN(slot, sigsys_blocked, SLOT_SIGSYS_BLOCKED);
KNOWN(slot, context, SLOT_CONTEXT);
KNOWN(slot, self, SLOT_SELF);
KNOWN(slot, deferred, SLOT_DEFERRED);
KNOWN(slot, sud_on, SLOT_SUD_ON);
KNOWN(slot, kept_mask, SLOT_KEPT_MASK);
KNOWN(slot, moved, SLOT_MOVED);
KNOWN(header, lwk_word, HEADER_LWK_WORD);
KNOWN(header, gone, HEADER_GONE);
KNOWN(header, spin, HEADER_SPIN);
KNOWN(header, measure, HEADER_MEASURE);
KNOWN(header, cold, HEADER_COLD);
KNOWN(header, disposition, HEADER_DISPOSITION);
_Static_assert(sizeof(struct bells) % 64 == 0, "loops do not share cache lines");
_Static_assert(sizeof(struct header) <= 4096, "the header has one page");

/* A bit for each number. */
static const int frame_calls[] = {
#define NUMBER(name) __NR_##name,
    FRAME_CALLS(NUMBER)
};

static int check;

static void put(const char *name, unsigned long long value)
{
    if (check)
        printf("%s %llu\n", name, value);
    else
        printf("    /** From layout.h. */\n    public static final long %s = 0x%llxL;\n", name, value);
}

#define CONSTANT(name) put(#name, (unsigned long long)(name))
#define FIELD(type, field, name) put(name, offsetof(struct type, field))

int main(int argc, char **argv)
{
    check = argc > 1 && !strcmp(argv[1], "check");
    if (!check)
        puts("package org.outrigger.corert;\n\n"
             "/** What the core-side runtime and the LWK share; generated from layout.h. Offsets and sizes are in bytes. */\n"
             "public final class Layout {\n"
             "    private Layout() {\n    }\n");
    CONSTANT(LAYOUT_VERSION);
    CONSTANT(LAYOUT_MAGIC);
    CONSTANT(ARENA_BASE);
    CONSTANT(ARENA_END);
    CONSTANT(RT_TEXT);
    CONSTANT(RT_TEXT_SIZE);
    CONSTANT(RT_DATA);
    CONSTANT(RT_SHM);
    CONSTANT(RT_END);
    CONSTANT(SLOTS);
    CONSTANT(SLOT_WORDS);
    CONSTANT(SLOT_SIZE);
    CONSTANT(LOOPS);
    CONSTANT(GROUP_SLOTS);
    CONSTANT(NR_MAX);
    CONSTANT(BUCKETS);
    CONSTANT(TRAP_SITES);
    CONSTANT(ISLANDS);
    CONSTANT(TRAMPOLINE_SIZE);
    CONSTANT(RT_IMAGE);
    CONSTANT(RT_PATCHED);
    CONSTANT(WAYS);
    CONSTANT(WAY_TRAPPED);
    CONSTANT(WAY_PATCHED);
    for (unsigned word = 0; word < NR_MAX / 64; word++) {
        char name[] = "FRAME_CALLS_0";
        unsigned long long bits = 0;
        for (unsigned i = 0; i < sizeof frame_calls / sizeof *frame_calls; i++)
            bits |= frame_calls[i] / 64u == word ? 1ull << frame_calls[i] % 64 : 0;
        name[sizeof name - 2] += (char)word;
        put(name, bits);
    }
    CONSTANT(OP_SYSCALL);
    CONSTANT(OP_RESULT);
    CONSTANT(OP_EXECED);
    CONSTANT(OP_STARTED);
    CONSTANT(OP_CLONED);
    CONSTANT(OP_EXIT);
    CONSTANT(OP_LIMITS);
    CONSTANT(OP_PATCH);
    CONSTANT(RE_DONE);
    CONSTANT(RE_HERE);
    CONSTANT(RE_TELL);
    CONSTANT(RE_DO);
    CONSTANT(RE_ZERO);
    CONSTANT(RE_PLAIN);
    CONSTANT(DISP_LWK);
    CONSTANT(DISP_HERE);
    CONSTANT(DISP_REFUSE);
    CONSTANT(DISP_LARGE);
    CONSTANT(LARGE);
    put("SHARED_SIZE", sizeof(struct shared));
    FIELD(shared, bells, "BELLS");
    put("BELLS_SIZE", sizeof(struct bells));
    FIELD(bells, sleeping, "SLEEPING");
    FIELD(bells, doorbell, "DOORBELL");
    FIELD(bells, summary, "SUMMARY");
    FIELD(bells, pending, "PENDING");
    FIELD(shared, taken, "TAKEN");
    FIELD(shared, slots, "SLOT_BASE");
    FIELD(shared, stats, "STATS");
    put("STAT_SIZE", sizeof(struct statistic));
    FIELD(statistic, count, "STAT_COUNT");
    FIELD(statistic, max, "STAT_MAX");
    FIELD(statistic, bucket, "STAT_BUCKET");
    FIELD(shared, sites, "SITE_TABLE");
    FIELD(shared, sites_missed, "SITES_MISSED");
    put("SITE_SIZE", sizeof(struct site));
    FIELD(site, owner, "SITE_OWNER");
    FIELD(site, address, "SITE_ADDRESS");
    FIELD(site, count, "SITE_COUNT");
    FIELD(header, magic, "MAGIC");
    FIELD(header, version, "VERSION");
    FIELD(header, lwk_word, "LWK_WORD");
    FIELD(header, gone, "GONE");
    FIELD(header, spin, "SPIN");
    FIELD(header, measure, "MEASURE");
    FIELD(header, patching, "PATCHING");
    FIELD(header, cold, "COLD");
    FIELD(header, limited, "LIMITED");
    FIELD(header, robust, "ROBUST");
    FIELD(header, lwk_pid, "LWK_PID");
    FIELD(header, disposition, "DISPOSITION");
    FIELD(header, refusal, "REFUSAL");
    FIELD(header, yama, "YAMA");
    FIELD(slot, req_seq, "REQ_SEQ");
    FIELD(slot, op, "OP");
    FIELD(slot, nr, "NR");
    FIELD(slot, arg, "ARG");
    FIELD(slot, rep_seq, "REP_SEQ");
    FIELD(slot, kind, "KIND");
    FIELD(slot, value, "VALUE");
    FIELD(slot, reply, "REPLY");
    FIELD(slot, polled, "POLLED");
    FIELD(slot, waiting, "WAITING");
    FIELD(slot, index, "INDEX");
    FIELD(slot, pid, "PID");
    FIELD(slot, tid, "TID");
    FIELD(slot, cpu, "CPU");
    FIELD(slot, detached, "DETACHED");
    FIELD(slot, loop, "LOOP");
    FIELD(slot, context, "CONTEXT");
    FIELD(slot, mask, "MASK");
    if (!check)
        puts("}");
    return 0;
}
