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
    /** Of so many draws the likeliest is taken. */
    private static final int DRAWS = 6;

    private LikelyText() {}

    public static byte[] of(Predictor predictor, int bytes, long seed) {
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
                predictor.step(List.of(stream), symbol, (item, index, row) -> symbol[0] = draw(row, random), scope);
                length[0] = predictor.model().tokenizer().vocabulary().copySpelling(symbol[0], text, length[0]);
            }
        }
        return Arrays.copyOf(text, bytes);
    }

    private static int draw(FrequencyRow row, Random random) {
        int best = -1;
        for (int i = 0; i < DRAWS; i++) {
            int drawn = row.find((long) (random.nextDouble() * row.total()));
            if (best < 0 || row.frequency(drawn) > row.frequency(best)) {
                best = drawn;
            }
        }
        return best;
    }
}
