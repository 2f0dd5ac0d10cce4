package io.codelength.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Cuts a stream into frames: each as long as may be, but the last two share what is left evenly, since a frame that learns
 * from itself should not be short.
 */
final class FrameSource {
    private final InputStream source;
    private final int frameBytes;
    private final Deque<byte[]> ahead = new ArrayDeque<>(2);
    private boolean ended;

    /** @param frameBytes the most bytes of a frame */
    FrameSource(InputStream source, int frameBytes) {
        this.source = source;
        this.frameBytes = frameBytes;
    }

    /** The next frame; empty at the end. */
    byte[] next() throws IOException {
        while (!ended && ahead.size() < 2) {
            byte[] read = source.readNBytes(frameBytes);
            ended = read.length < frameBytes;
            if (read.length > 0) {
                ahead.add(read);
            }
        }
        if (ended && ahead.size() == 2) {
            shareEvenly();
        }
        return ahead.isEmpty() ? new byte[0] : ahead.removeFirst();
    }

    private void shareEvenly() {
        ByteArrayOutputStream left = new ByteArrayOutputStream();
        left.writeBytes(ahead.removeFirst());
        left.writeBytes(ahead.removeFirst());
        byte[] both = left.toByteArray();
        int half = (both.length + 1) / 2;
        ahead.add(Arrays.copyOf(both, half));
        ahead.add(Arrays.copyOfRange(both, half, both.length));
    }
}
