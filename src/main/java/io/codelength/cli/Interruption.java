package io.codelength.cli;

import io.codelength.limit.Cancellation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into a cancellation, waits until the command has stopped and tidied up, and removes its
 * unfinished files itself if the command cannot. The JVM then ends with 130 or 143, as shells expect.
 */
public final class Interruption {
    /** How long a command may take to stop: one step of the slowest engine on a large model is well below. */
    private static final long PATIENCE_SECONDS = 10;

    private final Cancellation cancellation = new Cancellation();
    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Set<Path> unfinishedFiles = ConcurrentHashMap.newKeySet();

    /** An interruption that comes from nowhere until {@link #listen()} is called. */
    public Interruption() {}

    /** Begins to listen for the signals that end a process. */
    public void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "interruption"));
    }

    /** What long work asks whether it should stop. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /** Waits until somebody wants the process to end. */
    public void await() {
        try {
            wanted.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command has ended, well or not; nobody needs to wait for it. */
    public void finished() {
        finished.countDown();
    }

    void begin(Path unfinishedFile) {
        unfinishedFiles.add(unfinishedFile);
    }

    void end(Path unfinishedFile) {
        unfinishedFiles.remove(unfinishedFile);
    }

    private void stop() {
        cancellation.cancel("interrupted");
        wanted.countDown();
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                for (Path file : unfinishedFiles) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (InterruptedException | IOException e) {
            Thread.currentThread().interrupt(); // the process ends here whatever happens
        }
    }
}
