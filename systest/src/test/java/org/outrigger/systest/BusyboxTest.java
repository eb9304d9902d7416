package org.outrigger.systest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

/**
 * The static busybox: every applet that can be called without arguments, with nothing on standard input. One shell runs
 * them all, so that a few launches do for some 200 applets; what two native runs do not agree on is not compared.
 */
class BusyboxTest {

    /** Applets that would change the machine, never end, or wait for a terminal or the network. */
    private static final Set<String> EXCLUDED = Set.of(
        "acpid", "arping", "chvt", "crond", "cttyhack", "deallocvt", "depmod", "fbsplash", "freeramdisk", "getty", "halt",
        "httpd", "hwclock", "ifdown", "ifup", "init", "klogd", "linuxrc", "loadfont", "loadkmap", "login", "mdev", "modprobe",
        "nologin", "openvt", "passwd", "poweroff", "reboot", "resume", "run-init", "rdate", "setconsole", "ssl_client", "su",
        "sulogin", "swapoff", "swapon", "switch_root", "pivot_root", "syslogd", "telnetd", "top", "udhcpc", "udhcpd", "uevent",
        "watch", "watchdog", "yes", "microcom", "reset", "vi", "fsfreeze", "fstrim", "start-stop-daemon", "svc", "svok");

    /** Applets that show the time, the processes or the load: their status is compared and their output is not. */
    private static final Set<String> VOLATILE = Set.of(
        "date", "ps", "uptime", "free", "w", "who", "last", "dmesg", "df", "netstat", "ifconfig", "adjtimex", "mktemp", "route",
        "ip", "arp", "lsmod", "ipneigh", "logread", "du", "ls", "find", "ts", "env", "lsof", "mount", "uname", "sync", "time");

    private static final Pattern SECTION = Pattern.compile("(?s)\\[\\[(\\S+)\n(.*?)\nstatus (\\d+)\\]\\]\n");

    private static final int SECONDS_FOR_ONE = 10;

    private record Ended(String output, String status) {
    }

    @TestFactory
    Stream<DynamicTest> everyApplet() {
        Machine.needs("busybox");
        List<String> applets = applets();
        NativeAndLwk all = NativeAndLwk.of("busybox", "sh", "-c", scriptFor(applets)).limit(300);
        Map<String, Ended> first = sections(all.natively());
        Map<String, Ended> second = sections(all.natively());
        Map<String, Ended> lwk = sections(all.onLwk());
        assertTrue(first.size() > 150, () -> "only " + first.size() + " applets ran natively");
        return applets.stream().map(applet -> dynamicTest(applet, () -> {
            Ended expected = first.get(applet);
            assertEquals(expected != null, lwk.get(applet) != null, () -> applet + " ran at all");
            if (expected == null || !expected.status.equals(second.get(applet).status)) {
                return;
            }
            assertEquals(expected.status, lwk.get(applet).status, () -> "status of " + applet + ", which printed\n"
                + lwk.get(applet).output);
            if (!VOLATILE.contains(applet) && expected.output.equals(second.get(applet).output)) {
                assertEquals(expected.output, lwk.get(applet).output, () -> "output of " + applet);
            }
        }));
    }

    /** Each applet as the first program of a job. */
    @Test
    @Tag("long")
    void everyAppletInARunOfItsOwn() {
        Machine.needs("busybox");
        for (String applet : applets()) {
            NativeAndLwk one = NativeAndLwk.of("busybox", "timeout", "10", "busybox", applet);
            Run first = one.natively();
            Run second = one.natively();
            Run lwk = one.onLwk();
            if (first.status() == second.status()) {
                assertEquals(first.status(), lwk.status(), () -> applet + "\n" + lwk.summary());
            }
        }
    }

    private static List<String> applets() {
        Run list = NativeAndLwk.of("busybox", "--list").natively();
        Set<String> names = new TreeSet<>(list.text().lines().toList());
        names.removeAll(EXCLUDED);
        names.remove("busybox");
        return List.copyOf(new TreeSet<>(names));
    }

    private static String scriptFor(List<String> applets) {
        return applets.stream().map(applet -> "echo '[[" + applet + "'; mkdir d; (cd d; busybox timeout -s KILL "
            + SECONDS_FOR_ONE + " busybox '" + applet + "' </dev/null 2>&1); s=$?; rm -rf d; echo; echo \"status $s]]\"")
            .collect(Collectors.joining("\n"));
    }

    private static Map<String, Ended> sections(Run run) {
        assertEquals(0, run.status(), run::summary);
        Map<String, Ended> found = new LinkedHashMap<>();
        Matcher matcher = SECTION.matcher(run.text());
        while (matcher.find()) {
            found.put(matcher.group(1), new Ended(matcher.group(2), matcher.group(3)));
        }
        return found;
    }
}
