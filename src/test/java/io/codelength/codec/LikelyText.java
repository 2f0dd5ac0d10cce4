package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Text that a model finds likely, so that even a model with random weights compresses it: drawn from its own predictions. */
public final class LikelyText {
    /** As many as make archives short. */
    private static final int DRAWS = 6;

    /** As many as leave something to the model when contexts are mixed with it, in texts of a few thousand bytes. */
    private static final int FEW_DRAWS = 2;

    private LikelyText() {}

    public static byte[] of(Predictor predictor, int bytes, long seed) {
        return of(predictor, bytes, seed, DRAWS);
    }

    /** Text of a few thousand bytes of which the model and contexts together know more than contexts do. */
    public static byte[] varied(Predictor predictor, int bytes, long seed) {
        return of(predictor, bytes, seed, FEW_DRAWS);
    }

    /** @param draws of so many the likeliest is taken: the more, the more the text repeats itself */
    private static byte[] of(Predictor predictor, int bytes, long seed, int draws) {
        Random random = new Random(seed);
        byte[] text = new byte[bytes + 64];
        int[] length = {0};
        int window = Math.min(64, predictor.model().shape().contextTokens());
        CallScope scope = CallScope.withMemory(Archives.MEMORY);
        try (PredictionStream stream = predictor.open(window, scope)) {
            int[] symbol = {predictor.model().startSymbol()};
            while (length[0] < bytes) {
                if (stream.position() == window) {
                    stream.reset();
                    symbol[0] = predictor.model().startSymbol();
                }
                predictor.step(
                        List.of(stream), symbol, (item, index, row) -> symbol[0] = draw(row, random, draws), scope);
                length[0] = predictor.model().tokenizer().vocabulary().copySpelling(symbol[0], text, length[0]);
            }
        }
        return Arrays.copyOf(text, bytes);
    }

    private static int draw(FrequencyRow row, Random random, int draws) {
        int best = -1;
        for (int i = 0; i < draws; i++) {
            int drawn = row.find((long) (random.nextDouble() * row.total()));
            if (best < 0 || row.frequency(drawn) > row.frequency(best)) {
                best = drawn;
            }
        }
        return best;
    }
}
