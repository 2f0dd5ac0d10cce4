package io.codelength.codec;

/** There is too little to train a dictionary from. */
public final class TooFewSamplesException extends RuntimeException {
    TooFewSamplesException(String message) {
        super(message);
    }
}
