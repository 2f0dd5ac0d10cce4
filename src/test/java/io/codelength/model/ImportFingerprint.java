package io.codelength.model;

import io.codelength.limit.Cancellation;
import io.codelength.model.store.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Imports models and prints their fingerprints, one a line: what {@link FingerprintTest} runs under other JDKs. */
public final class ImportFingerprint {
    private ImportFingerprint() {}

    /** @param args number of threads, then paths of models; {@code tiny} is the one of {@link TinyFiles} */
    public static void main(String[] args) throws IOException {
        int threads = Integer.parseInt(args[0]);
        for (int i = 1; i < args.length; i++) {
            try (SourceModel source = open(args[i])) {
                System.out.println(fingerprint(source, threads));
            }
        }
    }

    private static SourceModel open(String name) throws IOException {
        return name.equals("tiny")
                ? HuggingFaceModel.open(TinyFiles.huggingFace(true))
                : ModelFiles.open(Path.of(name));
    }

    static Fingerprint fingerprint(SourceModel source, int threads) throws IOException {
        return ExactModelWriter.fingerprint(
                new ModelImporter(threads, ImportProgress.NONE, new Cancellation()).run(source));
    }
}
