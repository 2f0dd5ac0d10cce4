package io.codelength.mix;

/**
 * Finds where the last bytes of a lane occurred before, in any lane, and expects what followed there
 * ({@code docs/mixing.md}, "Matches"). Three lengths are looked for; a match is verified byte by byte.
 */
final class MatchModel {
    static final int LENGTHS = 3;

    private static final int[] LENGTH_MIN = {5, 9, 20};

    /** So far back a match is verified. */
    private static final int VERIFIED_MAX = 400;

    private static final int LENGTH_MAX = 65535;

    /** A match of one lane: the byte at {@code pointer} is expected. */
    static final class Match {
        int length; // bytes that agreed; 0 for no match
        int pointer;
        int end; // where the lane that is pointed into ends
    }

    private final int tableBits;
    private final int[][] tables; // [LENGTHS][2^tableBits] position + 1 behind the bytes that hash there, 0 for none

    MatchModel(int tableBits) {
        this.tableBits = tableBits;
        tables = new int[LENGTHS][1 << tableBits];
    }

    MatchModel(MatchModel other) {
        tableBits = other.tableBits;
        tables = new int[LENGTHS][];
        for (int i = 0; i < LENGTHS; i++) {
            tables[i] = other.tables[i].clone();
        }
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
                int slot = slot(history, here, LENGTH_MIN[i]);
                if (match.length == 0) {
                    look(match, tables[i][slot], LENGTH_MIN[i], lane, history, lanes);
                }
                tables[i][slot] = here;
            }
            if (match.length > 0 && !lanes.isKnown(match.pointer, match.end)) {
                match.length = 0;
            }
        }
    }

    private static void look(
            Match match, int candidate, int lengthMin, LaneHistory lane, byte[] history, HistoryLanes lanes) {
        if (candidate == 0) {
            return;
        }
        int here = lane.start + lane.position;
        int candidateStart = lanes.startOf(candidate - 1);
        int most = Math.min(VERIFIED_MAX, Math.min(candidate - candidateStart, lane.position));
        int length = 0;
        while (length < most && history[candidate - 1 - length] == history[here - 1 - length]) {
            length++;
        }
        if (length >= lengthMin) {
            match.length = length;
            match.pointer = candidate;
            match.end = lanes.endOf(candidate - 1);
        }
    }

    private int slot(byte[] history, int here, int length) {
        int hash = 0;
        for (int i = 1; i <= length; i++) {
            hash = (hash + (history[here - i] & 0xff) + 1) * 0x2F0B4C47;
        }
        hash ^= hash >>> 15;
        return (hash * 0x9E3779B1) >>> (32 - tableBits);
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
