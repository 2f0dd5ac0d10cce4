package io.codelength.engine.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ModelShape;
import io.codelength.model.SlowLlama;
import io.codelength.model.SourceModel;
import io.codelength.model.TinyModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatScorerTest {
    private static final PyTorchOptions ONE_THREAD = PyTorchOptions.cpu(1);

    @Test
    void codeLengthsAreThoseOfALlamaWrittenFromItsDefinition() throws IOException {
        check(new ModelShape(32, 2, 4, 2, 8, 43, 64, 1e-5), true, 60);
        check(new ModelShape(33, 2, 6, 2, 6, 51, 40, 1e-5), false, 39);
        check(new ModelShape(24, 3, 4, 4, 10, 1, 100, 1e-3), false, 1);
        // More rows than one block.
        check(new ModelShape(8, 1, 2, 1, 4, 12, 600, 1e-5), true, 590);
    }

    private static void check(ModelShape shape, boolean tied, int count) throws IOException {
        SourceModel source = TinyModels.source(shape, tied, 31);
        int[] tokens = tokens(source, count);
        int[] read = new int[count];
        read[0] = source.tokenizer().startToken();
        System.arraycopy(tokens, 0, read, 1, count - 1);
        double[][] logits = new SlowLlama(source).logits(read);
        try (FloatScorer scorer = new FloatScorer(source, shape.contextTokens(), ONE_THREAD)) {
            double[] bits = scorer.bits(tokens, CallScope.withMemory(1L << 30));
            assertThat(bits).hasSize(count);
            for (int i = 0; i < count; i++) {
                double sum = 0;
                for (double logit : logits[i]) {
                    sum += Math.exp(logit - logits[i][tokens[i]]);
                }
                assertThat(bits[i]).as("token %d", i).isCloseTo(Math.log(sum) / Math.log(2), offset(2e-4));
            }
        }
    }

    @Test
    void laterTokensAndTheSizeOfBlocksDoNotMatter() throws IOException {
        SourceModel source = TinyModels.source(new ModelShape(8, 2, 2, 1, 4, 12, 600, 1e-5), true, 32);
        int[] tokens = tokens(source, 599);
        try (FloatScorer scorer = new FloatScorer(source, 600, ONE_THREAD)) {
            CallScope scope = CallScope.withMemory(1L << 30);
            double[] whole = scorer.bits(tokens, scope);
            for (int length : new int[] {0, 1, 255, 256, 257, 513}) {
                double[] prefix = scorer.bits(Arrays.copyOf(tokens, length), scope);
                for (int i = 0; i < length; i++) {
                    assertThat(prefix[i]).isCloseTo(whole[i], offset(1e-4));
                }
            }
        }
    }

    @Test
    void tokensAreTheTokenizersOwnIds() throws IOException {
        SourceModel source = TinyModels.source(new ModelShape(8, 1, 2, 1, 4, 12, 16, 1e-5), true, 33);
        try (FloatScorer scorer = new FloatScorer(source, 16, ONE_THREAD)) {
            byte[] text = "in the".getBytes(StandardCharsets.UTF_8);
            int[] ids = scorer.encode(text, 0, text.length);
            assertThat(Arrays.stream(ids)
                            .mapToObj(id -> new String(
                                    source.tokenizer().tokens().get(id).spelling(), StandardCharsets.UTF_8)))
                    .containsExactly("in", " the");
        }
    }

    @Test
    void memoryIsTakenFromTheBudgetAndGivenBack() throws IOException {
        SourceModel source = TinyModels.source(new ModelShape(8, 1, 2, 1, 4, 12, 300, 1e-5), true, 34);
        try (FloatScorer scorer = new FloatScorer(source, 300, ONE_THREAD)) {
            MemoryBudget small = new MemoryBudget(10_000);
            assertThatThrownBy(() -> scorer.bits(tokens(source, 299), new CallScope(new Cancellation(), small)))
                    .isInstanceOf(LimitExceededException.class);
            MemoryBudget enough = new MemoryBudget(1 << 26);
            scorer.bits(tokens(source, 299), new CallScope(new Cancellation(), enough));
            assertThat(enough.usedBytes()).isZero();
            assertThat(small.usedBytes()).isZero();
        }
    }

    @Test
    void aCancelledCallStopsAndLeavesNothingBehind() throws IOException {
        SourceModel source = TinyModels.source(new ModelShape(8, 1, 2, 1, 4, 12, 300, 1e-5), true, 35);
        try (FloatScorer scorer = new FloatScorer(source, 300, ONE_THREAD)) {
            int lasting = scorer.lastingTensors();
            Cancellation cancellation = new Cancellation();
            cancellation.cancel("enough");
            CallScope scope = new CallScope(cancellation, new MemoryBudget(1 << 26));
            assertThatThrownBy(() -> scorer.bits(tokens(source, 299), scope)).isInstanceOf(CancelledException.class);
            assertThat(scope.memory().usedBytes()).isZero();
            scorer.bits(tokens(source, 299), CallScope.withMemory(1 << 26));
            assertThat(scorer.lastingTensors()).isEqualTo(lasting);
        }
    }

    @Test
    void windowsThatDoNotFitAreRefused() throws IOException {
        SourceModel source = TinyModels.source(new ModelShape(8, 1, 2, 1, 4, 12, 16, 1e-5), true, 36);
        assertThatThrownBy(() -> new FloatScorer(source, 17, ONE_THREAD))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("context of 16");
        try (FloatScorer scorer = new FloatScorer(source, 8, ONE_THREAD)) {
            assertThatThrownBy(() -> scorer.bits(new int[8], CallScope.withMemory(1 << 26)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static int[] tokens(SourceModel source, int count) {
        return new Random(count).ints(count, 0, source.tokenizer().tokenCount()).toArray();
    }
}
