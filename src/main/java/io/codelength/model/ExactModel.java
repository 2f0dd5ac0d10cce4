package io.codelength.model;

import io.codelength.exact.QuantizedMatrix;
import io.codelength.token.Tokenizer;
import java.util.List;

/**
 * A model as engines see it: the parsed exact file. Immutable.
 *
 * <p>Engines are fed <em>symbols</em> (see {@code token}): {@code 0 … symbolCount − 1} in byte order, and
 * {@link #startSymbol()} = symbolCount, which begins every window and is never predicted.
 *
 * @param fingerprint SHA-256 of the exact file
 * @param name the short name given at import, for people
 * @param inverseFrequencies [headDimension / 2] float64, rotary angle a position; rope scaling already applied
 * @param embedding [symbolCount + 1, hidden]; row s is what symbol s feeds back, the last row is the start token's
 * @param layers in order
 * @param head [headRows, hidden], final norm gain folded in, scales multiplied by {@code 1024·log2(e)}, so logits are in
 *     1/1024 octaves; rows ordered by the bytes they spell
 * @param headSymbols [headRows] the symbol of each head row, non-decreasing, below symbolCount; rows of one symbol have
 *     their frequencies added, and a symbol without a row (a byte that no token spells, see {@code token.Alphabet}) has
 *     frequency 1
 * @param tokenizer how to spell bytes as symbols
 */
public record ExactModel(
        Fingerprint fingerprint,
        String name,
        ModelShape shape,
        double[] inverseFrequencies,
        QuantizedMatrix embedding,
        List<ExactLayer> layers,
        QuantizedMatrix head,
        int[] headSymbols,
        Tokenizer tokenizer) {
    public ExactModel {
        layers = List.copyOf(layers);
    }

    /** Number of symbols that can be predicted. */
    public int symbolCount() {
        return embedding.rows() - 1;
    }

    /** The symbol that begins every window. */
    public int startSymbol() {
        return symbolCount();
    }

    /** Weights that one symbol is multiplied with: those of all layers and of the head, a byte each. */
    public long productsPerSymbol() {
        long products = head.values().length;
        for (ExactLayer layer : layers) {
            for (QuantizedMatrix matrix : List.of(
                    layer.query(),
                    layer.key(),
                    layer.value(),
                    layer.output(),
                    layer.gate(),
                    layer.up(),
                    layer.down())) {
                products += matrix.values().length;
            }
        }
        return products;
    }
}
