package io.codelength.web;

import io.codelength.limit.Cancellation;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Bytes on their way between the thread that talks to the client and the one that computes, in a file without a name
 * that goes when it is closed or the process ends. One thread writes while another reads what is already there, so the
 * first reads from the client at the client's speed, sees at once when it goes away, and memory stays small.
 */
final class Spool implements Closeable {
    private static final long POLL_MILLIS = 250;

    private final FileChannel file;
    private long length;
    private boolean complete;

    private Spool(FileChannel file) {
        this.file = file;
    }

    static Spool in(Path directory) throws IOException {
        Files.createDirectories(directory);
        // On Unix, deletion on close takes the name away at once, so that even kill -9 leaves nothing.
        return new Spool(FileChannel.open(
                directory.resolve(UUID.randomUUID().toString()),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE));
    }

    synchronized long length() {
        return length;
    }

    synchronized boolean isComplete() {
        return complete;
    }

    /** Appends; never blocks on the reader. */
    OutputStream sink() {
        return new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] source, int from, int count) throws IOException {
                append(ByteBuffer.wrap(source, from, count));
            }
        };
    }

    private void append(ByteBuffer bytes) throws IOException {
        long position = length();
        while (bytes.hasRemaining()) {
            position += file.write(bytes, position);
        }
        synchronized (this) {
            length = position;
            notifyAll();
        }
    }

    /** Says that nothing more comes. */
    synchronized void complete() {
        complete = true;
        notifyAll();
    }

    /** Wakes whoever waits here, to look around. */
    synchronized void wake() {
        notifyAll();
    }

    /** Waits a moment for bytes after the position or the end. */
    @SuppressWarnings("WaitNotInLoop") // callers loop, and look at more than this object before they wait again
    synchronized void await(long position) throws IOException {
        if (length <= position && !complete) {
            try {
                wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException("interrupted while waiting for bytes");
            }
        }
    }

    /** Reads bytes that are there. */
    int read(long position, byte[] target, int from, int count) throws IOException {
        return file.read(ByteBuffer.wrap(target, from, count), position);
    }

    /** All bytes from the first, waiting for those to come until the work is cancelled. */
    InputStream source(Cancellation cancellation) {
        return new InputStream() {
            private long position;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int from, int count) throws IOException {
                if (count == 0) {
                    return 0;
                }
                while (true) {
                    cancellation.throwIfCancelled();
                    // The end is looked at before the length: nothing is appended after it.
                    boolean ended = isComplete();
                    long there = length() - position;
                    if (there > 0) {
                        int bytes = Spool.this.read(position, target, from, (int) Math.min(count, there));
                        position += bytes;
                        return bytes;
                    }
                    if (ended) {
                        return -1;
                    }
                    await(position);
                }
            }
        };
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
