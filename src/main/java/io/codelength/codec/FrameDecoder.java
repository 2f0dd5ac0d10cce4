package io.codelength.codec;

import io.codelength.coding.InvalidCodeException;
import io.codelength.container.FrameMethod;
import io.codelength.limit.CallScope;
import io.codelength.mix.Mixing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Decodes the coded frames of one archive together: those that need the model step side by side on the caller's thread,
 * those that do not are decoded by {@link FrameWorkers} meanwhile.
 */
final class FrameDecoder {
    private final Optional<ModelFrames> modelFrames;
    private final Mixing mixing;
    private final int memoryBits;
    private final FrameWorkers workers;
    private final CallScope scope;

    /**
     * @param modelFrames empty if the archive names no model
     */
    FrameDecoder(
            Optional<ModelFrames> modelFrames, Mixing mixing, int memoryBits, FrameWorkers workers, CallScope scope) {
        this.modelFrames = modelFrames;
        this.mixing = mixing;
        this.memoryBits = memoryBits;
        this.workers = workers;
        this.scope = scope;
    }

    /**
     * Decodes frames, pulling the next one when there is room, and calls back with each original as it is done, on the
     * calling thread and in no particular order. The bytes are what the payload says; whether they are right only the
     * frame's checksum tells.
     *
     * @throws io.codelength.container.CorruptContainerException if a payload cannot be one of ours
     */
    <T> void decode(Iterator<T> frames, Function<T, FrameTask> taskOf, BiConsumer<T, byte[]> done) {
        try (Decoding<T> decoding = new Decoding<>(frames, taskOf, done)) {
            while (decoding.hasNext()) {
                // Only frames that need a model come out, so there is one, or the container would have refused them.
                modelFrames.orElseThrow().walk(decoding);
            }
            decoding.finish();
        }
    }

    private byte[] decodeContexts(FrameTask task) {
        return scope.memory().holding(mixing.frameBytes(task.text().length, memoryBits), "mixing a frame", () -> {
            try {
                mixing.decode(
                        task.payload(), task.from(), task.codedBytes(), task.text(), memoryBits, scope.cancellation());
            } catch (InvalidCodeException e) {
                throw task.place().corrupt(e);
            }
            return task.original();
        });
    }

    /** Hands out the groups of frames that need the model, and sends the other frames to the workers on the way. */
    private final class Decoding<T> implements Iterator<LaneWalk.LaneGroup>, AutoCloseable {
        private record Working<T>(T frame, FrameWorkers.Work<byte[]> original) {}

        private final Iterator<T> frames;
        private final Function<T, FrameTask> taskOf;
        private final BiConsumer<T, byte[]> done;
        private final Deque<Working<T>> working = new ArrayDeque<>();
        private Iterator<LaneWalk.LaneGroup> groupsOfFrame =
                List.<LaneWalk.LaneGroup>of().iterator();

        private Decoding(Iterator<T> frames, Function<T, FrameTask> taskOf, BiConsumer<T, byte[]> done) {
            this.frames = frames;
            this.taskOf = taskOf;
            this.done = done;
        }

        @Override
        public boolean hasNext() {
            while (!groupsOfFrame.hasNext() && frames.hasNext()) {
                take(frames.next());
            }
            return groupsOfFrame.hasNext();
        }

        private void take(T frame) {
            FrameTask task = taskOf.apply(frame);
            if (task.method() == FrameMethod.CONTEXT_MIXING) {
                if (working.size() == workers.count()) {
                    await();
                }
                working.add(new Working<>(frame, workers.submit(() -> decodeContexts(task))));
            } else {
                groupsOfFrame = modelFrames
                        .orElseThrow()
                        .decoders(task, () -> done.accept(frame, task.original()))
                        .iterator();
            }
        }

        @Override
        public LaneWalk.LaneGroup next() {
            return groupsOfFrame.next();
        }

        private void await() {
            Working<T> oldest = working.removeFirst();
            done.accept(oldest.frame, oldest.original.get());
        }

        private void finish() {
            while (!working.isEmpty()) {
                await();
            }
        }

        @Override
        public void close() {
            working.forEach(frame -> frame.original.abandon());
        }
    }
}
