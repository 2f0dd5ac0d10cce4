package io.codelength.engine.pytorch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The caches of all streams with windows of one size. Memory is allocated when a stream is first read into, for all streams
 * opened by then together, so that lanes opened one after another become neighbours. A chunk is freed when its last stream
 * closes.
 */
final class CachePool {
    private final IntFunction<CacheChunk> allocate;
    private final Consumer<CacheChunk> free;
    private final Set<PyTorchStream> waiting = new LinkedHashSet<>();
    private final List<CacheChunk> chunks = new ArrayList<>();

    /**
     * @param allocate makes a chunk with so many slots
     * @param free gives a chunk's memory back
     */
    CachePool(IntFunction<CacheChunk> allocate, Consumer<CacheChunk> free) {
        this.allocate = allocate;
        this.free = free;
    }

    synchronized void open(PyTorchStream stream) {
        waiting.add(stream);
    }

    /** Gives every open stream of this pool its place. */
    synchronized void placeAll() {
        while (!waiting.isEmpty()) {
            CacheChunk chunk = chunkWithRoom();
            var next = waiting.iterator();
            while (next.hasNext() && chunk.hasFreeSlot()) {
                next.next().place(chunk, chunk.takeSlot());
                next.remove();
            }
        }
    }

    synchronized void close(PyTorchStream stream) {
        if (waiting.remove(stream)) {
            return;
        }
        CacheChunk chunk = stream.chunk();
        chunk.giveBack(stream.slot());
        if (chunk.isEmpty()) {
            chunks.remove(chunk);
            free.accept(chunk);
        }
    }

    /** Slots allocated, used or not. */
    synchronized int slots() {
        return chunks.stream().mapToInt(chunk -> chunk.slots).sum();
    }

    private CacheChunk chunkWithRoom() {
        for (CacheChunk chunk : chunks) {
            if (chunk.hasFreeSlot()) {
                return chunk;
            }
        }
        CacheChunk chunk = allocate.apply(Math.min(CacheChunk.MOST_SLOTS, waiting.size()));
        chunks.add(chunk);
        return chunk;
    }
}
