package io.codelength.predict;

import java.util.Optional;

/**
 * Steps that follow one another, each decided by the rows of the one before: what decoding is. A predictor that works for
 * many callers goes on with all of theirs at once, without waking any of them in between.
 */
@FunctionalInterface
public interface StepSequence {
    /**
     * The next step; asked for at first, and then after the last row of the step before was handed over. Must be quick, must
     * not call the predictor, and may reset streams. Streams may differ from step to step.
     *
     * @return nothing when the sequence has ended
     */
    Optional<Step> next();
}
