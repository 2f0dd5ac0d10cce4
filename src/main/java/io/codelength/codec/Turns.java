package io.codelength.codec;

/**
 * Turns that several threads take, in their order and again from the first, each doing at its turn what must not overlap with
 * what the others do. Who has ended is left out.
 */
final class Turns {
    // A turn mostly comes before it is waited for or a few microseconds later; to fall asleep and be woken takes tens
    // of them.
    private static final int SPINS = 2000;

    private final boolean[] ended;
    private volatile int turn;
    private volatile boolean abandoned;

    /** @param count how many take turns, numbered from 0; the first turn is number 0's */
    Turns(int count) {
        ended = new boolean[count];
    }

    /**
     * Waits until it is this one's turn, an interrupt notwithstanding.
     *
     * @throws IllegalStateException if another was abandoned, so that it never will be
     */
    void await(int number) {
        for (int spin = 0; spin < SPINS && turn != number && !abandoned; spin++) {
            Thread.onSpinWait();
        }
        if (turn != number || abandoned) {
            sleepUntil(number);
        }
    }

    private synchronized void sleepUntil(int number) {
        boolean interrupted = false;
        while (turn != number && !abandoned) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (abandoned) {
            throw new IllegalStateException("the frame's other lanes are not walked any more");
        }
    }

    /**
     * Gives the turn to the next.
     *
     * @param number whose turn it is
     * @param isLast whether this one wants no further turn
     */
    synchronized void pass(int number, boolean isLast) {
        ended[number] = isLast;
        int following = number;
        do {
            following = (following + 1) % ended.length;
        } while (ended[following] && following != number);
        turn = following;
        notifyAll();
    }

    /** Wakes all who wait: one of them has stopped in the middle. */
    synchronized void abandon() {
        abandoned = true;
        notifyAll();
    }
}
