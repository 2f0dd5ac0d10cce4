package io.codelength.web;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.CompressionSummary;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.Progress;
import io.codelength.container.CorruptContainerException;
import io.codelength.limit.CallScope;
import io.codelength.predict.Predictor;
import io.codelength.store.ObjectDescription;
import io.codelength.store.ObjectStore;
import io.codelength.store.ObjectUpload;
import io.codelength.store.PagePosition;
import io.codelength.store.StoredArchive;
import io.codelength.store.StoredObject;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Objects: stored compressed, read back whole or in part. */
@RestController
@RequestMapping("/v1/objects")
@Tag(name = "objects", description = "Bytes stored compressed in the database")
final class ObjectsController {
    private static final int PAGE_OBJECTS_MAX = 1000;

    private final ObjectStore store;
    private final Compressor compressor;
    private final Decompressor decompressor;
    private final RequestModels models;
    private final RequestDictionaries dictionaries;
    private final Workbench workbench;

    ObjectsController(
            ObjectStore store,
            Compressor compressor,
            Decompressor decompressor,
            RequestModels models,
            RequestDictionaries dictionaries,
            Workbench workbench) {
        this.store = store;
        this.compressor = compressor;
        this.decompressor = decompressor;
        this.models = models;
        this.dictionaries = dictionaries;
        this.workbench = workbench;
    }

    @Operation(
            summary = "Store an object",
            description = "Answers once the verified archive is committed.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                                            schema = @Schema(type = "string", format = "binary"))))
    @ApiResponse(responseCode = "201", description = "Stored; Location names it")
    @PostMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<ObjectResource> create(
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "") String tier,
            @RequestParam(defaultValue = "") String model,
            @RequestParam(defaultValue = "") String dictionary,
            HttpServletRequest request)
            throws IOException {
        CompressionOptions options = dictionaries.with(Parameters.options(tier), dictionary);
        String checkedName = Parameters.name(name);
        Optional<Predictor> predictor = models.of(options.tier(), model);
        ObjectDescription description = new ObjectDescription(
                checkedName,
                options.tier().toString(),
                predictor.map(used -> used.model().fingerprint().toString()).orElse(""),
                predictor.map(used -> used.model().name()).orElse(""),
                dictionary);
        StoredObject object =
                workbench.compute(request, (body, scope) -> store(description, body, predictor, options, scope));
        return ResponseEntity.created(URI.create("/v1/objects/" + object.id())).body(ObjectResource.of(object));
    }

    private StoredObject store(
            ObjectDescription description,
            InputStream body,
            Optional<Predictor> predictor,
            CompressionOptions options,
            CallScope scope)
            throws IOException {
        try (ObjectUpload archive = store.begin(description)) {
            CompressionSummary summary = compressor.compress(body, archive, predictor, options, scope, Progress.NONE);
            scope.throwIfCancelled();
            return store.finish(archive, summary);
        }
    }

    @Operation(summary = "List objects, newest first")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    ObjectPage list(@RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "") String after) {
        if (limit < 1 || limit > PAGE_OBJECTS_MAX) {
            throw new InvalidParameterException(
                    "limit", Integer.toString(limit), "A page has 1 to %d objects.".formatted(PAGE_OBJECTS_MAX));
        }
        // One more than shown tells whether there is a next page.
        List<StoredObject> found = store.list(limit + 1, position(after));
        List<StoredObject> shown = found.subList(0, Math.min(limit, found.size()));
        @Nullable
        String next =
                found.size() > limit ? PagePosition.of(shown.get(limit - 1)).toString() : null;
        return new ObjectPage(shown.stream().map(ObjectResource::of).toList(), next);
    }

    private static Optional<PagePosition> position(String after) {
        if (after.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(PagePosition.parse(after));
        } catch (IllegalArgumentException e) {
            throw new InvalidParameterException("after", after, Parameters.messageOf(e));
        }
    }

    @Operation(summary = "An object's facts")
    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    ObjectResource get(@PathVariable String id) {
        return ObjectResource.of(store.find(Parameters.object(id)).orElseThrow(() -> new ObjectNotFoundException(id)));
    }

    @Operation(summary = "Delete an object")
    @ApiResponse(responseCode = "204", description = "Deleted")
    @DeleteMapping("/{id}")
    ResponseEntity<Void> delete(@PathVariable String id) {
        if (!store.delete(Parameters.object(id))) {
            throw new ObjectNotFoundException(id);
        }
        return ResponseEntity.noContent().build();
    }

    @Operation(
            summary = "An object's bytes",
            description = "One range of bytes may be asked for; only the frames that hold it are decoded.")
    @ApiResponse(
            responseCode = "200",
            description = "All bytes",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(
            responseCode = "206",
            description = "The bytes asked for",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(responseCode = "304", description = "Not changed; objects never are", content = @Content)
    @GetMapping("/{id}/content")
    void content(
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.RANGE, required = false) @Nullable String range,
            @RequestHeader(name = HttpHeaders.IF_RANGE, required = false) @Nullable String ifRange,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        StoredArchive archive = open(id);
        StoredObject object = archive.object();
        Delivery delivery = Delivery.of(object.sha256(), object.originalBytes(), range, ifRange, ifNoneMatch);
        if (delivery.begin(request, response, object.name())) {
            workbench.stream(
                    request,
                    response,
                    delivery.part().map(ByteRange::length).orElse(delivery.length()),
                    (target, scope) -> decode(archive, delivery.part(), target, scope));
        }
    }

    private void decode(StoredArchive archive, Optional<ByteRange> part, OutputStream target, CallScope scope)
            throws IOException {
        try {
            if (part.isPresent()) {
                decompressor.decompressRange(
                        archive, part.get().first(), part.get().last(), target, scope, Progress.NONE);
            } else {
                decompressor.decompress(
                        archive.name(),
                        archive.stream(),
                        target,
                        archive.object().originalBytes(),
                        scope,
                        Progress.NONE);
            }
        } catch (CorruptContainerException e) {
            throw new StoredObjectDamagedException(archive.name(), e);
        }
    }

    @Operation(
            summary = "An object's archive, a .clen file",
            description = "One range of bytes may be asked for, as to go on with a download.")
    @ApiResponse(
            responseCode = "200",
            description = "The archive",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(
            responseCode = "206",
            description = "The bytes asked for",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
                            schema = @Schema(type = "string", format = "binary")))
    @ApiResponse(responseCode = "304", description = "Not changed; objects never are", content = @Content)
    @GetMapping("/{id}/archive")
    void archive(
            @PathVariable String id,
            @RequestHeader(name = HttpHeaders.RANGE, required = false) @Nullable String range,
            @RequestHeader(name = HttpHeaders.IF_RANGE, required = false) @Nullable String ifRange,
            @RequestHeader(name = HttpHeaders.IF_NONE_MATCH, required = false) @Nullable String ifNoneMatch,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        StoredArchive archive = open(id);
        StoredObject object = archive.object();
        String base = object.name().isEmpty() ? object.id().toString() : object.name();
        Delivery delivery = Delivery.of(object.archiveSha256(), archive.length(), range, ifRange, ifNoneMatch);
        if (delivery.begin(request, response, base + ".clen")) {
            ByteRange part = delivery.part().orElse(new ByteRange(0, archive.length() - 1));
            workbench.send(archive.stream(part.first(), part.length()), response);
        }
    }

    private StoredArchive open(String id) {
        return store.open(Parameters.object(id)).orElseThrow(() -> new ObjectNotFoundException(id));
    }
}
