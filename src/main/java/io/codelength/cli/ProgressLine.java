package io.codelength.cli;

import io.codelength.codec.Progress;
import java.io.Closeable;
import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One line on a person's terminal that says how far the work is: bytes, per cent, speed, time to go. Draws nothing where
 * nobody looks.
 */
final class ProgressLine implements Progress, Closeable {
    private static final long REDRAW_NANOS = 200_000_000;

    private final PrintStream err;
    private final boolean drawn;
    private final String name;
    private final OptionalLong totalBytes;
    private final long startNanos = System.nanoTime();
    private long lastNanos = startNanos;
    private int width;

    /** @param totalBytes of the original; empty where it is not known before the end */
    ProgressLine(Session session, boolean quiet, String name, OptionalLong totalBytes) {
        this.err = session.terminal().err();
        this.drawn = session.terminal().errIsTerminal() && !quiet;
        this.name = name;
        this.totalBytes = totalBytes;
    }

    @Override
    public void reached(long bytes) {
        if (!drawn) {
            return;
        }
        long now = System.nanoTime();
        if (now - lastNanos < REDRAW_NANOS) {
            return;
        }
        lastNanos = now;
        draw(describe(name, bytes, totalBytes, (now - startNanos) / 1e9));
    }

    static String describe(String name, long bytes, OptionalLong totalBytes, double seconds) {
        double rate = seconds > 0 ? bytes / seconds : 0;
        StringBuilder line = new StringBuilder(name).append(": ").append(Sizes.forPeople(bytes));
        if (totalBytes.isPresent() && totalBytes.getAsLong() > 0) {
            line.append(String.format(Locale.ROOT, " (%d %%)", 100 * bytes / totalBytes.getAsLong()));
        }
        line.append(String.format(Locale.ROOT, ", %.1f KB/s", rate / 1000));
        if (totalBytes.isPresent() && rate > 0) {
            long left = Math.round(Math.max(0, totalBytes.getAsLong() - bytes) / rate);
            line.append(String.format(Locale.ROOT, ", %d:%02d left", left / 60, left % 60));
        }
        return line.toString();
    }

    private void draw(String line) {
        int padding = Math.max(0, width - line.length());
        width = line.length();
        err.print("\r" + line + " ".repeat(padding));
        err.flush();
    }

    /** Wipes the line, so that something else can be said. */
    void wipe() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
            width = 0;
        }
    }

    @Override
    public void close() {
        wipe();
    }
}
