package io.codelength.model;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The models inside the jar, so that the first command works offline. Archives name them by number; every number ever
 * released stays.
 */
public final class ShippedModels {
    private static final List<ShippedModel> MODELS = List.of(new ShippedModel(1, "base"));

    /** Larger than any model that belongs into a jar. */
    private static final int BYTES_MAX = 1 << 28;

    private ShippedModels() {}

    /**
     * One of them.
     *
     * @param number by which archives name it, from 1
     * @param name by which people do
     */
    public record ShippedModel(int number, String name) {
        /** Where its exact file lies among the resources. */
        public String resource() {
            return "/io/codelength/model/shipped/" + number + ".exact";
        }

        /** Where its card lies: sources, licences, attributions. */
        public String card() {
            return "/io/codelength/model/shipped/" + number + ".md";
        }
    }

    /** All of them, by number. */
    public static List<ShippedModel> list() {
        return MODELS;
    }

    /** The one with this number, if this release has it. */
    public static Optional<ShippedModel> find(int number) {
        return MODELS.stream().filter(model -> model.number() == number).findFirst();
    }

    /** The newest one of this name. */
    public static Optional<ShippedModel> find(String name) {
        return MODELS.stream().filter(model -> model.name().equals(name)).reduce((older, newer) -> newer);
    }

    /** Reads it; its fingerprint is computed on the way. */
    public static ExactModel load(ShippedModel model) throws IOException {
        return ExactModelReader.read(source(model), model.name());
    }

    /** Its exact file, in memory. */
    public static ByteSource source(ShippedModel model) throws IOException {
        try (InputStream in = ShippedModels.class.getResourceAsStream(model.resource())) {
            if (in == null) {
                throw new FileNotFoundException("the jar holds no " + model.resource());
            }
            byte[] bytes = in.readNBytes(BYTES_MAX);
            return new MemorySource(model.resource(), bytes);
        }
    }

    private record MemorySource(String name, byte[] bytes) implements ByteSource {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void readFully(long offset, byte[] target, int from, int count) {
            System.arraycopy(bytes, Math.toIntExact(offset), target, from, count);
        }
    }
}
