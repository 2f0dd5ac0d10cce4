package io.codelength.predict.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.limit.CallScope;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/**
 * A caller that asks for whatever comes to its mind, made from a seed, and checks every row. It remembers what each stream
 * has read; what the rows must then be, somebody else says.
 */
final class RandomCaller {
    /** A row as a value that can be compared. */
    private final Function<FrequencyRow, Object> valueOf;

    /** What the row after these symbols must be. */
    private final Function<int[], Object> expected;

    private final Predictor predictor;
    private final Random random;
    private final CallScope scope;
    private final int symbolsMax;
    private final List<Known> streams = new ArrayList<>();

    /** Called for each row before it is checked; may throw. */
    private final Runnable onRow;

    private static final class Known {
        private final PredictionStream stream;
        private List<Integer> read = new ArrayList<>();

        private Known(PredictionStream stream) {
            this.stream = stream;
        }

        private int[] symbols() {
            return read.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    RandomCaller(
            Predictor predictor,
            long seed,
            CallScope scope,
            Runnable onRow,
            Function<FrequencyRow, Object> valueOf,
            Function<int[], Object> expected) {
        this.predictor = predictor;
        this.random = new Random(seed);
        this.scope = scope;
        this.onRow = onRow;
        this.valueOf = valueOf;
        this.expected = expected;
        this.symbolsMax = predictor.model().startSymbol();
    }

    /** For {@link FoldingPredictor}. */
    static RandomCaller folding(Predictor predictor, long seed, CallScope scope, Runnable onRow) {
        return new RandomCaller(predictor, seed, scope, onRow, FoldingPredictor::stateOf, symbols -> {
            long state = 0;
            for (int symbol : symbols) {
                state = FoldingPredictor.fold(state, symbol);
            }
            return FoldingPredictor.visible(state);
        });
    }

    /** Makes so many calls; gives every stream back, however it ends. */
    void run(int calls, int windowTokens) {
        try {
            int count = 1 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                streams.add(new Known(predictor.open(windowTokens, scope)));
            }
            for (int call = 0; call < calls; call++) {
                switch (random.nextInt(3)) {
                    case 0 -> prefill();
                    case 1 -> step();
                    default -> steps(1 + random.nextInt(12));
                }
            }
        } finally {
            streams.forEach(known -> known.stream.close());
        }
    }

    private List<Known> some() {
        List<Known> some = new ArrayList<>(streams);
        while (some.size() > 1 && random.nextInt(3) == 0) {
            some.remove(random.nextInt(some.size()));
        }
        return some;
    }

    private int symbol(Known known) {
        int symbol = random.nextInt(symbolsMax + 1);
        known.read.add(symbol);
        return symbol;
    }

    private void makeRoom(Known known, int count) {
        if (known.stream.windowTokens() - known.stream.position() < count) {
            known.stream.reset();
            known.read = new ArrayList<>();
        }
    }

    private void prefill() {
        List<Known> read = some();
        List<Passage> passages = new ArrayList<>();
        int[] before = new int[read.size()];
        int rows = 0;
        for (Known known : read) {
            int length = random.nextInt(known.stream.windowTokens() + 1);
            makeRoom(known, length);
            before[passages.size()] = known.read.size();
            int[] symbols = new int[length];
            for (int i = 0; i < length; i++) {
                symbols[i] = symbol(known);
            }
            int firstRow = random.nextInt(length + 1);
            rows += length - firstRow;
            passages.add(new Passage(known.stream, symbols, firstRow));
        }
        int[] seen = {0, -1};
        predictor.prefill(
                passages,
                (item, index, row) -> {
                    onRow.run();
                    assertThat(index)
                            .isBetween(
                                    passages.get(item).firstRow(),
                                    passages.get(item).symbols().length - 1);
                    int order = item * 10_000 + index;
                    assertThat(order).as("rows come in order").isGreaterThan(seen[1]);
                    seen[0]++;
                    seen[1] = order;
                    check(read.get(item), before[item] + index + 1, row);
                },
                scope);
        assertThat(seen[0]).isEqualTo(rows);
    }

    private void step() {
        Step step = nextStep(some());
        List<Known> read = last;
        int[] next = {0};
        predictor.step(
                step.streams(),
                step.symbols(),
                (item, index, row) -> {
                    onRow.run();
                    assertThat(item).isEqualTo(next[0]++);
                    check(read.get(item), read.get(item).read.size(), row);
                },
                scope);
        assertThat(next[0]).isEqualTo(read.size());
    }

    private List<Known> last = List.of();

    private Step nextStep(List<Known> read) {
        List<PredictionStream> inOrder = new ArrayList<>();
        int[] symbols = new int[read.size()];
        for (Known known : read) {
            makeRoom(known, 1);
            symbols[inOrder.size()] = symbol(known);
            inOrder.add(known.stream);
        }
        last = read;
        return new Step(inOrder, symbols);
    }

    private void steps(int count) {
        int[] made = {0, 0};
        predictor.steps(
                () -> {
                    assertThat(made[1])
                            .as("all rows of a step come before the next")
                            .isZero();
                    if (made[0]++ == count) {
                        return Optional.empty();
                    }
                    Step step = nextStep(some());
                    made[1] = step.symbols().length;
                    return Optional.of(step);
                },
                (item, index, row) -> {
                    onRow.run();
                    assertThat(item).isEqualTo(last.size() - made[1]--);
                    check(last.get(item), last.get(item).read.size(), row);
                },
                scope);
        assertThat(made).containsExactly(count + 1, 0);
    }

    private void check(Known known, int length, FrequencyRow row) {
        int[] symbols = java.util.Arrays.copyOf(known.symbols(), length);
        assertThat(valueOf.apply(row)).isEqualTo(expected.apply(symbols));
    }
}
