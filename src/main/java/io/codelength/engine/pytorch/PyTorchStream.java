package io.codelength.engine.pytorch;

import io.codelength.limit.CallScope;
import io.codelength.predict.BudgetedStream;
import org.jspecify.annotations.Nullable;

/**
 * A context whose cache is a slot of a {@link CacheChunk}. A reset leaves what was read in the cache: it is finite, and has a
 * weight of exactly zero until it is overwritten.
 */
final class PyTorchStream extends BudgetedStream {
    private final CachePool pool;
    private @Nullable CacheChunk chunk;
    private int slot;

    PyTorchStream(PyTorchPredictor owner, CachePool pool, int windowTokens, CallScope scope) {
        super(owner, windowTokens, scope);
        this.pool = pool;
    }

    @Override
    protected void release() {
        pool.close(this);
    }

    CachePool pool() {
        return pool;
    }

    void place(CacheChunk place, int slotOfIt) {
        chunk = place;
        slot = slotOfIt;
    }

    CacheChunk chunk() {
        CacheChunk place = chunk;
        if (place == null) {
            throw new IllegalStateException("a stream is placed before it is read into");
        }
        return place;
    }

    int slot() {
        return slot;
    }
}
