package io.codelength.web;

import io.codelength.codec.Measurement;
import io.codelength.codec.Measurer;
import io.codelength.codec.Progress;
import io.codelength.predict.ExactScorer;
import io.codelength.predict.Predictor;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The bits that a model needs for a text, nothing written. */
@RestController
@Tag(name = "measure", description = "Bits that a model needs for a text")
final class MeasureController {
    /** A text is measured as a whole, in memory, with a number for each of its tokens. */
    static final long TEXT_BYTES_MAX = 8 << 20;

    /** A window, unless another is asked for or the model's context is shorter; the command line's too. */
    private static final int DEFAULT_WINDOW_TOKENS = 1024;

    private static final int WINDOW_TOKENS_MIN = 2;

    private final RequestModels models;
    private final Workbench workbench;

    MeasureController(RequestModels models, Workbench workbench) {
        this.models = models;
        this.workbench = workbench;
    }

    /**
     * A text's code length.
     *
     * @param model fingerprint of the model
     * @param arithmetic whose numbers count: always {@code exact}, those that compression uses
     * @param windowTokens positions that the model sees, the start token included
     * @param bits sum of −log2 of the probability of every token
     * @param bytes length of the text
     * @param tokens number of the tokenizer's own tokens
     */
    record MeasuredText(
            String model,
            String modelName,
            String arithmetic,
            int windowTokens,
            double bits,
            long bytes,
            long tokens,
            double bitsPerByte) {}

    @Operation(
            summary = "Measure a text",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @PostMapping(path = "/v1/measure", produces = MediaType.APPLICATION_JSON_VALUE)
    MeasuredText measure(
            @RequestParam(defaultValue = "") String model,
            @RequestParam(required = false) @Nullable Integer window,
            HttpServletRequest request)
            throws IOException {
        Predictor predictor = models.named(model);
        int windowTokens = windowTokens(window, predictor.model().shape().contextTokens());
        Measurement measured = workbench.compute(
                request,
                TEXT_BYTES_MAX,
                (body, scope) -> new Measurer(new ExactScorer(predictor, windowTokens))
                        .measure(body.readAllBytes(), scope, Progress.NONE));
        return new MeasuredText(
                predictor.model().fingerprint().toString(),
                predictor.model().name(),
                "exact",
                windowTokens,
                measured.bits(),
                measured.bytes(),
                measured.tokens(),
                measured.bitsPerByte());
    }

    private static int windowTokens(@Nullable Integer window, int contextTokens) {
        if (window == null) {
            return Math.min(DEFAULT_WINDOW_TOKENS, contextTokens);
        }
        if (window < WINDOW_TOKENS_MIN || window > contextTokens) {
            throw new InvalidParameterException(
                    "window",
                    window.toString(),
                    "This model takes windows of %d to %d tokens.".formatted(WINDOW_TOKENS_MIN, contextTokens));
        }
        return window;
    }
}
