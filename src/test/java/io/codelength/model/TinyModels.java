package io.codelength.model;

import io.codelength.limit.Cancellation;
import io.codelength.token.Merge;
import io.codelength.token.SpacePrefix;
import io.codelength.token.SpellingUnits;
import io.codelength.token.SplittingRule;
import io.codelength.token.Token;
import io.codelength.token.TokenizerDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Random Llama models of a few kilobytes, made in milliseconds from a seed and imported as real ones are: for tests that
 * need a model and not its knowledge. Their vocabulary holds all bytes, some merged pieces, and one byte spelled by two
 * tokens.
 */
public final class TinyModels {
    private static final String[] PIECES = {"th", "the", "in", "er", " t", " the", "\n\n", "  ", "    ", "é", "01"};

    private TinyModels() {}

    /** Hidden 32, 2 layers, 4 heads with 2 key-value heads, an odd feed-forward width, context 64, tied output. */
    public static ExactModel small() {
        return exact(new ModelShape(32, 2, 4, 2, 8, 43, 64, 1e-5), true, 1);
    }

    /** Several shapes: one head, many heads, heads that are not hidden / heads wide, odd widths, one layer, wider rows. */
    public static List<ExactModel> shapes() {
        return List.of(
                small(),
                exact(new ModelShape(16, 1, 1, 1, 16, 20, 16, 1e-6), false, 2),
                exact(new ModelShape(33, 2, 6, 2, 6, 51, 40, 1e-5), true, 3),
                exact(new ModelShape(24, 3, 4, 4, 10, 1, 100, 1e-3), false, 4),
                exact(new ModelShape(48, 1, 8, 1, 2, 1100, 300, 1e-5), true, 5));
    }

    /** A model of this shape with random weights. */
    public static ExactModel exact(ModelShape shape, boolean tied, long seed) {
        ExactContents contents = contents(source(shape, tied, seed), ImportOptions.DEFAULT, 1);
        return contents.toModel(ExactModelWriter.fingerprint(contents), "tiny-" + seed);
    }

    /** Imports with the given number of threads. */
    static ExactContents contents(SourceModel source, ImportOptions options, int threads) {
        try {
            return new ModelImporter(threads, ImportProgress.NONE, new Cancellation()).run(source, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same model before its import, with weights that are the same at every reading. */
    public static SourceModel source(ModelShape shape, boolean tied, long seed) {
        TokenizerDefinition tokenizer = tokenizer();
        return new SourceModel(
                "tiny-" + seed,
                shape,
                RotaryFrequencies.plain(shape.headDimension(), 10_000),
                tokenizer,
                tokenizer.tokenCount() + 3,
                tied,
                (role, layer, sizes) -> weights(
                        role, sizes, seed * 1000 + layer * 20L + role.name().hashCode()),
                List.of());
    }

    /** Weights of the size that keeps activations near 1, gains around 1, a stream with two outlier channels. */
    static float[] weights(WeightRole role, int[] sizes, long seed) {
        Random random = new Random(seed);
        float[] values = new float[sizes.length == 1 ? sizes[0] : sizes[0] * sizes[1]];
        int columns = sizes[sizes.length - 1];
        for (int i = 0; i < values.length; i++) {
            double normal = random.nextGaussian();
            if (sizes.length == 1) {
                values[i] = (float) (1 + 0.3 * normal);
            } else if (role == WeightRole.EMBEDDING) {
                values[i] = (float) (normal * (i % columns < 2 ? 4 : 0.5));
            } else {
                values[i] = (float) (1.5 * normal / Math.sqrt(columns));
            }
        }
        return values;
    }

    /** Token 0 begins windows; 1 to 256 are the bytes, NORMAL; then pieces with merges; then a second token for 'A'. */
    public static TokenizerDefinition tokenizer() {
        List<Token> tokens = new ArrayList<>();
        tokens.add(Token.control());
        for (int value = 0; value < 256; value++) {
            tokens.add(Token.normal(new byte[] {(byte) value}));
        }
        List<Merge> merges = new ArrayList<>();
        for (String piece : PIECES) {
            byte[] spelling = piece.getBytes(StandardCharsets.UTF_8);
            int left = find(tokens, spelling, 0, spelling.length - 1);
            int right = find(tokens, spelling, spelling.length - 1, spelling.length);
            if (left < 0) { // four spaces are two and two, " the" is " t" and "he" or " " and "the"
                left = find(tokens, spelling, 0, spelling.length == 4 && spelling[1] == ' ' ? 2 : 1);
                right = find(tokens, spelling, spelling.length == 4 && spelling[1] == ' ' ? 2 : 1, spelling.length);
            }
            merges.add(new Merge(left, right, tokens.size(), merges.size()));
            tokens.add(Token.normal(spelling));
        }
        tokens.add(Token.ofByte('A'));
        return new TokenizerDefinition(
                SpellingUnits.BYTES, SplittingRule.GPT2, false, SpacePrefix.NONE, 0, tokens, merges);
    }

    private static int find(List<Token> tokens, byte[] source, int from, int to) {
        byte[] wanted = Arrays.copyOfRange(source, from, to);
        for (int id = 0; id < tokens.size(); id++) {
            if (Arrays.equals(tokens.get(id).spelling(), wanted) && wanted.length > 0) {
                return id;
            }
        }
        return -1;
    }
}
