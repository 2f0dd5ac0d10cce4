package io.codelength.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The three standard streams and whether a person sits at them. Words go to {@code err}, data and facts to {@code out},
 * all text in UTF-8 whatever the locale.
 *
 * @param inIsTerminal whether {@code in} is a keyboard
 * @param outIsTerminal whether {@code out} is a screen, where binary data must not go
 * @param errIsTerminal whether {@code err} is a screen, where progress may be drawn
 */
public record Terminal(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean inIsTerminal,
        boolean outIsTerminal,
        boolean errIsTerminal) {

    /**
     * System property by which the launcher says which of the standard streams 0, 1 and 2 are terminals, as in {@code
     * 02}; Java itself can only tell whether 0 and 1 both are.
     */
    static final String TERMINALS_PROPERTY = "codelength.terminals";

    private static final int BUFFER_BYTES = 1 << 16;

    /** The streams of this process. */
    public static Terminal ofProcess() {
        String terminals = System.getProperty(TERMINALS_PROPERTY, "");
        return new Terminal(
                new BufferedInputStream(new FileInputStream(FileDescriptor.in), BUFFER_BYTES),
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES),
                        false,
                        StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                terminals.contains("0"),
                terminals.contains("1"),
                terminals.contains("2"));
    }
}
