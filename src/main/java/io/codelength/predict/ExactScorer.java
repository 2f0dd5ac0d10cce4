package io.codelength.predict;

import io.codelength.limit.CallScope;
import java.util.List;

/** Code lengths under numeric profile 1: what the coder would spend, before its own rounding. */
public final class ExactScorer implements CodeLengthScorer {
    private final Predictor predictor;
    private final int windowTokens;

    /** @param windowTokens positions, 2 to the model's context */
    public ExactScorer(Predictor predictor, int windowTokens) {
        if (windowTokens < 2 || windowTokens > predictor.model().shape().contextTokens()) {
            throw new IllegalArgumentException("window of %d positions for a model with a context of %d"
                    .formatted(windowTokens, predictor.model().shape().contextTokens()));
        }
        this.predictor = predictor;
        this.windowTokens = windowTokens;
    }

    @Override
    public int[] encode(byte[] text, int from, int to) {
        return predictor.model().tokenizer().encode(text, from, to);
    }

    @Override
    public int windowTokens() {
        return windowTokens;
    }

    @Override
    public double[] bits(int[] tokens, CallScope scope) {
        if (tokens.length >= windowTokens) {
            throw new IllegalArgumentException(
                    "%d tokens in a window of %d positions".formatted(tokens.length, windowTokens));
        }
        double[] bits = new double[tokens.length];
        if (tokens.length == 0) {
            return bits;
        }
        int[] read = new int[tokens.length];
        read[0] = predictor.model().startSymbol();
        System.arraycopy(tokens, 0, read, 1, tokens.length - 1);
        try (PredictionStream stream = predictor.open(tokens.length, scope)) {
            predictor.prefill(
                    List.of(new Passage(stream, read, 0)),
                    (item, index, row) -> bits[index] = row.bits(tokens[index]),
                    scope);
        }
        return bits;
    }
}
