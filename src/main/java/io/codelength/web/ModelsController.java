package io.codelength.web;

import io.codelength.web.ModelCatalog.ModelSummary;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The models that requests may name. */
@RestController
@Tag(name = "models")
final class ModelsController {
    private final ModelCatalog catalog;

    ModelsController(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    /** All of them; there are few. */
    record Models(List<ModelSummary> models) {}

    @Operation(summary = "List models")
    @GetMapping(path = "/v1/models", produces = MediaType.APPLICATION_JSON_VALUE)
    Models list() {
        return new Models(catalog.models());
    }
}
