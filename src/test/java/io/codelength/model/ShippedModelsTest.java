package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.Shared;
import io.codelength.model.ShippedModels.ShippedModel;
import io.codelength.model.store.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ShippedModelsTest {
    @Test
    void everyShippedModelLoadsAndHasACard() throws IOException {
        assertThat(ShippedModels.list()).isNotEmpty();
        for (ShippedModel shipped : ShippedModels.list()) {
            ExactModel model = ShippedModels.load(shipped);
            assertThat(model.name()).isEqualTo(shipped.name());
            assertThat(model.fingerprint())
                    .isEqualTo(ShippedModels.load(shipped).fingerprint());
            assertThat(ShippedModels.find(shipped.number())).contains(shipped);
            assertThat(ShippedModels.find(shipped.name())).isPresent();
            try (InputStream card = ShippedModels.class.getResourceAsStream(shipped.card())) {
                assertThat(Objects.requireNonNull(card).readAllBytes()).isNotEmpty();
            }
        }
        assertThat(ShippedModels.find(0)).isEmpty();
        assertThat(ShippedModels.find("nothing")).isEmpty();
    }

    @Test
    void importingBaseGivesTheBytesOfNumberOne() throws IOException {
        ShippedModel base = ShippedModels.find("base").orElseThrow();
        assertThat(base.number()).isEqualTo(1);
        byte[] expected;
        try (ByteSource resource = ShippedModels.source(base)) {
            expected = new byte[(int) resource.length()];
            resource.readFully(0, expected, 0, expected.length);
        }
        try (SourceModel source = ModelFiles.open(Shared.require("models/base"))) {
            byte[] imported = ModelImporterTest.file(TinyModels.contents(source, ImportOptions.DEFAULT, 2));
            assertThat(imported).isEqualTo(expected);
        }
    }
}
