package io.codelength.mix;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Chooses a dictionary's text from samples of the texts to come. The idea is that of zstd's COVER (after Liao, Petri, Moffat and
 * Wirth, 2016): what occurs often in the samples should occur in the dictionary, once, in few bytes. Whole lines are chosen
 * rather than segments, since contexts learn how lines begin and what follows what. The same samples give the same text.
 */
public final class DictionaryTrainer {
    /** Bytes that must recur to count: shorter ones the prior and the orders below learn soon enough. */
    private static final int GRAM_BYTES = 6;

    /** Longer samples are cut behind line ends into pieces of about this length, so that the best parts can be chosen. */
    private static final int PIECE_BYTES = 512;

    private static final int COUNTER_BITS = 22;

    /** What was chosen before is worth an eighth the next time: contexts learn from having seen something twice. */
    private static final int AGAIN_BITS = 3;

    private static final int COVERED_MAX = 8;

    private final int[] counts = new int[1 << COUNTER_BITS]; // how often each gram occurs
    private final byte[] covered = new byte[1 << COUNTER_BITS]; // how many of those were chosen
    private final Set<ByteBuffer> known = new HashSet<>();
    private final List<byte[]> pieces = new ArrayList<>(); // all different

    private DictionaryTrainer() {}

    /**
     * Chooses a dictionary.
     *
     * @param samples in any order; where all fit, the last come last
     * @param capacity the most bytes of the dictionary
     * @return at most so many bytes, fewer if the samples have fewer; each piece ends with a line feed
     */
    public static byte[] train(List<byte[]> samples, int capacity) {
        DictionaryTrainer trainer = new DictionaryTrainer();
        samples.forEach(trainer::cut);
        return trainer.choose(capacity);
    }

    private void cut(byte[] sample) {
        int from = 0;
        while (from < sample.length) {
            int to = sample.length;
            if (to - from > PIECE_BYTES) {
                to = from + PIECE_BYTES;
                for (int end = to; end > from; end--) {
                    if (sample[end - 1] == '\n') {
                        to = end;
                        break;
                    }
                }
            }
            boolean isEnded = sample[to - 1] == '\n' || to < sample.length;
            byte[] piece = Arrays.copyOfRange(sample, from, isEnded ? to : to + 1);
            if (!isEnded) {
                piece[piece.length - 1] = '\n';
            }
            take(piece);
            from = to;
        }
    }

    private void take(byte[] piece) {
        for (int i = 0; i + GRAM_BYTES <= piece.length; i++) {
            counts[slot(piece, i)]++;
        }
        if (known.add(ByteBuffer.wrap(piece))) {
            pieces.add(piece);
        }
    }

    /** A piece that may be chosen, and what it was worth when it was last looked at. */
    private record Candidate(int index, long value) implements Comparable<Candidate> {
        /** The most valuable first, of equals the one that came last. */
        @Override
        public int compareTo(Candidate other) {
            int byValue = Long.compare(other.value, value);
            return byValue != 0 ? byValue : Integer.compare(other.index, index);
        }
    }

    private byte[] choose(int capacity) {
        PriorityQueue<Candidate> queue = new PriorityQueue<>();
        for (int i = 0; i < pieces.size(); i++) {
            queue.add(new Candidate(i, value(pieces.get(i))));
        }
        List<byte[]> chosen = new ArrayList<>();
        int left = capacity;
        while (!queue.isEmpty()) {
            Candidate best = queue.remove();
            byte[] piece = pieces.get(best.index);
            if (piece.length > left) {
                continue;
            }
            // What was chosen meanwhile can only have made it less valuable.
            long value = value(piece);
            if (!queue.isEmpty() && value < queue.element().value) {
                queue.add(new Candidate(best.index, value));
                continue;
            }
            chosen.add(piece);
            left -= piece.length;
            cover(piece);
        }
        Collections.reverse(chosen); // the most useful come last, nearest to the texts
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        chosen.forEach(text::writeBytes);
        return text.toByteArray();
    }

    /** What the piece would add, for each byte of it. */
    private long value(byte[] piece) {
        long sum = 0;
        int last = -1;
        for (int i = 0; i + GRAM_BYTES <= piece.length; i++) {
            int slot = slot(piece, i);
            if (slot != last) {
                sum += weight(counts[slot]) >> (AGAIN_BITS * covered[slot]);
            }
            last = slot;
        }
        return (sum << 8) / piece.length;
    }

    private void cover(byte[] piece) {
        for (int i = 0; i + GRAM_BYTES <= piece.length; i++) {
            int slot = slot(piece, i);
            covered[slot] = (byte) Math.min(COVERED_MAX, covered[slot] + 1);
        }
    }

    /** The square root keeps what every sample has from drowning what only some have. */
    private static long weight(int count) {
        return (long) Math.sqrt((double) (count - 1) * (1L << 32));
    }

    private static int slot(byte[] bytes, int from) {
        long gram = 0;
        for (int i = 0; i < GRAM_BYTES; i++) {
            gram = gram << 8 | (bytes[from + i] & 0xff);
        }
        gram *= 0x9E3779B97F4A7C15L;
        gram ^= gram >>> 32;
        return (int) ((gram * 0x9E3779B97F4A7C15L) >>> (64 - COUNTER_BITS));
    }
}
