package io.codelength.model.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one writer at a time change a store, among threads and among processes. Readers need none. */
final class StoreLock implements AutoCloseable {
    /** A file lock belongs to the whole JVM, so threads take this one first. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Waits until the store is free; the folder must exist. */
    static StoreLock take(Path folder) throws IOException {
        THREADS.lock();
        try {
            FileChannel channel =
                    FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                channel.lock(); // given back when the channel is closed, or by the system when the process dies
                return new StoreLock(channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            THREADS.unlock();
            throw e;
        }
    }

    /** For work that must not happen without it. */
    void requireHeld() {
        if (!channel.isOpen() || !THREADS.isHeldByCurrentThread()) {
            throw new IllegalStateException("the store's lock is not held");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            THREADS.unlock();
        }
    }
}
