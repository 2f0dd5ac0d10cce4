package io.codelength.codec;

import io.codelength.container.FrameMethod;
import io.codelength.limit.CallScope;
import io.codelength.mix.Mixing;
import io.codelength.mix.SymbolSpelling;
import io.codelength.predict.Predictor;
import java.util.Iterator;
import java.util.List;

/** The frames of one archive that its language model spells, methods 2 and 3, coded with the archive's windows. */
final class ModelFrames {
    private final Predictor predictor;
    private final Windows windows;
    private final int batchLanes;
    private final CallScope scope;
    private final TokenFrames tokens;
    private final MixedFrames mixed;

    ModelFrames(
            Predictor predictor,
            Windows windows,
            SymbolSpelling spelling,
            Mixing mixing,
            int memoryBits,
            int batchLanes,
            CallScope scope) {
        this.predictor = predictor;
        this.windows = windows;
        this.batchLanes = batchLanes;
        this.scope = scope;
        LaneReader reader = new LaneReader(predictor, windows, batchLanes, scope);
        tokens = new TokenFrames(predictor, reader);
        mixed = new MixedFrames(predictor, reader, spelling, mixing, memoryBits, scope);
    }

    TokenFrames tokens() {
        return tokens;
    }

    MixedFrames mixed() {
        return mixed;
    }

    /** The groups of lanes that decode a frame together; see {@link TokenFrames#decoders}. */
    List<LaneWalk.LaneGroup> decoders(FrameTask task, Runnable done) {
        return task.method() == FrameMethod.TOKENS ? tokens.decoders(task, done) : List.of(mixed.decoder(task, done));
    }

    /** Steps all groups to their ends, pulling the next one when there is room. */
    void walk(Iterator<LaneWalk.LaneGroup> source) {
        LaneGroups groups = new LaneGroups(source);
        try {
            int threads = predictor.threadsApart();
            if (groups.divideFor(threads)) {
                int lanesEach = Math.max(1, batchLanes / threads);
                ThreadsApart.run(
                        predictor,
                        threads,
                        alone -> new LaneWalk(alone, windows, lanesEach, groups, scope).walk(),
                        groups::fail);
            } else {
                new LaneWalk(predictor, windows, batchLanes, groups, scope).walk();
            }
        } finally {
            groups.abandonRest();
        }
    }
}
