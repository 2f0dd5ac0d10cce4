package io.codelength.codec;

import io.codelength.coding.RangeDecoder;
import io.codelength.limit.CallScope;
import io.codelength.limit.LimitExceededException;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.Step;
import io.codelength.predict.StepSequence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Steps many lanes together, one symbol each, feeding every lane's own window. Groups of lanes join as soon as there is room
 * and leave when they are done; a lane's symbols depend on nothing but its own group, so neither the order nor the number of
 * groups in flight changes a result. One object makes one walk: its streams are closed at the end.
 */
final class LaneWalk {
    /** A lane: is shown what may come next and says what does. */
    interface Lane {
        /** Whether the lane has no further symbol; asked before each row, at first too. */
        boolean done();

        /** The symbol that comes next; called with the rows of this lane in order. */
        int next(FrequencyRow row);

        /** What the next symbol is decoded from where no more is wanted of its row; {@link #next} decodes it as well. */
        default Optional<RangeDecoder> decoder() {
            return Optional.empty();
        }

        /** Takes the place of {@link #next} where the symbol was decoded. */
        default void decoded(int symbol) {
            throw new IllegalStateException("invariant broken: a symbol was decoded for a lane without a decoder");
        }
    }

    /** Lanes that must step in the same order whatever else goes on, since they share a range coder. */
    interface LaneGroup {
        List<? extends Lane> lanes();

        /** Called once, when all lanes are done. */
        void finished();

        /** Called in place of {@link #finished} if the walk ends before the lanes do: gives back what the group holds. */
        default void abandoned() {}

        /**
         * The same lanes in the same order, in groups that several walks may go through at once, and which stand for this one
         * from now on.
         *
         * @param most groups that are wanted at most, at least 1
         */
        default List<? extends LaneGroup> apart(int most) {
            return List.of(this);
        }

        /** Whether the group's lanes wait for those of others at each step; a walk goes through no other beside it. */
        default boolean takesTurns() {
            return false;
        }
    }

    private final Predictor predictor;
    private final Windows windows;
    private final int batchLanes;
    private final int lanesTogether;
    private final CallScope scope;
    private final LaneGroups groups;
    private final Deque<PredictionStream> idleStreams = new ArrayDeque<>();
    private final List<Walker> walkers = new ArrayList<>();
    private final List<ActiveGroup> active = new ArrayList<>();

    /**
     * @param batchLanes lanes that step together at most; a group may have more, and then does so in several steps
     */
    LaneWalk(Predictor predictor, Windows windows, int batchLanes, LaneGroups groups, CallScope scope) {
        this.predictor = predictor;
        this.windows = windows;
        this.batchLanes = batchLanes;
        this.lanesTogether = Math.min(batchLanes, predictor.streamsTogether(windows.windowTokens()));
        this.groups = groups;
        this.scope = scope;
    }

    /** Walks groups to their ends while there are any, or until another walk fails, which says why. */
    void walk() {
        try {
            admit();
            while (!walkers.isEmpty() && !groups.haveFailed()) {
                scope.throwIfCancelled();
                beginNewWindows();
                Steps steps = new Steps(groups.areHeld());
                predictor.steps(steps, steps, scope);
                if (retireFinished()) {
                    admit();
                }
            }
        } catch (RuntimeException | Error e) {
            if (groups.fail(e)) {
                throw e;
            }
        } finally {
            active.forEach(group -> groups.abandoned(group.lanes));
            active.clear();
            walkers.forEach(walker -> walker.stream.close());
            idleStreams.forEach(PredictionStream::close);
        }
    }

    private void admit() {
        for (Optional<LaneGroup> next = take(); next.isPresent(); next = take()) {
            ActiveGroup group = new ActiveGroup(next.get());
            active.add(group);
            for (Lane lane : next.get().lanes()) {
                Walker walker = new Walker(lane, group, idleStreams.pop());
                if (lane.done()) {
                    throw new IllegalStateException("invariant broken: a lane without symbols was to be walked");
                }
                walkers.add(walker);
                group.lanesLeft++;
            }
        }
    }

    private Optional<LaneGroup> take() {
        return groups.take(this::hasRoomFor, walkers.size());
    }

    private boolean hasRoomFor(LaneGroup group) {
        if (!walkers.isEmpty()) {
            boolean alone = group.takesTurns() || active.stream().anyMatch(other -> other.lanes.takesTurns());
            if (alone || walkers.size() + group.lanes().size() > lanesTogether) {
                return false;
            }
        }
        return openStreams(group.lanes().size());
    }

    /** Whether there are now that many idle streams; false if the memory must first be given back by lanes in flight here. */
    private boolean openStreams(int count) {
        while (idleStreams.size() < count) {
            try {
                idleStreams.push(predictor.open(windows.windowTokens(), scope));
            } catch (LimitExceededException noRoom) {
                if (walkers.isEmpty()) {
                    throw noRoom;
                }
                return false;
            }
        }
        return true;
    }

    /**
     * Steps of all lanes until somebody must look after them: a group is done, there is room for the next one, or windows
     * begin that read a context. Runs on whatever thread computes for all callers, so nothing here waits or writes.
     */
    private final class Steps implements StepSequence, DecodingSink {
        private final boolean groupsWait;
        private List<Walker> round = List.of();
        private int roundDone;
        private List<Walker> batch = List.of();

        /** @param groupsWait whether a lane that ends makes room for somebody */
        private Steps(boolean groupsWait) {
            this.groupsWait = groupsWait;
        }

        @Override
        public Optional<Step> next() {
            if (roundDone == round.size()) {
                if (groups.haveFailed() || mustStop()) {
                    return Optional.empty();
                }
                round = walkers.stream().filter(walker -> !walker.lane.done()).toList();
                roundDone = 0;
                round.forEach(Walker::beginPlainWindow);
            }
            batch = round.subList(roundDone, Math.min(roundDone + batchLanes, round.size()));
            roundDone += batch.size();
            List<PredictionStream> streams = new ArrayList<>(batch.size());
            int[] symbols = new int[batch.size()];
            for (Walker walker : batch) {
                symbols[streams.size()] = walker.input;
                streams.add(walker.stream);
            }
            return Optional.of(new Step(streams, symbols));
        }

        private boolean mustStop() {
            for (Walker walker : walkers) {
                if (walker.lane.done() ? groupsWait || walker.group.isDone() : walker.needsContext()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void accept(int item, int index, FrequencyRow row) {
            Walker walker = batch.get(item);
            walker.took(walker.lane.next(row));
        }

        @Override
        public Optional<RangeDecoder> decoder(int item) {
            return batch.get(item).lane.decoder();
        }

        @Override
        public void decoded(int item, int symbol) {
            Walker walker = batch.get(item);
            walker.lane.decoded(symbol);
            walker.took(symbol);
        }
    }

    /**
     * Lanes at the begin of a window with context read the start symbol and all of the context but its last symbol in one
     * pass; that last symbol is then stepped with everyone else's.
     */
    private void beginNewWindows() {
        List<Passage> passages = new ArrayList<>();
        for (Walker walker : walkers) {
            if (walker.needsContext()) {
                passages.add(walker.beginWindowWithContext());
            }
        }
        if (!passages.isEmpty()) {
            predictor.prefill(
                    passages,
                    (item, index, row) -> {
                        throw new IllegalStateException("invariant broken: no row was asked for");
                    },
                    scope);
        }
    }

    private boolean retireFinished() {
        boolean retired = walkers.removeIf(walker -> {
            if (!walker.lane.done()) {
                return false;
            }
            walker.stream.reset();
            idleStreams.push(walker.stream);
            walker.group.lanesLeft--;
            return true;
        });
        Iterator<ActiveGroup> ended = active.iterator();
        while (retired && ended.hasNext()) {
            ActiveGroup group = ended.next();
            if (group.lanesLeft == 0) {
                ended.remove();
                groups.finished(group.lanes);
            }
        }
        return retired;
    }

    private static final class ActiveGroup {
        private final LaneGroup lanes;
        private int lanesLeft;

        private ActiveGroup(LaneGroup lanes) {
            this.lanes = lanes;
        }

        private boolean isDone() {
            return lanes.lanes().stream().allMatch(Lane::done);
        }
    }

    /** A lane on its way, with its stream and as much of its past as the next window reads again. */
    private final class Walker {
        private final Lane lane;
        private final ActiveGroup group;
        private final PredictionStream stream;
        private final int[] past = new int[windows.overlapTokens()]; // ring: symbol i at i mod length
        private int symbolsDone;
        private int freshLeft;
        private int input;

        private Walker(Lane lane, ActiveGroup group, PredictionStream stream) {
            this.lane = lane;
            this.group = group;
            this.stream = stream;
        }

        /** Whether the next symbol begins a window that reads again what came before. */
        private boolean needsContext() {
            return freshLeft == 0 && windows.contextAt(symbolsDone) > 0;
        }

        /** What to read before the first step of such a window. */
        private Passage beginWindowWithContext() {
            int[] passage = new int[windows.contextAt(symbolsDone)];
            passage[0] = predictor.model().startSymbol();
            System.arraycopy(lastSymbols(passage.length), 0, passage, 1, passage.length - 1);
            freshLeft = windows.freshAt(symbolsDone);
            stream.reset();
            return new Passage(stream, passage, passage.length);
        }

        /** If a window without context begins, its first step reads the start symbol. */
        private void beginPlainWindow() {
            if (freshLeft == 0) {
                freshLeft = windows.freshAt(symbolsDone);
                stream.reset();
                input = predictor.model().startSymbol();
            }
        }

        private void took(int symbol) {
            input = symbol;
            if (past.length > 0) {
                past[symbolsDone % past.length] = input;
            }
            symbolsDone++;
            freshLeft--;
        }

        private int[] lastSymbols(int count) {
            int[] last = new int[count];
            for (int i = 0; i < count; i++) {
                last[i] = past[(symbolsDone - count + i) % past.length];
            }
            return last;
        }
    }
}
