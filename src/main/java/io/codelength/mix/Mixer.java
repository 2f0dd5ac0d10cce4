package io.codelength.mix;

import java.util.Arrays;

/**
 * Logistic mixing: a weighted sum of log odds, with the weights of the row that a small context selects, learned by
 * following the coding error ({@code docs/mixing.md}, "Mixers"; Mahoney 2005). Weights are integers of 2^16 parts.
 */
final class Mixer {
    /** One, as a weight. */
    static final int ONE = 1 << 16;

    private static final int WEIGHT_LIMIT = 1 << 19;

    private final int inputs;
    private final int[] weights; // [rows][inputs]
    private int row; // offset of the selected row
    private int output;

    Mixer(int rows, int inputs, int initialWeight) {
        this.inputs = inputs;
        this.weights = new int[rows * inputs];
        Arrays.fill(weights, initialWeight);
    }

    Mixer(Mixer other) {
        inputs = other.inputs;
        weights = other.weights.clone();
        row = other.row;
        output = other.output;
    }

    /** Gives one input another weight in all rows. */
    void setWeight(int input, int weight) {
        for (int at = input; at < weights.length; at += inputs) {
            weights[at] = weight;
        }
    }

    /** The mixed log odds. */
    int mix(int selected, int[] in) {
        row = selected * inputs;
        int sum = 0;
        for (int i = 0; i < inputs; i++) {
            sum += (weights[row + i] * in[i]) >> 5;
        }
        output = Logistic.limit(sum >> 11);
        return output;
    }

    /** @param rate how far the weights of the selected row move */
    void learn(int bit, int[] in, int rate) {
        int error = (((bit << 16) - Logistic.squash(output)) * rate) >> 4;
        for (int i = 0; i < inputs; i++) {
            int weight = weights[row + i] + ((in[i] * error + (1 << 15)) >> 16);
            weights[row + i] = Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT - 1, weight));
        }
    }
}
