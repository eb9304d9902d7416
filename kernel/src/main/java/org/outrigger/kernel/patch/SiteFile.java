package org.outrigger.kernel.patch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.outrigger.kernel.patch.LeftSite.Reason;

/**
 * The format of one entry of the cache on disk; all numbers little-endian.
 *
 * <pre>
 *   0   u64 magic "OUTRSITE"
 *   8   u32 version
 *   12  u32 bytes of the build id (0 to 64)
 *   16  u32 sites
 *   20  u32 left-overs
 *   24  i64 device, inode, size, modified (ns)
 *   56  the build id, zero-padded to a multiple of 8
 *       per site      i64 address, offset, number (-1: in a register), hole (0: none);
 *                     then the displaced instruction and what stands in the hole: one byte of length each, and 15 bytes
 *       per left-over i64 address, offset, reason's ordinal
 *       u64 CRC-32C of all before
 * </pre>
 */
final class SiteFile {

    /** No entry is longer, in bytes; a map that would be is not stored. */
    static final int LONGEST = 2 << 20;

    private static final long MAGIC = 0x455449535254554fL;
    // To be raised whenever the search changes, so that what an older one found is not used.
    private static final int VERSION = 3;
    private static final int HEADER = 56;
    private static final int LONGEST_BUILD_ID = 64;
    private static final int CODE_SIZE = 16;
    private static final int SITE_SIZE = 32 + 2 * CODE_SIZE;
    private static final int LEFT_SIZE = 24;
    private static final int CRC_SIZE = 8;

    private SiteFile() {
    }

    /** The entry's bytes; empty where they would exceed {@link #LONGEST}. */
    static Optional<byte[]> encode(FileIdentity identity, SiteMap map) {
        byte[] buildId = HexFormat.of().parseHex(map.buildId());
        long length = length(buildId.length, map.sites().size(), map.left().size());
        if (length > LONGEST || buildId.length > LONGEST_BUILD_ID) {
            return Optional.empty();
        }
        ByteBuffer out = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putInt(VERSION).putInt(buildId.length).putInt(map.sites().size()).putInt(map.left().size());
        out.putLong(identity.device()).putLong(identity.inode()).putLong(identity.size()).putLong(identity.modifiedNanos());
        out.put(buildId).position(HEADER + padded(buildId.length));
        for (Site site : map.sites()) {
            out.putLong(site.vaddr()).putLong(site.offset()).putLong(site.nr()).putLong(site.hole().vaddr());
            put(out, site.code());
            put(out, site.hole().code());
        }
        for (LeftSite left : map.left()) {
            out.putLong(left.vaddr()).putLong(left.offset()).putLong(left.reason().ordinal());
        }
        out.putLong(crc(out.array(), out.position()));
        return Optional.of(out.array());
    }

    /** What the bytes say; empty where they are no entry for this identity, or damaged. */
    static Optional<SiteMap> decode(byte[] bytes, FileIdentity identity) {
        if (bytes.length < HEADER + CRC_SIZE) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        boolean known = in.getLong() == MAGIC && in.getInt() == VERSION;
        int idLength = in.getInt();
        int siteCount = in.getInt();
        int leftCount = in.getInt();
        boolean plausible = idLength >= 0 && idLength <= LONGEST_BUILD_ID && siteCount >= 0 && leftCount >= 0;
        if (!known || !plausible || length(idLength, siteCount, leftCount) != bytes.length
                || in.getLong(bytes.length - CRC_SIZE) != crc(bytes, bytes.length - CRC_SIZE)) {
            return Optional.empty();
        }
        if (!identity.equals(new FileIdentity(in.getLong(), in.getLong(), in.getLong(), in.getLong()))) {
            return Optional.empty();
        }
        byte[] buildId = new byte[idLength];
        in.get(buildId).position(HEADER + padded(idLength));
        List<Site> sites = new ArrayList<>(siteCount);
        for (int i = 0; i < siteCount; i++) {
            Optional<Site> site = site(in);
            if (site.isEmpty()) {
                return Optional.empty();
            }
            sites.add(site.get());
        }
        Reason[] reasons = Reason.values();
        List<LeftSite> left = new ArrayList<>(leftCount);
        for (int i = 0; i < leftCount; i++) {
            long vaddr = in.getLong();
            long offset = in.getLong();
            long reason = in.getLong();
            if (reason < 0 || reason >= reasons.length) {
                return Optional.empty();
            }
            left.add(new LeftSite(vaddr, offset, reasons[(int) reason]));
        }
        return Optional.of(new SiteMap(HexFormat.of().formatHex(buildId), sites, left));
    }

    private static void put(ByteBuffer out, Code code) {
        int at = out.position();
        out.put((byte) code.size()).put(code.bytes()).position(at + CODE_SIZE);
    }

    private static Optional<Code> code(ByteBuffer in, int least, int most) {
        byte[] bytes = new byte[CODE_SIZE];
        in.get(bytes);
        return bytes[0] >= least && bytes[0] <= most ? Optional.of(Code.of(bytes, 1, 1 + bytes[0])) : Optional.empty();
    }

    private static Optional<Site> site(ByteBuffer in) {
        long vaddr = in.getLong();
        long offset = in.getLong();
        long nr = in.getLong();
        long hole = in.getLong();
        Optional<Code> code = code(in, Site.HOP_SIZE, InstructionLength.LONGEST);
        boolean hops = code.isPresent() && code.get().size() < Site.JUMP_SIZE;
        Optional<Code> filled = code(in, hops ? Site.JUMP_SIZE : 0, hops ? Site.JUMP_SIZE : 0);
        if (code.isEmpty() || filled.isEmpty() || nr < Site.ANY || nr >= Site.NR_LIMIT) {
            return Optional.empty();
        }
        long hop = hole - vaddr - Site.HOP_SIZE;
        boolean sound = hops ? hop == (byte) hop && hop != 0 : hole == 0;
        return sound ? Optional.of(new Site(vaddr, offset, (int) nr, code.get(), hops ? new Site.Hole(hole, filled.get())
                : Site.Hole.NONE)) : Optional.empty();
    }

    private static long length(int buildId, long sites, long left) {
        return HEADER + padded(buildId) + SITE_SIZE * sites + LEFT_SIZE * left + CRC_SIZE;
    }

    private static int padded(int length) {
        return length + 7 & ~7;
    }

    private static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
