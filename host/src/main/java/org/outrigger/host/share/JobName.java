package org.outrigger.host.share;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a running job, under which its LWK listens.
 *
 * @param uid  whose job it is
 * @param pid  the process that was started as {@code outrigger run}, in its own namespace of process ids
 * @param text the whole name, as {@value #VARIABLE} has it
 */
public record JobName(int uid, int pid, String text) {
    /** The variable by which the processes of a job learn its name. */
    public static final String VARIABLE = "OUTRIGGER_JOB";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,10})-([0-9]{1,10})-[0-9a-f]{16}");
    /** {@code __SO_ACCEPTCON}: somebody listens. */
    private static final String LISTENING = " 00010000 ";
    private static final Pattern SOCKET = Pattern.compile("@" + Wire.PREFIX + "(\\S+)$");

    /** The job of this text, or null when that is no name of a job. */
    public static JobName of(String text) {
        Matcher form = FORM.matcher(text == null ? "" : text);
        if (!form.matches()) {
            return null;
        }
        long uid = Long.parseLong(form.group(1));
        long pid = Long.parseLong(form.group(2));
        return uid > 0xffffffffL || pid > Integer.MAX_VALUE ? null : new JobName((int) uid, (int) pid, text);
    }

    /**
     * The jobs that listen, in the order of their process ids. Anybody can make a socket that looks like one: who it is
     * shows when one connects.
     *
     * @param sockets contents of {@code /proc/net/unix}
     */
    public static List<JobName> listening(String sockets) {
        List<JobName> found = new ArrayList<>();
        for (String line : sockets.split("\n")) {
            Matcher socket = SOCKET.matcher(line);
            JobName job = line.contains(LISTENING) && socket.find() ? of(socket.group(1)) : null;
            if (job != null) {
                found.add(job);
            }
        }
        found.sort((one, other) -> Integer.compare(one.pid, other.pid));
        return found;
    }

    /** Of the socket, in the abstract namespace. */
    public String socket() {
        return Wire.PREFIX + text;
    }
}
