package io.codelength.app;

import io.codelength.codec.EngineChoice;
import io.codelength.codec.Measurement;
import io.codelength.codec.Measurer;
import io.codelength.codec.Progress;
import io.codelength.exact.ActivationWidth;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.model.ExactContents;
import io.codelength.model.ExactModel;
import io.codelength.model.ExactModelWriter;
import io.codelength.model.ImportOptions;
import io.codelength.model.ImportProgress;
import io.codelength.model.ModelImporter;
import io.codelength.model.SourceModel;
import io.codelength.model.store.ModelFiles;
import io.codelength.predict.ExactScorer;
import io.codelength.predict.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the exact arithmetic costs: code lengths of texts in float32 and under profile 1 as imported by default, with 8 bits
 * everywhere, and without rotation. Run by hand for the figures in {@code docs/arithmetic.md}; tests use its parts.
 */
public final class ArithmeticLoss {
    private static final CallScope SCOPE = CallScope.withMemory(1L << 31);

    private ArithmeticLoss() {}

    /** The first bytes of a file, or all of it where it is shorter. */
    static byte[] excerpt(Path file, int bytes) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        return whole.length > bytes ? Arrays.copyOf(whole, bytes) : whole;
    }

    /** Prints a table. Arguments: model, window in tokens, engine, then a file and a number of bytes for each text. */
    public static void main(String[] arguments) throws IOException {
        Path model = Path.of(arguments[0]);
        int windowTokens = Integer.parseInt(arguments[1]);
        EngineChoice engine = new EngineChoice(arguments[2], 0);
        byte[][] texts = new byte[(arguments.length - 3) / 2][];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = excerpt(Path.of(arguments[3 + 2 * i]), Integer.parseInt(arguments[4 + 2 * i]));
        }
        List<Measurement> inFloat = inFloat(model, windowTokens, texts);
        print("float32", inFloat, inFloat);
        for (Map.Entry<String, ImportOptions> variant : variants().entrySet()) {
            print(variant.getKey(), exact(imported(model, variant.getValue()), windowTokens, engine, texts), inFloat);
        }
    }

    private static Map<String, ImportOptions> variants() {
        ImportOptions eightBits = ImportOptions.DEFAULT.withWidths(ActivationWidth.BITS_8);
        Map<String, ImportOptions> variants = new LinkedHashMap<>();
        variants.put("default: rotated, 15 bits into down", ImportOptions.DEFAULT);
        variants.put("rotated, 8 bits everywhere", eightBits);
        variants.put("not rotated, 15 bits into down", ImportOptions.DEFAULT.withRotation(false));
        variants.put("not rotated, 8 bits everywhere", eightBits.withRotation(false));
        return variants;
    }

    private static void print(String name, List<Measurement> found, List<Measurement> inFloat) {
        StringBuilder line = new StringBuilder("%-36s".formatted(name));
        double sum = 0;
        for (int i = 0; i < found.size(); i++) {
            double loss = loss(found.get(i), inFloat.get(i));
            sum += loss;
            line.append("  %.4f (%+.2f %%)".formatted(found.get(i).bitsPerByte(), 100 * loss));
        }
        System.out.println(line.append("  mean %+.2f %%".formatted(100 * sum / found.size())));
    }

    /** How much longer than float32, as a fraction of it. */
    static double loss(Measurement exact, Measurement inFloat) {
        return exact.bits() / inFloat.bits() - 1;
    }

    static List<Measurement> inFloat(Path model, int windowTokens, byte[]... texts) throws IOException {
        try (SourceModel source = ModelFiles.open(model)) {
            return new EngineBackend()
                    .inFloat(source, windowTokens, EngineChoice.AUTO, scorer -> measure(new Measurer(scorer), texts));
        }
    }

    static ExactModel imported(Path model, ImportOptions options) throws IOException {
        try (SourceModel source = ModelFiles.open(model)) {
            int threads = Runtime.getRuntime().availableProcessors();
            ExactContents contents =
                    new ModelImporter(threads, ImportProgress.NONE, new Cancellation()).run(source, options);
            return contents.toModel(ExactModelWriter.fingerprint(contents), source.name());
        }
    }

    static List<Measurement> exact(ExactModel model, int windowTokens, EngineChoice engine, byte[]... texts) {
        try (ChosenEngine chosen = ChosenEngine.of(engine, ArithmeticLoss::say);
                Predictor predictor = chosen.load(model)) {
            return measure(new Measurer(new ExactScorer(predictor, windowTokens)), texts);
        }
    }

    private static void say(String note) {
        System.err.println(note);
    }

    private static List<Measurement> measure(Measurer measurer, byte[]... texts) {
        Measurement[] found = new Measurement[texts.length];
        for (int i = 0; i < texts.length; i++) {
            found[i] = measurer.measure(texts[i], SCOPE, Progress.NONE);
        }
        return List.of(found);
    }
}
