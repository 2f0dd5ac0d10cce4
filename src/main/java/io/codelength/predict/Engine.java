package io.codelength.predict;

import io.codelength.model.ExactModel;

/** A way to compute numeric profile 1. All engines give the same integers, so the choice is one of speed only. */
public interface Engine extends AutoCloseable {
    /** The name by which the command line chooses it, as in {@code reference}. */
    String name();

    /** What it runs on, for people: device, threads, library version. */
    String description();

    /**
     * Makes the model ready and runs the profile's test vectors in the model's own shapes.
     *
     * @throws EngineMismatchException if one bit differs; the engine must not be used on this machine
     */
    Predictor load(ExactModel model);

    @Override
    void close();
}
