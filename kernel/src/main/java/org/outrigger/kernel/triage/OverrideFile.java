package org.outrigger.kernel.triage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.outrigger.abi.ErrnoNames;
import org.outrigger.abi.SyscallNames;

/**
 * A user's triage file: which calls are to be served otherwise than the standard table says.
 *
 * <pre>
 *    # one call a line: name or number, disposition, and for REFUSE the errno
 *    getpid   HERE
 *    ptrace   REFUSE EPERM
 * </pre>
 *
 * <p>An object of this class is sound: every line has passed {@link OverrideRules}.
 */
public final class OverrideFile {

    /** Far above any real triage file; keeps a device or a wrong file from filling the memory. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Pattern WORD = Pattern.compile("\\S+");

    private final String source;
    private final List<Choice> choices;

    /**
     * One line of the file.
     *
     * @param number      the call
     * @param disposition who is to serve it
     * @param errno       what the caller gets, positive, for {@link Disposition#REFUSE}; else 0
     * @param line        the line of the file, from 1
     * @param column      the column of the disposition, from 1
     */
    public record Choice(int number, Disposition disposition, int errno, int line, int column) {
    }

    private record Word(String text, int column) {
    }

    private OverrideFile(String source, List<Choice> choices) {
        this.source = source;
        this.choices = List.copyOf(choices);
    }

    /**
     * Reads a triage file.
     *
     * @param file     where it lies
     * @param standard the table that it is to be laid over
     * @throws TriageFileException if it cannot be read, or a line of it cannot be used
     */
    public static OverrideFile read(Path file, TriageTable standard) throws TriageFileException {
        String source = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new TriageFileException(source, "larger than 1 MiB, so it is no triage file", null);
            }
            return parse(source, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), standard);
        } catch (NoSuchFileException e) {
            throw new TriageFileException(source, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new TriageFileException(source, "permission to read it is denied", e);
        } catch (CharacterCodingException e) {
            throw new TriageFileException(source, "this is not UTF-8 text", e);
        } catch (IOException e) {
            throw new TriageFileException(source, "it cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the text of a triage file.
     *
     * @param source   what to call the text in messages
     * @param text     its lines
     * @param standard the table that it is to be laid over
     * @throws TriageFileException if a line cannot be used
     */
    public static OverrideFile parse(String source, String text, TriageTable standard) throws TriageFileException {
        OverrideRules rules = new OverrideRules(source, standard);
        Map<Integer, Choice> byNumber = new LinkedHashMap<>();
        List<Choice> choices = new ArrayList<>();
        int lineNumber = 0;
        for (String line : text.lines().toList()) {
            lineNumber++;
            List<Word> words = words(line);
            if (words.isEmpty()) {
                continue;
            }
            Choice choice = parseLine(source, lineNumber, words);
            rules.check(choice);
            Choice earlier = byNumber.putIfAbsent(choice.number(), choice);
            if (earlier != null) {
                throw new TriageFileException(source, lineNumber, words.getFirst().column(),
                        SyscallNames.describe(choice.number()) + " is set twice; the first time in line " + earlier.line());
            }
            choices.add(choice);
        }
        rules.checkTogether(byNumber);
        return new OverrideFile(source, choices);
    }

    private static List<Word> words(String line) {
        int comment = line.indexOf('#');
        Matcher matcher = WORD.matcher(comment < 0 ? line : line.substring(0, comment));
        List<Word> words = new ArrayList<>();
        while (matcher.find()) {
            words.add(new Word(matcher.group(), matcher.start() + 1));
        }
        return words;
    }

    private static Choice parseLine(String source, int line, List<Word> words) throws TriageFileException {
        Word call = words.getFirst();
        int number = number(source, line, call);
        if (words.size() < 2) {
            throw new TriageFileException(source, line, call.column() + call.text().length(),
                    "a disposition is missing after " + call.text() + ": " + OverrideRules.USABLE);
        }
        Word verdict = words.get(1);
        Disposition disposition = disposition(source, line, verdict);
        int errno = 0;
        int used = 2;
        if (disposition == Disposition.REFUSE) {
            if (words.size() < 3) {
                throw new TriageFileException(source, line, verdict.column() + verdict.text().length(),
                        "the errno is missing after REFUSE, for instance EPERM or ENOSYS");
            }
            errno = errno(source, line, words.get(2));
            used = 3;
        }
        if (words.size() > used) {
            Word extra = words.get(used);
            throw new TriageFileException(source, line, extra.column(), "nothing may follow here: \"" + extra.text() + "\"");
        }
        return new Choice(number, disposition, errno, line, verdict.column());
    }

    private static int number(String source, int line, Word word) throws TriageFileException {
        OptionalInt number = SyscallNames.number(word.text());
        if (number.isPresent()) {
            return number.getAsInt();
        }
        if (!word.text().matches("[0-9]+")) {
            throw new TriageFileException(source, line, word.column(), "unknown system call \"" + word.text() + "\"");
        }
        // Nine digits fit an int; no call has so many, so a longer word is none either.
        boolean known = word.text().length() <= 9 && SyscallNames.name(Integer.parseInt(word.text())).isPresent();
        if (!known) {
            throw new TriageFileException(source, line, word.column(), "no system call has the number " + word.text());
        }
        return Integer.parseInt(word.text());
    }

    private static Disposition disposition(String source, int line, Word word) throws TriageFileException {
        for (Disposition disposition : Disposition.values()) {
            if (disposition.name().equals(word.text())) {
                return disposition;
            }
        }
        throw new TriageFileException(source, line, word.column(),
                "unknown disposition \"" + word.text() + "\": " + OverrideRules.USABLE);
    }

    private static int errno(String source, int line, Word word) throws TriageFileException {
        OptionalInt errno = ErrnoNames.number(word.text());
        if (errno.isEmpty()) {
            throw new TriageFileException(source, line, word.column(), "unknown errno \"" + word.text() + "\"");
        }
        return errno.getAsInt();
    }

    /** What the file is called in messages: its path as the user gave it. */
    public String source() {
        return source;
    }

    /** What its lines ask for, in the file's order; unmodifiable. */
    public List<Choice> choices() {
        return choices;
    }
}
