package io.codelength.web;

import io.codelength.codec.DictionaryTraining;
import io.codelength.codec.DictionaryTraining.Splitting;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.Dictionary;
import io.codelength.container.DictionaryId;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.store.DictionaryFacts;
import io.codelength.store.DictionaryStore;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.URI;
import java.util.Optional;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Dictionaries: trained or uploaded, kept as long as objects need them. */
@RestController
@RequestMapping("/v1/dictionaries")
@Tag(name = "dictionaries", description = "What small texts of one kind have in common")
final class DictionariesController {
    /** Samples are held in memory while a dictionary is trained. */
    static final long SAMPLE_BYTES_MAX = 32L << 20;

    private static final int MAGIC_BYTES = 3;

    private final DictionaryStore store;
    private final Workbench workbench;

    DictionariesController(DictionaryStore store, Workbench workbench) {
        this.store = store;
        this.workbench = workbench;
    }

    @Operation(
            summary = "Train a dictionary, or upload one",
            description = "A body that begins as a .cldict file is kept as it is; any other is taken for samples.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(responseCode = "201", description = "Stored; Location names it")
    @ApiResponse(responseCode = "200", description = "It was stored before")
    @PostMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<DictionaryResource> create(
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "" + DictionaryTraining.DEFAULT_BYTES) int size,
            @RequestParam(defaultValue = "lines") String split,
            HttpServletRequest request)
            throws IOException {
        String checkedName = Parameters.name(name);
        if (size < DictionaryTraining.BYTES_MIN || size > Dictionary.TEXT_BYTES_MAX) {
            throw new InvalidParameterException(
                    "size",
                    Integer.toString(size),
                    "A dictionary has %d to %d bytes."
                            .formatted(DictionaryTraining.BYTES_MIN, Dictionary.TEXT_BYTES_MAX));
        }
        Splitting splitting = splitting(split);
        Dictionary dictionary = workbench.compute(
                request,
                SAMPLE_BYTES_MAX,
                (body, scope) -> read(new PushbackInputStream(body, MAGIC_BYTES), splitting, size));
        boolean isNew = store.add(checkedName, dictionary);
        DictionaryResource resource =
                DictionaryResource.of(facts(dictionary.id().toString()));
        URI place = URI.create("/v1/dictionaries/" + resource.id());
        return isNew
                ? ResponseEntity.created(place).body(resource)
                : ResponseEntity.ok().location(place).body(resource);
    }

    private static Dictionary read(PushbackInputStream body, Splitting splitting, int size) throws IOException {
        byte[] beginning = body.readNBytes(MAGIC_BYTES);
        body.unread(beginning);
        return Dictionary.isBeginning(beginning) ? uploaded(body) : trained(body, splitting, size);
    }

    private static Dictionary uploaded(InputStream body) throws IOException {
        try {
            return Dictionary.read("the body", body);
        } catch (CorruptContainerException | UnsupportedFormatException e) {
            throw new DictionaryDamagedException(e);
        }
    }

    private static Dictionary trained(InputStream body, Splitting splitting, int size) throws IOException {
        DictionaryTraining training = new DictionaryTraining(splitting, SAMPLE_BYTES_MAX);
        training.add(body);
        return training.train(size);
    }

    private static Splitting splitting(String split) {
        if (split.equals("lines")) {
            return new Splitting.Lines();
        }
        try {
            return new Splitting.Blocks(Integer.parseInt(split));
        } catch (IllegalArgumentException e) {
            throw new InvalidParameterException("split", split, "Write lines, or the number of bytes of a sample.");
        }
    }

    @Operation(summary = "List dictionaries, newest first")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    DictionaryResource.Page list() {
        return new DictionaryResource.Page(
                store.list().stream().map(DictionaryResource::of).toList());
    }

    @Operation(summary = "A dictionary's facts")
    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    DictionaryResource get(@PathVariable String id) {
        return DictionaryResource.of(facts(id));
    }

    @Operation(summary = "A dictionary, as a .cldict file")
    @ApiResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @GetMapping("/{id}/content")
    ResponseEntity<byte[]> content(@PathVariable String id) {
        Dictionary dictionary = parse(id).flatMap(store::find).orElseThrow(() -> new DictionaryNotFoundException(id));
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header("X-Content-Type-Options", "nosniff")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(dictionary.id() + Dictionary.SUFFIX)
                                .build()
                                .toString())
                .eTag("\"" + dictionary.sha256() + "\"")
                .body(dictionary.toBytes());
    }

    @Operation(summary = "Delete a dictionary that no object needs")
    @ApiResponse(responseCode = "204", description = "Deleted")
    @ApiResponse(responseCode = "409", description = "Objects need it")
    @DeleteMapping("/{id}")
    ResponseEntity<Void> delete(@PathVariable String id) {
        if (!parse(id).map(store::delete).orElse(false)) {
            throw new DictionaryNotFoundException(id);
        }
        return ResponseEntity.noContent().build();
    }

    private DictionaryFacts facts(String id) {
        return parse(id).flatMap(store::facts).orElseThrow(() -> new DictionaryNotFoundException(id));
    }

    private static Optional<DictionaryId> parse(String id) {
        return DictionaryId.parse(id);
    }
}
