package io.codelength.codec;

/**
 * Which engine computes and on how many threads. Never changes a byte of any result.
 *
 * @param name {@code auto}, {@code cpu}, {@code cuda}, {@code pytorch} or {@code reference}
 * @param threads threads that compute; 0 for as many as there are processors
 */
public record EngineChoice(String name, int threads) {
    public static final EngineChoice AUTO = new EngineChoice("auto", 0);
}
