package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** What holds of every library behind the binding: a row is the reference engine's, whatever shares its call. */
final class BatchLaws {
    private static final CallScope SCOPE = CallScope.withMemory(Long.MAX_VALUE);
    private static final int MOST = 257;

    private BatchLaws() {}

    /** @param model with a context of 300 */
    static void streamsOfAnyNumberAndAnyLengthsShareCalls(ExactModel model, Function<ExactModel, Predictor> loader) {
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor reference = engine.load(model);
                Predictor predictor = loader.apply(model)) {
            int[] symbols = symbols(model, MOST, 6);
            long[] expected = onePass(reference, symbols);
            for (int count : new int[] {1, 2, 3, 8, 9, 16, 31, 32, 33, 63, 64, 65, 128, 129, MOST}) {
                Random random = new Random(count);
                List<PredictionStream> streams = new ArrayList<>();
                List<Passage> passages = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    PredictionStream stream = predictor.open(MOST, SCOPE);
                    streams.add(stream);
                    int length = random.nextInt(count < 40 ? 200 : 12);
                    if (length > 0) {
                        passages.add(new Passage(stream, Arrays.copyOf(symbols, length), length / 2));
                    }
                }
                predictor.prefill(
                        passages, (item, index, row) -> assertThat(hash(row)).isEqualTo(expected[index]), SCOPE);
                for (int step = 0; step < 3; step++) {
                    stepAndCheck(predictor, streams, symbols, expected);
                }
                streams.forEach(PredictionStream::close);
            }
        }
    }

    /** Any of 257 streams, wherever each of them is, step together. */
    static void everyBatchFrom1To257StepsAlike(Function<ExactModel, Predictor> loader, long seed) {
        int window = 24;
        ExactModel model = RandomExactModels.tiny();
        int[] symbols = symbols(model, window, 10);
        long[] expected;
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor reference = engine.load(model)) {
            expected = onePass(reference, symbols);
        }
        try (Predictor predictor = loader.apply(model)) {
            List<PredictionStream> all = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                all.add(predictor.open(window, SCOPE));
            }
            Random random = new Random(seed);
            for (int count = 1; count <= MOST; count++) {
                Collections.shuffle(all, random);
                List<PredictionStream> batch = all.subList(0, count);
                batch.stream().filter(stream -> stream.position() == window).forEach(PredictionStream::reset);
                stepAndCheck(predictor, batch, symbols, expected);
            }
            all.forEach(PredictionStream::close);
        }
    }

    /** @param model with a context of at least 257 */
    static void everyPassageLengthFrom1To257IsReadAlike(ExactModel model, Function<ExactModel, Predictor> loader) {
        int[] symbols = symbols(model, MOST, 7);
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor reference = engine.load(model);
                Predictor predictor = loader.apply(model);
                PredictionStream stream = predictor.open(MOST, SCOPE)) {
            long[] expected = onePass(reference, symbols);
            for (int length = 1; length <= MOST; length++) {
                stream.reset();
                predictor.prefill(
                        List.of(new Passage(stream, Arrays.copyOf(symbols, length), length - 1)),
                        (item, index, row) -> assertThat(hash(row)).isEqualTo(expected[index]),
                        SCOPE);
            }
        }
    }

    /** Each stream reads the symbol of its position; the row must be the one that a single pass gives there. */
    private static void stepAndCheck(
            Predictor predictor, List<PredictionStream> streams, int[] symbols, long[] expected) {
        int[] at = streams.stream().mapToInt(PredictionStream::position).toArray();
        int[] next = Arrays.stream(at).map(position -> symbols[position]).toArray();
        predictor.step(
                streams, next, (item, index, row) -> assertThat(hash(row)).isEqualTo(expected[at[item]]), SCOPE);
    }

    static int[] symbols(ExactModel model, int count, long seed) {
        int[] symbols = new Random(seed).ints(count, 0, model.symbolCount()).toArray();
        symbols[0] = model.startSymbol();
        return symbols;
    }

    /** The hashes of the rows behind each symbol, read in one pass. */
    static long[] onePass(Predictor predictor, int[] symbols) {
        long[] hashes = new long[symbols.length];
        try (PredictionStream stream = predictor.open(symbols.length, SCOPE)) {
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> hashes[index] = hash(row), SCOPE);
        }
        return hashes;
    }

    static long hash(FrequencyRow row) {
        long hash = row.total();
        for (int symbol = 0; symbol <= row.symbolCount(); symbol++) {
            hash = hash * 0x9E37_79B9_7F4A_7C15L + row.below(symbol);
        }
        return hash;
    }
}
