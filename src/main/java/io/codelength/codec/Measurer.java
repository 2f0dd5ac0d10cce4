package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.predict.CodeLengthScorer;
import java.util.Arrays;

/**
 * Measures texts without writing anything. The text is cut into windows that each begin anew with the start token and
 * predict {@code windowTokens − 1} tokens; the last may be shorter.
 */
public final class Measurer {
    private final CodeLengthScorer scorer;

    public Measurer(CodeLengthScorer scorer) {
        this.scorer = scorer;
    }

    /** @throws io.codelength.limit.CancelledException within a window, if the scope was cancelled */
    public Measurement measure(byte[] text, CallScope scope, Progress progress) {
        int[] tokens = scorer.encode(text, 0, text.length);
        int windowSymbols = scorer.windowTokens() - 1;
        double bits = 0;
        for (int first = 0; first < tokens.length; first += windowSymbols) {
            int end = Math.min(first + windowSymbols, tokens.length);
            for (double tokenBits : scorer.bits(Arrays.copyOfRange(tokens, first, end), scope)) {
                bits += tokenBits;
            }
            progress.reached((long) text.length * end / tokens.length);
        }
        return new Measurement(bits, text.length, tokens.length);
    }
}
