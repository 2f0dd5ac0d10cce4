package io.codelength.mix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.codelength.token.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntToLongFunction;

/** Texts of several kinds, and a frame of method 3: a random vocabulary, its symbols in lanes, and made-up frequencies. */
public record MixedText(
        SymbolSpelling spelling, byte[] text, int[] laneStarts, List<int[]> symbols, long frequencySeed) {
    /** Texts that exercise words, lines, records, matches, long repetition and noise; each at least 1 byte. */
    public static Map<String, byte[]> kinds() {
        Map<String, byte[]> kinds = new TreeMap<>();
        StringBuilder log = new StringBuilder();
        StringBuilder table = new StringBuilder();
        Random random = new Random(11);
        for (int i = 0; i < 60; i++) {
            log.append("2026-11-%02d 10:%02d:17 INFO worker-%d: request %d took %d ms%n"
                    .formatted(1 + i % 28, i, i % 4, 1000 + i, random.nextInt(90)));
            table.append("\u0001\u0002").append((char) i).append("\u0000abc");
        }
        byte[] noise = new byte[700];
        random.nextBytes(noise);
        kinds.put("one byte", new byte[] {'x'});
        kinds.put("log", log.toString().getBytes(UTF_8));
        kinds.put("records", table.toString().getBytes(ISO_8859_1));
        kinds.put("noise", noise);
        kinds.put("one letter", "a".repeat(3000).getBytes(UTF_8));
        kinds.put(
                "prose",
                "The prior knows English, and so the Mixer should not be surprised by the words that follow these words. "
                        .repeat(3)
                        .getBytes(UTF_8));
        kinds.put("words of Greek", "Ἀρχὴ ἥμισυ παντός. Ἀρχὴ ἄνδρα δείκνυσι.\n".getBytes(UTF_8));
        return kinds;
    }

    /** One of {@link #kinds}. */
    public static byte[] kind(String name) {
        return Objects.requireNonNull(kinds().get(name), name);
    }

    /** A frame of 1 to 6 lanes. */
    public static MixedText random(long seed) {
        Random random = new Random(seed);
        TreeSet<byte[]> sorted = new TreeSet<>(Arrays::compareUnsigned);
        int symbolCount = 1 + random.nextInt(60);
        int letters = 1 + random.nextInt(6);
        while (sorted.size() < symbolCount) {
            byte[] spelling = new byte[1 + random.nextInt(8)];
            for (int i = 0; i < spelling.length; i++) {
                spelling[i] = (byte)
                        (random.nextInt(8) == 0 ? random.nextInt(256) : "e \nA7t".charAt(random.nextInt(letters)));
            }
            sorted.add(spelling);
        }
        SymbolSpelling spelling = SymbolSpelling.of(new Vocabulary(sorted.toArray(byte[][]::new)));
        int lanes = 1 + random.nextInt(6);
        int[] starts = new int[lanes + 1];
        List<int[]> symbols = new ArrayList<>();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int lane = 0; lane < lanes; lane++) {
            int[] chosen = new int[1 + random.nextInt(200)];
            for (int i = 0; i < chosen.length; i++) {
                // Sometimes what came before, so that there are matches, in this lane and in others.
                boolean repeats = i > 10 && random.nextInt(10) > 0;
                chosen[i] = repeats ? chosen[i - 10] : random.nextInt(symbolCount);
                text.writeBytes(spelling.vocabulary().spelling(chosen[i]));
            }
            symbols.add(chosen);
            starts[lane + 1] = text.size();
        }
        return new MixedText(spelling, text.toByteArray(), starts, symbols, random.nextLong());
    }

    /** Sums of the frequencies that the made-up model gives a lane's symbol number {@code index}. */
    IntToLongFunction below(int lane, int index) {
        Random random = new Random(frequencySeed ^ (lane * 1_000_003L + index));
        long[] below = new long[spelling.vocabulary().size() + 1];
        for (int symbol = 0; symbol + 1 < below.length; symbol++) {
            long frequency = 1L + random.nextInt(1 << (1 + random.nextInt(20)));
            below[symbol + 1] = below[symbol] + (symbol == symbols.get(lane)[index] ? 40 * frequency : frequency);
        }
        return symbol -> below[symbol];
    }

    /** What the made-up model says of all lanes. */
    public List<LaneOdds> odds() {
        List<LaneOdds> odds = new ArrayList<>();
        for (int lane = 0; lane < symbols.size(); lane++) {
            LaneOdds known = new LaneOdds(spelling.tree(), symbols.get(lane));
            for (int i = 0; i < symbols.get(lane).length; i++) {
                known.add(below(lane, i));
            }
            odds.add(known);
        }
        return odds;
    }

    /**
     * Decodes with the frequencies that go with this text.
     *
     * @throws io.codelength.coding.InvalidCodeException if the payload is not this text's
     */
    public byte[] decode(Mixing mixing, byte[] payload, int memoryBits) {
        return decode(mixing, payload, memoryBits, below -> below);
    }

    /** The same, with rows that something else was made of. */
    public byte[] decode(
            Mixing mixing, byte[] payload, int memoryBits, Function<IntToLongFunction, IntToLongFunction> asRow) {
        byte[] decoded = new byte[text.length];
        Mixing.Decoder decoder = mixing.decoder(spelling, payload, 0, payload.length, decoded, laneStarts, memoryBits);
        int[] offsets = laneStarts.clone();
        boolean isWhole = false;
        for (int step = 0; !isWhole; step++) {
            isWhole = true;
            for (int lane = 0; lane < symbols.size(); lane++) {
                if (offsets[lane] < laneStarts[lane + 1]) {
                    // A damaged payload may have more symbols than the text; their frequencies are those of the last.
                    int known = Math.min(step, symbols.get(lane).length - 1);
                    offsets[lane] +=
                            spelling.vocabulary().byteCount(decoder.next(lane, asRow.apply(below(lane, known))));
                    isWhole = false;
                }
            }
        }
        decoder.finish();
        return decoded;
    }
}
