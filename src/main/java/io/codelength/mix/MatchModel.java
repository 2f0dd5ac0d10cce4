package io.codelength.mix;

import java.util.Optional;

/**
 * Finds where the last bytes of a lane occurred before, in any lane or in the prior, and expects what followed there
 * ({@code docs/mixing.md}, "Matches"). Two lengths are looked for; a match is verified byte by byte.
 */
final class MatchModel {
    static final int LENGTHS = 2;

    private static final int[] LENGTH_MIN = {5, 12};

    /** So far back a match is verified. */
    private static final int VERIFIED_MAX = 400;

    private static final int LENGTH_MAX = 65535;

    /** A match of one lane: the byte at {@code pointer} is expected. */
    static final class Match {
        int length; // bytes that agreed; 0 for no match
        int pointer;
        int lane; // that is pointed into
    }

    private final int tableBits;
    private final int[][] tables; // [LENGTHS][2^tableBits] position behind the bytes that hash there, 0 for none
    private final Optional<MatchModel> prior; // looked at where the own table has nothing

    MatchModel(int tableBits, Optional<MatchModel> prior) {
        this.tableBits = tableBits;
        this.prior = prior;
        tables = new int[LENGTHS][1 << tableBits];
    }

    static Match[] noMatches() {
        Match[] matches = new Match[LENGTHS];
        for (int i = 0; i < LENGTHS; i++) {
            matches[i] = new Match();
        }
        return matches;
    }

    /** Follows or looks for the lane's matches, after a byte was taken in. */
    void update(LaneHistory lane, byte[] history, HistoryLanes lanes) {
        int here = lane.start + lane.position;
        for (int i = 0; i < LENGTHS; i++) {
            Match match = lane.matches[i];
            if (match.length > 0) {
                if (history[match.pointer] == history[here - 1]) {
                    match.length = Math.min(LENGTH_MAX, match.length + 1);
                    match.pointer++;
                } else {
                    match.length = 0;
                }
            }
            if (lane.position >= LENGTH_MIN[i]) {
                int hash = hash(history, here, LENGTH_MIN[i]);
                if (match.length == 0) {
                    look(match, candidate(i, hash), LENGTH_MIN[i], lane, history, lanes);
                }
                tables[i][hash >>> (32 - tableBits)] = here;
            }
            if (match.length > 0 && match.pointer >= lanes.known(match.lane)) {
                match.length = 0;
            }
        }
    }

    private int candidate(int index, int hash) {
        int candidate = tables[index][hash >>> (32 - tableBits)];
        return candidate == 0 && prior.isPresent() ? prior.get().candidate(index, hash) : candidate;
    }

    private static void look(
            Match match, int candidate, int lengthMin, LaneHistory lane, byte[] history, HistoryLanes lanes) {
        if (candidate == 0) {
            return;
        }
        int here = lane.start + lane.position;
        int owner = lanes.laneOf(candidate - 1);
        int most = Math.min(VERIFIED_MAX, Math.min(candidate - lanes.start(owner), lane.position));
        int length = 0;
        while (length < most && history[candidate - 1 - length] == history[here - 1 - length]) {
            length++;
        }
        if (length >= lengthMin) {
            match.length = length;
            match.pointer = candidate;
            match.lane = owner;
        }
    }

    private static int hash(byte[] history, int here, int length) {
        int hash = 0;
        for (int i = 1; i <= length; i++) {
            hash = (hash + (history[here - i] & 0xff) + 1) * 0x2F0B4C47;
        }
        hash ^= hash >>> 15;
        return hash * 0x9E3779B1;
    }

    /** Lengths in 26 classes. */
    static int lengthClass(int length) {
        if (length < 16) {
            return length;
        } else if (length < 32) {
            return 16 + (length - 16) / 4;
        } else if (length < 64) {
            return 20 + (length - 32) / 16;
        } else if (length < 128) {
            return 22;
        } else if (length < 256) {
            return 23;
        }
        return length < 512 ? 24 : 25;
    }
}
