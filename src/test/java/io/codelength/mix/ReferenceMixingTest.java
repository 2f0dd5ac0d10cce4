package io.codelength.mix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.coding.InvalidCodeException;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceMixingTest {
    private static final Mixing MIXING = new ReferenceMixing();
    private static final int MEMORY_BITS = 22;

    @Test
    void everyKindOfTextComesBack() {
        MixedText.kinds().forEach((kind, text) -> {
            byte[] payload = encode(text);
            byte[] decoded = new byte[text.length];
            MIXING.decode(payload, 0, payload.length, decoded, MEMORY_BITS, new Cancellation());
            assertThat(decoded).as(kind).isEqualTo(text);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void symbolsInLanesComeBack(long seed) {
        MixedText frame = MixedText.random(seed);
        byte[] payload = encode(frame);
        assertThat(frame.decode(MIXING, payload, MEMORY_BITS)).isEqualTo(frame.text());
    }

    @Test
    void whatADictionaryTaughtComesBackToo() {
        MixedText.kinds().forEach((kind, dictionary) -> {
            Mixing taught = MIXING.taughtBy(dictionary);
            byte[] text = MixedText.kind("log");
            byte[] payload = taught.encode(text, MEMORY_BITS, new Cancellation());
            byte[] decoded = new byte[text.length];
            taught.decode(payload, 0, payload.length, decoded, MEMORY_BITS, new Cancellation());
            assertThat(decoded).as(kind).isEqualTo(text);
            MixedText frame = MixedText.random(9);
            byte[] mixed = taught.encode(
                    frame.spelling(), frame.text(), frame.laneStarts(), frame.odds(), MEMORY_BITS, new Cancellation());
            assertThat(frame.decode(taught, mixed, MEMORY_BITS)).as(kind).isEqualTo(frame.text());
        });
    }

    @Test
    void aDictionaryTeachesAndIsNotChangedByWhatIsCoded() {
        byte[] text = MixedText.kind("log");
        Mixing taught = MIXING.taughtBy(text);
        byte[] line = Arrays.copyOf(text, 49);
        byte[] first = taught.encode(line, MEMORY_BITS, new Cancellation());
        assertThat(first.length).isLessThan(encode(line).length / 2);
        taught.encode(MixedText.kind("records"), MEMORY_BITS, new Cancellation());
        assertThat(taught.encode(line, MEMORY_BITS, new Cancellation())).isEqualTo(first);
        assertThatThrownBy(() -> taught.taughtBy(text)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFrameLeavesNothingBehindForTheNext() {
        byte[] text = MixedText.kind("log");
        byte[] first = encode(text);
        encode(MixedText.kind("records"));
        encode(MixedText.random(3));
        assertThat(encode(text)).isEqualTo(first);
    }

    @Test
    void shortProseNeedsLittleMoreThanTwoBitsAByte() {
        byte[] text = "It was the opinion of the committee that no further money should be given to the project."
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(encode(text).length * 8.0 / text.length).isLessThan(2.6);
    }

    @Test
    void aRepeatedLetterCostsAlmostNothing() {
        assertThat(encode(MixedText.kind("one letter")).length).isLessThan(30);
    }

    @Test
    void lessMemoryStillComesBack() {
        byte[] text = Arrays.copyOf(MixingTables.prior(), 20_000);
        byte[] payload = MIXING.encode(text, 16, new Cancellation());
        byte[] decoded = new byte[text.length];
        MIXING.decode(payload, 0, payload.length, decoded, 16, new Cancellation());
        assertThat(decoded).isEqualTo(text);
        assertThat(MIXING.frameBytes(1 << 20, 16)).isLessThan(MIXING.frameBytes(1 << 20, 26));
    }

    @Test
    void memoryIsAtMostWhatTheFormatAllows() {
        assertThat(MIXING.frameBytes(1 << 20, 26)).isLessThanOrEqualTo(64L << 20);
    }

    @Test
    void aShorterOrLongerPayloadIsRefusedOrOfAnotherText() {
        byte[] text = MixedText.kind("prose");
        byte[] payload = encode(text);
        byte[] longer = Arrays.copyOf(payload, payload.length + 1);
        longer[payload.length] = 1;
        assertThatThrownBy(() ->
                        MIXING.decode(longer, 0, longer.length, new byte[text.length], MEMORY_BITS, new Cancellation()))
                .isInstanceOf(InvalidCodeException.class);
        for (int length = 0; length < payload.length; length++) {
            byte[] decoded = new byte[text.length];
            try {
                MIXING.decode(payload, 0, length, decoded, MEMORY_BITS, new Cancellation());
                assertThat(decoded).as("%d bytes", length).isNotEqualTo(text);
            } catch (InvalidCodeException expected) {
                assertThat(expected).hasMessageContaining("payload");
            }
        }
    }

    @Test
    void cancellingEndsIt() {
        Cancellation cancellation = new Cancellation();
        cancellation.cancel("enough");
        assertThatThrownBy(() -> MIXING.encode(new byte[10], MEMORY_BITS, cancellation))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("enough");
    }

    private static byte[] encode(byte[] text) {
        return MIXING.encode(text, MEMORY_BITS, new Cancellation());
    }

    private static byte[] encode(MixedText frame) {
        return MIXING.encode(
                frame.spelling(), frame.text(), frame.laneStarts(), frame.odds(), MEMORY_BITS, new Cancellation());
    }
}
