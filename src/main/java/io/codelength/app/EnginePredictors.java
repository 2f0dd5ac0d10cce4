package io.codelength.app;

import io.codelength.cli.Backend;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.ModelMismatchException;
import io.codelength.codec.TaughtMixings;
import io.codelength.container.Dictionary;
import io.codelength.container.ModelReference;
import io.codelength.container.ModelReference.FingerprintPrefix;
import io.codelength.container.ModelReference.Shipped;
import io.codelength.mix.Mixing;
import io.codelength.model.Fingerprint;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.KnownModels.KnownModel;
import io.codelength.model.store.ModelNotFoundException;
import io.codelength.predict.Predictor;
import io.codelength.predict.schedule.SchedulingLimits;
import io.codelength.predict.schedule.SchedulingPredictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the models that callers and archives name, loads each once with the chosen engine, and keeps it until closed.
 * Thread-safe; who asks for a model while another is being loaded waits.
 */
public final class EnginePredictors implements Backend.Predictors {
    private final KnownModels models;
    private final ChosenEngine engine;
    private final EngineChoice choice;
    private final Consumer<String> notes;
    private final int threads;
    private final UnaryOperator<Predictor> sharing;
    private final Map<Fingerprint, Predictor> predictors = new HashMap<>();
    private @Nullable Mixing mixing;
    private @Nullable TaughtMixings taught;

    /**
     * For one command; nothing is loaded before a model is asked for.
     *
     * @param notes is told what the user should know, a sentence at a time
     * @throws IllegalArgumentException if there is no such engine
     */
    public EnginePredictors(EngineChoice choice, KnownModels models, Consumer<String> notes) {
        this(choice, models, notes, UnaryOperator.identity());
    }

    private EnginePredictors(
            EngineChoice choice, KnownModels models, Consumer<String> notes, UnaryOperator<Predictor> sharing) {
        this.models = models;
        this.sharing = sharing;
        this.choice = choice;
        this.notes = notes;
        this.engine = ChosenEngine.of(choice, notes);
        this.threads = choice.threads() == 0 ? Runtime.getRuntime().availableProcessors() : choice.threads();
    }

    /**
     * For a service: all requests for a model meet in one {@link SchedulingPredictor} and share its passes.
     *
     * @param statistics what all models' predictors count into
     * @throws IllegalArgumentException if there is no such engine
     */
    public static EnginePredictors shared(
            EngineChoice choice,
            KnownModels models,
            Consumer<String> notes,
            SchedulingLimits limits,
            SchedulingStatistics statistics) {
        return new EnginePredictors(
                choice, models, notes, engine -> new SchedulingPredictor(engine, limits, System::nanoTime, statistics));
    }

    /** Files that cannot be read are errors of their own, not missing models. */
    private interface Search {
        KnownModel run() throws IOException;
    }

    @Override
    public Predictor named(String model) {
        return load(() -> models.find(model));
    }

    @Override
    public Predictor largest() {
        return load(() -> models.list().stream()
                .max(Comparator.comparingLong(KnownModel::bytes))
                .orElseThrow(() -> new IllegalStateException("invariant broken: no model ships with the program")));
    }

    @Override
    public synchronized Mixing mixing() {
        if (mixing == null) {
            mixing = ChosenEngine.mixing(choice, notes);
        }
        return mixing;
    }

    @Override
    public Mixing mixing(Dictionary dictionary) {
        return taught().of(dictionary);
    }

    private synchronized TaughtMixings taught() {
        if (taught == null) {
            taught = new TaughtMixings(mixing());
        }
        return taught;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public synchronized Predictor referred(ModelReference reference) {
        // An exact file that was named by its path is loaded, but nowhere installed.
        Optional<Predictor> loaded =
                reference instanceof FingerprintPrefix prefix ? loaded(prefix.toBytes()) : Optional.empty();
        return loaded.orElseGet(() -> load(() -> find(reference)));
    }

    private Optional<Predictor> loaded(byte[] prefix) {
        for (Map.Entry<Fingerprint, Predictor> entry : predictors.entrySet()) {
            if (Arrays.equals(Arrays.copyOf(entry.getKey().toBytes(), prefix.length), prefix)) {
                return Optional.of(entry.getValue());
            }
        }
        return Optional.empty();
    }

    private synchronized Predictor load(Search search) {
        try {
            KnownModel model = search.run();
            Predictor known = predictors.get(model.fingerprint());
            if (known != null) {
                return known;
            }
            Predictor loaded = sharing.apply(engine.load(models.read(model)));
            predictors.put(model.fingerprint(), loaded);
            return loaded;
        } catch (ModelNotFoundException e) {
            throw new ModelMismatchException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private KnownModel find(ModelReference reference) throws IOException {
        if (reference instanceof Shipped shipped) {
            return models.find(shipped.number())
                    .orElseThrow(() -> new ModelMismatchException(
                            "The archive was written with shipped model %d, which this version does not have. Use a newer one."
                                    .formatted(shipped.number())));
        } else if (reference instanceof FingerprintPrefix prefix) {
            return models.find(prefix.toBytes())
                    .orElseThrow(() -> new ModelMismatchException(
                            "The archive was written with model %s, which is not installed. 'codelength models list' shows what is; 'codelength models import' adds one."
                                    .formatted(prefix)));
        }
        throw new IllegalStateException("a third kind of reference: " + reference);
    }

    @Override
    public OptionalInt shippedNumber(Fingerprint fingerprint) {
        try {
            return models.shippedNumber(fingerprint);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized String description() {
        return engine.description();
    }

    @Override
    public synchronized void close() {
        predictors.values().forEach(Predictor::close);
        predictors.clear();
        engine.close();
    }
}
