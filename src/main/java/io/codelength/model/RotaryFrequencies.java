package io.codelength.model;

/**
 * The angles a position of rotary embeddings (RoFormer, arXiv 2104.09864), float64: {@code base^(−2i/d)}, changed by the
 * scaling that a configuration asks for. Made with {@code StrictMath}, so the same everywhere; the exact file holds them.
 */
final class RotaryFrequencies {
    private RotaryFrequencies() {}

    /** [headDimension / 2], without scaling. */
    static double[] plain(int headDimension, double base) {
        double[] frequencies = new double[headDimension / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1.0 / StrictMath.pow(base, 2.0 * i / headDimension);
        }
        return frequencies;
    }

    /** Positions divided by a factor (kaiokendev's linear interpolation). */
    static double[] linear(double[] frequencies, double factor) {
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = frequencies[i] / factor;
        }
        return scaled;
    }

    /**
     * Llama 3.1's scaling: long wavelengths divided by the factor, short ones kept, those between blended.
     *
     * @param originalContext positions of the model before its context was extended
     */
    static double[] llama3(
            double[] frequencies, double factor, double lowFactor, double highFactor, double originalContext) {
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            double wavelength = 2 * Math.PI / frequencies[i];
            if (wavelength < originalContext / highFactor) {
                scaled[i] = frequencies[i];
            } else if (wavelength > originalContext / lowFactor) {
                scaled[i] = frequencies[i] / factor;
            } else {
                double blend = (originalContext / wavelength - lowFactor) / (highFactor - lowFactor);
                scaled[i] = (1 - blend) * frequencies[i] / factor + blend * frequencies[i];
            }
        }
        return scaled;
    }

    /** Frequencies divided one by one, as GGUF files keep Llama 3.1's scaling in {@code rope_freqs.weight}. */
    static double[] divided(double[] frequencies, float[] divisors) {
        double[] scaled = new double[frequencies.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = frequencies[i] / divisors[i];
        }
        return scaled;
    }
}
