package io.codelength.codec;

import io.codelength.container.Dictionary;
import io.codelength.mix.Mixing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What dictionaries have taught, kept for the next call: learning one takes some tenths of a second, and what it teaches some
 * 12 MiB. The least recently used goes first. Thread-safe; who asks for a dictionary that is being learned waits.
 */
public final class TaughtMixings {
    /** Dictionaries that stay learned. */
    private static final int KEPT = 8;

    private final Mixing untaught;
    private final Map<Dictionary, FutureTask<Mixing>> taught = new LinkedHashMap<>(16, 0.75f, true);

    public TaughtMixings(Mixing untaught) {
        this.untaught = untaught;
    }

    /** The mixing that begins from what this dictionary teaches. */
    public Mixing of(Dictionary dictionary) {
        FutureTask<Mixing> task;
        synchronized (taught) {
            task = taught.computeIfAbsent(
                    dictionary, any -> new FutureTask<>(() -> untaught.taughtBy(dictionary.text())));
            if (taught.size() > KEPT) {
                taught.remove(taught.keySet().iterator().next());
            }
        }
        task.run(); // only once
        try {
            return task.get();
        } catch (ExecutionException e) {
            synchronized (taught) {
                taught.remove(dictionary, task);
            }
            if (e.getCause() instanceof OutOfMemoryError memory) {
                throw memory;
            }
            throw new IllegalStateException("invariant broken: a dictionary could not be learned", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a dictionary was being learned", e);
        }
    }
}
