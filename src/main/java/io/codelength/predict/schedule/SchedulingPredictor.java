package io.codelength.predict.schedule;

import io.codelength.coding.IntervalSequence;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ExactModel;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import io.codelength.predict.Step;
import io.codelength.predict.StepSequence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One predictor for many callers, whose streams share the engine's passes. Results do not depend on who shares with whom.
 *
 * <p>It has no thread of its own. Calls stand in a queue, and one of the waiting callers, the leader, computes for all: pass
 * after pass, until its own call has ended; then another leads. So a lone caller computes at once on its own thread, and a
 * caller whose steps are a {@link StepSequence} is woken only when the sequence ends. A round is one pass of steps and, where
 * passages wait, one pass that reads a bounded piece of them: calls join and leave between passes, a long passage delays
 * nobody's step by more than a piece, and who could not be served in a pass comes first in the next.
 *
 * <p>A cancelled call leaves at the next pass. What a caller's sink throws ends that caller's call; what the engine throws
 * ends the calls that shared the pass.
 */
public final class SchedulingPredictor implements Predictor {
    private final Predictor engine;
    private final SchedulingLimits limits;
    private final LongSupplier nanoClock;
    private final SchedulingStatistics statistics;

    /** What the engine's work takes beside streams: one pass at a time, so it belongs to nobody's budget. */
    private final MemoryBudget work = new MemoryBudget(Long.MAX_VALUE);

    // Everything below is guarded by the lock, but calls themselves while they are queued: those are the leader's.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition();
    private final Deque<StepCall> steps = new ArrayDeque<>();
    private final Deque<PrefillCall> prefills = new ArrayDeque<>();
    private @Nullable Thread leader;
    private boolean closed;
    private boolean engineClosed;

    /**
     * @param engine the predictor that computes; closed with this one, and used by nobody else
     * @param nanoClock time that only grows, nanoseconds; measures and decides nothing
     */
    public SchedulingPredictor(
            Predictor engine, SchedulingLimits limits, LongSupplier nanoClock, SchedulingStatistics statistics) {
        this.engine = engine;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.statistics = statistics;
    }

    @Override
    public ExactModel model() {
        return engine.model();
    }

    @Override
    public long streamBytes(int windowTokens) {
        return engine.streamBytes(windowTokens);
    }

    @Override
    public int streamsTogether(int windowTokens) {
        return engine.streamsTogether(windowTokens);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        return new ScheduledStream(this, engine.open(windowTokens, scope));
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        requireOutsideOfSinks();
        scope.throwIfCancelled();
        PrefillCall call = new PrefillCall(this, passages, sink, scope, nanoClock.getAsLong(), lock.newCondition());
        if (call.isRead()) {
            call.end();
            return;
        }
        perform(call, prefills);
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        Deque<Step> only = new ArrayDeque<>(List.of(new Step(streams, symbols)));
        steps(() -> Optional.ofNullable(only.poll()), sink, scope);
    }

    @Override
    public void steps(StepSequence sequence, RowSink sink, CallScope scope) {
        requireOutsideOfSinks();
        scope.throwIfCancelled();
        StepCall call = new StepCall(this, sequence, sink, scope, nanoClock.getAsLong(), lock.newCondition());
        boolean queued = false;
        try {
            if (call.advance()) {
                queued = true;
                perform(call, steps);
            }
        } finally {
            if (!queued) {
                call.end();
            }
        }
    }

    @Override
    public List<byte[]> encode(List<IntervalSequence> sequences) {
        return engine.encode(sequences);
    }

    private void requireOutsideOfSinks() {
        lock.lock();
        try {
            if (leader == Thread.currentThread()) {
                throw new IllegalStateException("a row sink must not call the predictor that feeds it");
            }
        } finally {
            lock.unlock();
        }
    }

    /** Queues a call and returns when it has ended. Whoever finds nobody leading leads. */
    private <C extends Call> void perform(C call, Deque<C> queue) {
        enqueue(call, queue);
        statistics.entered();
        try {
            if (mustLead(call)) {
                lead(call);
            }
        } finally {
            statistics.left();
        }
        call.rethrow();
    }

    private <C extends Call> void enqueue(C call, Deque<C> queue) {
        boolean queued = false;
        lock.lock();
        try {
            requireOpen();
            if (steps.size() + prefills.size() >= limits.waitingCalls()) {
                throw LimitExceededException.ofTheMoment(
                        "calls waiting for predictions",
                        steps.size() + prefills.size() + 1L,
                        limits.waitingCalls(),
                        "Try again when there is less to do.");
            }
            queue.add(call);
            queued = true;
        } finally {
            lock.unlock();
            if (!queued) {
                call.end();
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("the predictor of model %s was closed".formatted(model().name()));
    }

    /** Waits until the call has ended, or until its thread must lead. */
    private boolean mustLead(Call call) {
        lock.lock();
        try {
            while (!call.hasEnded()) {
                if (leader == null) {
                    leader = Thread.currentThread();
                    return true;
                }
                call.turn().awaitUninterruptibly();
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever it is, those who wait must hear of it
    private void lead(Call call) {
        try {
            while (!call.hasEnded()) {
                round();
            }
        } catch (Throwable e) {
            failAll(e);
        } finally {
            resign();
        }
    }

    private void resign() {
        lock.lock();
        try {
            leader = null;
            Call next = steps.isEmpty() ? prefills.peek() : steps.peek();
            if (next != null) {
                next.turn().signal();
            } else {
                quiet.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One pass of steps and one of passages. */
    private void round() {
        letGo();
        List<StepCall> stepping = copy(steps);
        if (!stepping.isEmpty()) {
            step(stepping);
            letGo();
        }
        List<PrefillCall> reading = copy(prefills);
        if (!reading.isEmpty()) {
            read(reading);
            letGo();
        }
    }

    private <C> List<C> copy(Deque<C> queue) {
        lock.lock();
        try {
            return new ArrayList<>(queue);
        } finally {
            lock.unlock();
        }
    }

    /** Lets the calls go that have ended, failed or are no longer wanted. */
    private void letGo() {
        lock.lock();
        try {
            steps.removeIf(this::isLetGo);
            prefills.removeIf(this::isLetGo);
        } finally {
            lock.unlock();
        }
    }

    private boolean isLetGo(Call call) {
        if (!call.hasEnded()) {
            if (closed) {
                call.fail(closedException());
            } else {
                call.guarded(call.scope()::throwIfCancelled);
            }
            if (!call.hasFailed()) {
                return false;
            }
            call.end();
        }
        call.turn().signal();
        return true;
    }

    /** A round broke off in the middle: nobody knows who was served. */
    private void failAll(Throwable why) {
        lock.lock();
        try {
            steps.forEach(call -> call.fail(why));
            prefills.forEach(call -> call.fail(why));
        } finally {
            lock.unlock();
        }
        letGo();
    }

    private void step(List<StepCall> calls) {
        StepPass pass = new StepPass();
        int[] parts = parts(calls, limits.stepStreams());
        for (int i = 0; i < parts.length; i++) {
            calls.get(i).take(parts[i], pass);
        }
        compute(pass);
        boolean allServed = true;
        for (int i = 0; i < parts.length; i++) {
            StepCall call = calls.get(i);
            if (call.pending() > 0) {
                allServed = false;
            } else if (!call.hasFailed()) {
                call.guarded(() -> {
                    if (!call.advance()) {
                        call.end();
                    }
                });
            }
        }
        if (!allServed) {
            List<StepCall> served = new ArrayList<>();
            for (int i = 0; i < parts.length; i++) {
                if (parts[i] > 0) {
                    served.add(calls.get(i));
                }
            }
            moveBack(served, steps);
        }
    }

    /**
     * How many streams of each call a pass takes: all of them if there is room, and otherwise an equal share at first and
     * then, in the order of the queue, what is left of the room.
     */
    private static int[] parts(List<StepCall> calls, int room) {
        int[] parts = new int[calls.size()];
        int left = room;
        int share = Math.max(1, room / calls.size());
        for (int most : new int[] {share, room}) {
            for (int i = 0; i < parts.length && left > 0; i++) {
                int part = Math.min(Math.min(most, calls.get(i).pending()) - parts[i], left);
                parts[i] += part;
                left -= part;
            }
        }
        return parts;
    }

    private void read(List<PrefillCall> calls) {
        PrefillPass pass = new PrefillPass();
        List<PrefillCall> unfinished = new ArrayList<>();
        for (PrefillCall call : calls) {
            if (pass.tokens() == limits.prefillTokens()) {
                break;
            }
            call.take(limits.prefillTokens() - pass.tokens(), pass);
            if (!call.isRead()) {
                unfinished.add(call);
            }
        }
        compute(pass);
        for (Call call : pass.callers()) {
            if (!call.hasFailed() && !unfinished.contains(call)) {
                call.end();
            }
        }
        moveBack(unfinished, prefills);
    }

    /** Who had its turn goes behind those who wait. */
    private <C> void moveBack(List<C> calls, Deque<C> queue) {
        lock.lock();
        try {
            queue.removeAll(calls);
            queue.addAll(calls);
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever it is, those who wait must hear of it
    private void compute(Pass pass) {
        long before = nanoClock.getAsLong();
        // Whoever computes alone is stopped within the pass; of those who share one, nobody can stop the others'.
        Cancellation cancellation = new Cancellation();
        for (Call call : pass.callers()) {
            call.begin(before).ifPresent(statistics::began);
            if (pass.callers().size() == 1) {
                cancellation = call.scope().cancellation();
            }
        }
        try {
            pass.compute(engine, new CallScope(cancellation, work));
        } catch (Throwable e) {
            pass.callers().forEach(call -> call.fail(e));
        }
        pass.passesIn(statistics).add(pass.tokens(), pass.callers().size(), nanoClock.getAsLong() - before);
    }

    /**
     * Ends the calls that wait, with an {@link IllegalStateException}, waits for the pass at hand and closes the engine's
     * predictor. Closing twice does nothing.
     */
    @Override
    public void close() {
        requireOutsideOfSinks();
        lock.lock();
        try {
            closed = true;
            // Each waiting caller is led or leads, and so finds out itself.
            while (leader != null || !steps.isEmpty() || !prefills.isEmpty()) {
                quiet.awaitUninterruptibly();
            }
            if (engineClosed) {
                return;
            }
            engineClosed = true;
        } finally {
            lock.unlock();
        }
        engine.close();
    }
}
