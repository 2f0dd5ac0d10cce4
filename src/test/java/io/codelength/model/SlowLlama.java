package io.codelength.model;

import io.codelength.exact.QuantizedMatrix;
import io.codelength.token.Alphabet;
import java.io.IOException;
import java.util.Arrays;

/**
 * Llama from its definition, in float64, one token after another, with weights as [output, input]: shares nothing with the
 * program but its parsers.
 */
public final class SlowLlama {
    private final ModelShape shape;
    private final double[] frequencies;
    private final double[][] embedding; // by raw token id
    private final double[][][] layers; // [layer][matrix in the order of ExactLayer, then two gains]
    private final double[] finalGain;
    private final double[] head;

    public SlowLlama(SourceModel source) throws IOException {
        shape = source.shape();
        frequencies = source.inverseFrequencies();
        float[] rows = source.embedding();
        embedding = new double[source.vocabularyRows()][];
        for (int token = 0; token < embedding.length; token++) {
            embedding[token] = wide(Arrays.copyOfRange(rows, token * shape.hidden(), (token + 1) * shape.hidden()));
        }
        WeightRole[] roles = {
            WeightRole.QUERY,
            WeightRole.KEY,
            WeightRole.VALUE,
            WeightRole.ATTENTION_OUTPUT,
            WeightRole.GATE,
            WeightRole.UP,
            WeightRole.DOWN,
            WeightRole.ATTENTION_NORM,
            WeightRole.FEED_FORWARD_NORM
        };
        layers = new double[shape.layers()][roles.length][];
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (int i = 0; i < roles.length; i++) {
                layers[layer][i] = wide(source.read(roles[i], layer));
            }
        }
        finalGain = wide(source.finalNorm());
        head = wide(source.head());
    }

    SlowLlama(ExactContents contents, Alphabet alphabet) {
        shape = contents.shape();
        frequencies = contents.inverseFrequencies();
        double[] rows = wide(contents.embedding(), 1);
        embedding = new double[contents.tokenizer().tokenCount()][];
        for (int token = 0; token < embedding.length; token++) {
            int symbol = token == alphabet.startToken()
                    ? alphabet.vocabulary().size()
                    : Math.max(0, alphabet.symbolOfToken(token));
            embedding[token] = Arrays.copyOfRange(rows, symbol * shape.hidden(), (symbol + 1) * shape.hidden());
        }
        layers = new double[shape.layers()][][];
        double[] ones = new double[shape.hidden()];
        Arrays.fill(ones, 1);
        for (int i = 0; i < shape.layers(); i++) {
            ExactLayer layer = contents.layers().get(i);
            layers[i] = new double[][] {
                wide(layer.query(), 1),
                wide(layer.key(), 1),
                wide(layer.value(), 1),
                wide(layer.output(), 1),
                wide(layer.gate(), 1),
                wide(layer.up(), 1),
                wide(layer.down(), 1),
                ones,
                ones
            };
        }
        finalGain = ones;
        head = wide(contents.head(), 1024 / Math.log(2));
    }

    /** [tokens][vocabulary] logits after each token, of a source by raw id. */
    public double[][] logits(int[] tokens) {
        double[][] logits = new double[tokens.length][];
        double[][][] keys = new double[shape.layers()][tokens.length][];
        double[][][] values = new double[shape.layers()][tokens.length][];
        for (int position = 0; position < tokens.length; position++) {
            double[] x = embedding[tokens[position]].clone();
            for (int layer = 0; layer < shape.layers(); layer++) {
                double[][] w = layers[layer];
                double[] normed = norm(x, w[7]);
                double[] query = rotated(times(w[0], normed), position);
                keys[layer][position] = rotated(times(w[1], normed), position);
                values[layer][position] = times(w[2], normed);
                add(x, times(w[3], attention(query, keys[layer], values[layer], position)));
                double[] second = norm(x, w[8]);
                double[] gate = times(w[4], second);
                double[] up = times(w[5], second);
                for (int i = 0; i < gate.length; i++) {
                    up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
                }
                add(x, times(w[6], up));
            }
            logits[position] = times(head, norm(x, finalGain));
        }
        return logits;
    }

    private double[] attention(double[] query, double[][] keys, double[][] values, int position) {
        int d = shape.headDimension();
        double[] out = new double[query.length];
        for (int head = 0; head < shape.heads(); head++) {
            int kv = head / (shape.heads() / shape.keyValueHeads());
            double[] weights = new double[position + 1];
            double sum = 0;
            for (int j = 0; j <= position; j++) {
                double dot = 0;
                for (int i = 0; i < d; i++) {
                    dot += query[head * d + i] * keys[j][kv * d + i];
                }
                weights[j] = Math.exp(dot / Math.sqrt(d));
                sum += weights[j];
            }
            for (int j = 0; j <= position; j++) {
                for (int i = 0; i < d; i++) {
                    out[head * d + i] += weights[j] / sum * values[j][kv * d + i];
                }
            }
        }
        return out;
    }

    private double[] rotated(double[] x, int position) {
        int d = shape.headDimension();
        double[] out = new double[x.length];
        for (int head = 0; head < x.length / d; head++) {
            for (int i = 0; i < d / 2; i++) {
                double cos = Math.cos(position * frequencies[i]);
                double sin = Math.sin(position * frequencies[i]);
                double a = x[head * d + i];
                double b = x[head * d + d / 2 + i];
                out[head * d + i] = a * cos - b * sin;
                out[head * d + d / 2 + i] = b * cos + a * sin;
            }
        }
        return out;
    }

    private double[] norm(double[] x, double[] gain) {
        double squares = 0;
        for (double value : x) {
            squares += value * value;
        }
        double factor = 1 / Math.sqrt(squares / x.length + shape.normEpsilon());
        double[] out = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = x[i] * factor * gain[i];
        }
        return out;
    }

    private static double[] times(double[] matrix, double[] x) {
        double[] out = new double[matrix.length / x.length];
        for (int row = 0; row < out.length; row++) {
            for (int i = 0; i < x.length; i++) {
                out[row] += matrix[row * x.length + i] * x[i];
            }
        }
        return out;
    }

    private static void add(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static double[] wide(QuantizedMatrix matrix, double divisor) {
        double[] wide = new double[matrix.values().length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = matrix.values()[i] * (double) matrix.scales()[i / matrix.columns()] / divisor;
        }
        return wide;
    }
}
