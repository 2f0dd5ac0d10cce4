package io.codelength.web;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.Progress;
import io.codelength.predict.Predictor;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Bytes to archive and back without storing anything. Results are sent when they are whole and verified. */
@RestController
@RequestMapping("/v1")
@Tag(name = "compression", description = "Bytes to archive and back, nothing stored")
final class CompressionController {
    private final Compressor compressor;
    private final Decompressor decompressor;
    private final RequestModels models;
    private final RequestDictionaries dictionaries;
    private final Workbench workbench;
    private final ServiceLimits limits;

    CompressionController(
            Compressor compressor,
            Decompressor decompressor,
            RequestModels models,
            RequestDictionaries dictionaries,
            Workbench workbench,
            ServiceLimits limits) {
        this.compressor = compressor;
        this.decompressor = decompressor;
        this.models = models;
        this.dictionaries = dictionaries;
        this.workbench = workbench;
        this.limits = limits;
    }

    @Operation(
            summary = "Compress",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(
            responseCode = "200",
            description = "The archive",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @PostMapping("/compress")
    void compress(
            @RequestParam(defaultValue = "") String tier,
            @RequestParam(defaultValue = "") String model,
            @RequestParam(defaultValue = "") String dictionary,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        CompressionOptions options = dictionaries.with(Parameters.options(tier), dictionary);
        Optional<Predictor> predictor = models.of(options.tier(), model);
        try (Spool archive = workbench.spool()) {
            workbench.compute(
                    request,
                    (body, scope) ->
                            compressor.compress(body, archive.sink(), predictor, options, scope, Progress.NONE));
            workbench.send(archive, response);
        }
    }

    @Operation(
            summary = "Decompress",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(
            responseCode = "200",
            description = "The original",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @PostMapping("/decompress")
    void decompress(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try (Spool original = workbench.spool()) {
            workbench.compute(
                    request,
                    (body, scope) -> decompressor.decompress(
                            "the body", body, original.sink(), limits.outputBytes(), scope, Progress.NONE));
            workbench.send(original, response);
        }
    }
}
