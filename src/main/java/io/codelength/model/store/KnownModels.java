package io.codelength.model.store;

import io.codelength.model.ByteSource;
import io.codelength.model.ExactModel;
import io.codelength.model.ExactModelReader;
import io.codelength.model.Fingerprint;
import io.codelength.model.ModelFormatException;
import io.codelength.model.ShippedModels;
import io.codelength.model.ShippedModels.ShippedModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * All models that can be named: those that ship inside the program, those installed, and exact files anywhere. Shipped
 * models that were read once are kept. Thread-safe.
 */
public final class KnownModels {
    private static final Pattern FINGERPRINT_PREFIX = Pattern.compile("[0-9a-f]{4,64}");

    private static final int COPY_BYTES = 1 << 16;

    private final ModelStore store;
    private final Map<Integer, ExactModel> shipped = new HashMap<>(); // by number
    private final Map<Integer, KnownModel> known = new HashMap<>(); // of those, by number

    public KnownModels(ModelStore store) {
        this.store = store;
    }

    /** A model and where it is kept. */
    public sealed interface KnownModel {
        /** What people call it. */
        String name();

        Fingerprint fingerprint();

        /** Length of its exact file. */
        long bytes();

        /** Inside the program. */
        record OfProgram(ShippedModel model, Fingerprint fingerprint, long bytes) implements KnownModel {
            @Override
            public String name() {
                return model.name();
            }
        }

        /** In the store. */
        record OfStore(InstalledModel model) implements KnownModel {
            @Override
            public String name() {
                return model.shortName();
            }

            @Override
            public Fingerprint fingerprint() {
                return model.fingerprint();
            }

            @Override
            public long bytes() {
                return model.bytes();
            }
        }

        /** An exact file somewhere. */
        record OfFile(Path path, Fingerprint fingerprint, long bytes) implements KnownModel {
            @Override
            public String name() {
                return path.toString();
            }
        }
    }

    /** Shipped models by number, then installed ones by name. */
    public List<KnownModel> list() throws IOException {
        List<KnownModel> models = new ArrayList<>();
        for (ShippedModel model : ShippedModels.list()) {
            models.add(known(model));
        }
        for (InstalledModel model : store.list()) {
            models.add(new KnownModel.OfStore(model));
        }
        return models;
    }

    /**
     * Finds a model by name: shipped, installed, by at least four digits of its fingerprint, or by the path of an exact
     * file, the first that fits; a name with a slash in it is a path.
     *
     * @param name empty for the shipped default
     * @throws ModelNotFoundException if there is none, or more than one
     * @throws ModelFormatException if it is a path of something else than an exact file
     */
    public KnownModel find(String name) throws IOException {
        Optional<ShippedModel> ours =
                name.isEmpty() ? ShippedModels.list().stream().findFirst() : ShippedModels.find(name);
        if (ours.isPresent()) {
            return known(ours.get());
        }
        Optional<Path> path = existing(name);
        if (path.isPresent() && path.get().getNameCount() + (path.get().isAbsolute() ? 1 : 0) > 1) {
            return at(path.get());
        }
        Optional<KnownModel> byFingerprint = shippedStartingWith(name);
        if (byFingerprint.isPresent()) {
            return byFingerprint.get();
        }
        try {
            return new KnownModel.OfStore(store.find(name));
        } catch (ModelNotFoundException e) {
            if (e.candidates().isEmpty() && path.isPresent()) {
                return at(path.get());
            }
            throw e;
        }
    }

    /**
     * Finds the model that an archive names by the first bytes of its fingerprint.
     *
     * @throws ModelNotFoundException if more than one begins so
     */
    public Optional<KnownModel> find(byte[] prefix) throws IOException {
        Optional<InstalledModel> installed = store.findByPrefix(prefix);
        if (installed.isPresent()) {
            return installed.map(KnownModel.OfStore::new);
        }
        return shippedStartingWith(HexFormat.of().formatHex(prefix));
    }

    /** The shipped model with this number, if this version has it. */
    public Optional<KnownModel> find(int number) throws IOException {
        Optional<ShippedModel> model = ShippedModels.find(number);
        return model.isEmpty() ? Optional.empty() : Optional.of(known(model.get()));
    }

    /** The number by which archives name a model that ships inside the program. */
    public OptionalInt shippedNumber(Fingerprint fingerprint) throws IOException {
        for (ShippedModel model : ShippedModels.list()) {
            if (read(model).fingerprint().equals(fingerprint)) {
                return OptionalInt.of(model.number());
            }
        }
        return OptionalInt.empty();
    }

    /** Reads a model whole and checks its fingerprint on the way. */
    public ExactModel read(KnownModel model) throws IOException {
        if (model instanceof KnownModel.OfProgram ours) {
            return read(ours.model());
        } else if (model instanceof KnownModel.OfStore installed) {
            return store.load(installed.model());
        } else if (model instanceof KnownModel.OfFile file) {
            return read(file.path());
        }
        throw new IllegalStateException("a fourth kind of model: " + model);
    }

    /** Copies a model's exact file to a stream; the caller closes it. */
    public void export(KnownModel model, OutputStream target) throws IOException {
        if (model instanceof KnownModel.OfProgram ours) {
            copy(ShippedModels.source(ours.model()), target);
        } else if (model instanceof KnownModel.OfStore installed) {
            store.export(installed.model(), target);
        } else if (model instanceof KnownModel.OfFile file) {
            Files.copy(file.path(), target);
        }
    }

    private static void copy(ByteSource source, OutputStream target) throws IOException {
        byte[] chunk = new byte[COPY_BYTES];
        for (long at = 0; at < source.length(); at += chunk.length) {
            int count = (int) Math.min(chunk.length, source.length() - at);
            source.readFully(at, chunk, 0, count);
            target.write(chunk, 0, count);
        }
    }

    /** Kept, since a service is asked for each request and the length is known only once the resource was unpacked. */
    private synchronized KnownModel known(ShippedModel model) throws IOException {
        KnownModel ours = known.get(model.number());
        if (ours == null) {
            ours = new KnownModel.OfProgram(
                    model,
                    read(model).fingerprint(),
                    ShippedModels.source(model).length());
            known.put(model.number(), ours);
        }
        return ours;
    }

    private synchronized ExactModel read(ShippedModel model) throws IOException {
        ExactModel known = shipped.get(model.number());
        if (known == null) {
            known = ShippedModels.load(model);
            shipped.put(model.number(), known);
        }
        return known;
    }

    private static ExactModel read(Path path) throws IOException {
        try (FileByteSource source = new FileByteSource(path)) {
            return ExactModelReader.read(source, String.valueOf(path.getFileName()));
        }
    }

    private static KnownModel at(Path path) throws IOException {
        if (Files.isDirectory(path) || path.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            throw new ModelFormatException(
                    path.toString(),
                    "form",
                    "an exact file",
                    "a model in its original form; import it once with 'codelength models import'");
        }
        return new KnownModel.OfFile(path, read(path).fingerprint(), Files.size(path));
    }

    private static Optional<Path> existing(String name) {
        try {
            Path path = Path.of(name);
            return Files.exists(path) ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private Optional<KnownModel> shippedStartingWith(String name) throws IOException {
        String digits = name.toLowerCase(Locale.ROOT);
        if (FINGERPRINT_PREFIX.matcher(digits).matches()) {
            for (ShippedModel candidate : ShippedModels.list()) {
                if (read(candidate).fingerprint().toString().startsWith(digits)) {
                    return Optional.of(known(candidate));
                }
            }
        }
        return Optional.empty();
    }
}
