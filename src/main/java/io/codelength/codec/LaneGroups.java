package io.codelength.codec;

import io.codelength.codec.LaneWalk.LaneGroup;
import io.codelength.limit.LimitExceededException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The groups of lanes that one walk goes through, or several on as many threads: handed out in their order, each to one of
 * them. What the groups' source and their ends do is done by one thread at a time.
 */
final class LaneGroups {
    private final Iterator<? extends LaneGroup> source;
    private final Deque<LaneGroup> next = new ArrayDeque<>();
    private int walks = 1;
    private int inFlight;
    private int lanesInFlight;
    private volatile Optional<Throwable> failure = Optional.empty();

    LaneGroups(Iterator<? extends LaneGroup> source) {
        this.source = source;
    }

    /**
     * Divides this group and all later ones for several walks, unless the second would have less than half as much to do as
     * the first; looks at the first groups to see. Asked before any is taken.
     *
     * @param most walks that there may be
     * @return whether groups are divided; there must then be as many walks, since groups may wait for each other
     */
    synchronized boolean divideFor(int most) {
        if (most == 1 || !source.hasNext()) {
            return false;
        }
        List<? extends LaneGroup> first = source.next().apart(most);
        next.addAll(first);
        if (first.size() > 1) {
            walks = most;
        } else if (source.hasNext()) {
            LaneGroup second = source.next();
            if (2 * second.lanes().size() >= first.get(0).lanes().size()) {
                walks = most;
            }
            add(second);
        }
        return walks > 1;
    }

    private void add(LaneGroup group) {
        if (walks == 1) {
            next.add(group);
        } else {
            next.addAll(group.apart(walks));
            notifyAll();
        }
    }

    private boolean present() {
        if (next.isEmpty() && source.hasNext()) {
            add(source.next());
        }
        return !next.isEmpty();
    }

    /**
     * The next group, if the walk has room for it. A walk that has nothing to do waits while others are at work: the source
     * may have more when they are done, and they may give memory back. One that has its share of all lanes leaves the others
     * to those that are still to come.
     *
     * @param room whether it has; it is the walk's if so. May throw {@link LimitExceededException} if the walk is idle
     * @param lanesHere lanes that the walk has
     * @return nothing if the walk shall go on with what it has, and end if that is nothing
     */
    synchronized Optional<LaneGroup> take(Predicate<LaneGroup> room, int lanesHere) {
        boolean interrupted = false;
        try {
            while (failure.isEmpty()) {
                if (present()) {
                    LaneGroup group = next.getFirst();
                    try {
                        if ((lanesHere > 0 && lanesHere >= share()) || !room.test(group)) {
                            return Optional.empty();
                        }
                        inFlight++;
                        lanesInFlight += group.lanes().size();
                        return Optional.of(next.removeFirst());
                    } catch (LimitExceededException noMemory) {
                        // Whoever takes turns with this group waits for it and gives nothing back.
                        if (inFlight == 0 || group.takesTurns()) {
                            throw noMemory;
                        }
                    }
                } else if (lanesHere > 0 || inFlight == 0) {
                    return Optional.empty();
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return Optional.empty();
        } catch (RuntimeException | Error e) {
            fail(e); // before another walk asks the source again
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What comes to a walk of all lanes that are known. */
    private int share() {
        int held = next.stream().mapToInt(group -> group.lanes().size()).sum();
        return (lanesInFlight + held + walks - 1) / walks;
    }

    /** Whether a group was looked at and had no room. */
    synchronized boolean areHeld() {
        return !next.isEmpty();
    }

    /** A group that was taken is done. */
    synchronized void finished(LaneGroup group) {
        landed(group);
        try {
            group.finished();
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    /** A group that was taken will not be done. */
    synchronized void abandoned(LaneGroup group) {
        landed(group);
        group.abandoned();
    }

    private void landed(LaneGroup group) {
        inFlight--;
        lanesInFlight -= group.lanes().size();
        notifyAll();
    }

    /**
     * A walk has failed: the others end as soon as they look, and nobody need wait for a group that was not taken.
     *
     * @return whether it is this that failed first; what fails later may have failed because of it
     */
    synchronized boolean fail(Throwable why) {
        if (failure.isEmpty()) {
            failure = Optional.of(why);
        }
        abandonRest();
        notifyAll();
        return failure.get() == why;
    }

    boolean haveFailed() {
        return failure.isPresent();
    }

    /** Gives back what nobody has taken. */
    synchronized void abandonRest() {
        next.forEach(LaneGroup::abandoned);
        next.clear();
    }
}
