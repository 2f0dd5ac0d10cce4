package io.codelength.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A service of our own, started by the launcher as users start it, on a free port; ends when this is closed. */
public final class ServiceProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("listens on (http\\S+)");
    private static final int END_SECONDS = 60;

    private final Process process;
    private final String url;

    private ServiceProcess(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Waits until it takes requests.
     *
     * @param launcher the program that users call
     * @param data an empty folder
     * @throws IOException if it does not start, with what it said last
     */
    public static ServiceProcess start(Path launcher, Path data) throws IOException {
        Process process = new ProcessBuilder(launcher.toString(), "serve", "--port", "0", "--data", data.toString())
                .redirectErrorStream(true)
                .start();
        List<String> said = new ArrayList<>();
        boolean started = false;
        try {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher ready = READY.matcher(line);
                if (ready.find()) {
                    drain(lines);
                    started = true;
                    return new ServiceProcess(process, ready.group(1));
                }
                said.add(line);
            }
        } finally {
            if (!started) {
                process.destroy();
            }
        }
        throw new IOException("the service did not start; it said: "
                + String.join(" / ", said.subList(Math.max(0, said.size() - 5), said.size())));
    }

    /** Reads on, so that the service never waits for a reader of its log. */
    private static void drain(BufferedReader lines) {
        Thread reader = new Thread(
                () -> {
                    try {
                        boolean more = true;
                        while (more) {
                            more = lines.readLine() != null;
                        }
                    } catch (IOException e) {
                        return; // the service ended
                    }
                },
                "service-log");
        reader.setDaemon(true);
        reader.start();
    }

    public String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
