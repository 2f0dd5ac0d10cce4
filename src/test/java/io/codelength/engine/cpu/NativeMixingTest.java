package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.coding.InvalidCodeException;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.mix.MixedText;
import io.codelength.mix.Mixing;
import io.codelength.mix.MixingTables;
import io.codelength.mix.ReferenceMixing;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NativeMixingTest {
    private static final Mixing REFERENCE = new ReferenceMixing();

    @BeforeAll
    static void kernelsAreBuilt() {
        assumeTrue(
                NativeMixingTest.class.getResource(LibraryFile.platform() + "/libcodelength_kernels.so") != null,
                "this build has no native kernels");
    }

    static Stream<String> paths() {
        return NativeMixing.paths().stream();
    }

    @Test
    void theCheckedPayloadIsTheReferencesOwn() {
        byte[] text = Arrays.copyOf(MixingTables.prior(), 2048);
        assertThat(Arrays.hashCode(REFERENCE.encode(text, 26, new Cancellation())))
                .isEqualTo(NativeMixing.CHECKED_HASH);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyKindOfTextHasTheReferencesPayload(String path) {
        Mixing mixing = new NativeMixing(path);
        MixedText.kinds().forEach((kind, text) -> {
            for (int memoryBits : new int[] {16, 22, 26}) {
                byte[] expected = REFERENCE.encode(text, memoryBits, new Cancellation());
                byte[] payload = mixing.encode(text, memoryBits, new Cancellation());
                assertThat(payload).as(kind).isEqualTo(expected);
                byte[] decoded = new byte[text.length];
                mixing.decode(payload, 0, payload.length, decoded, memoryBits, new Cancellation());
                assertThat(decoded).as(kind).isEqualTo(text);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("paths")
    void symbolsInLanesHaveTheReferencesPayload(String path) {
        Mixing mixing = new NativeMixing(path);
        for (long seed = 100; seed < 120; seed++) {
            MixedText frame = MixedText.random(seed);
            byte[] expected = encode(REFERENCE, frame);
            byte[] payload = encode(mixing, frame);
            assertThat(payload).as("seed %d", seed).isEqualTo(expected);
            assertThat(frame.decode(mixing, payload, 24)).as("seed %d", seed).isEqualTo(frame.text());
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void whatADictionaryTaughtIsTheReferencesOwn(String path) {
        byte[] large = Arrays.copyOf(MixingTables.prior(), 40_000);
        for (int i = 0; i < large.length; i++) {
            large[i] ^= (byte) (i % 97 == 0 ? 1 : 0);
        }
        for (byte[] dictionary : List.of(new byte[] {'\n'}, MixedText.kind("log"), MixedText.kind("records"), large)) {
            Mixing expected = REFERENCE.taughtBy(dictionary);
            Mixing taught = new NativeMixing(path).taughtBy(dictionary);
            MixedText.kinds().forEach((kind, text) -> {
                byte[] payload = taught.encode(text, 22, new Cancellation());
                assertThat(payload).as(kind).isEqualTo(expected.encode(text, 22, new Cancellation()));
                byte[] decoded = new byte[text.length];
                taught.decode(payload, 0, payload.length, decoded, 22, new Cancellation());
                assertThat(decoded).as(kind).isEqualTo(text);
            });
            for (long seed = 200; seed < 204; seed++) {
                MixedText frame = MixedText.random(seed);
                byte[] payload = encode(taught, frame);
                assertThat(payload).as("seed %d", seed).isEqualTo(encode(expected, frame));
                assertThat(frame.decode(taught, payload, 24))
                        .as("seed %d", seed)
                        .isEqualTo(frame.text());
            }
        }
    }

    @Test
    void dictionariesThatCannotBeLearnedAreRefused() {
        Mixing mixing = new NativeMixing();
        assertThatThrownBy(() -> mixing.taughtBy(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mixing.taughtBy(new byte[(1 << 20) + 1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> mixing.taughtBy(new byte[9]).taughtBy(new byte[9]))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLargeTextHasTheReferencesPayload() {
        byte[] text = Arrays.copyOf(MixingTables.prior(), 100_000);
        Random random = new Random(5);
        for (int i = 0; i < text.length; i++) {
            text[i] += (byte) (random.nextInt(40) == 0 ? random.nextInt() : 0);
        }
        byte[] payload = new NativeMixing().encode(text, 20, new Cancellation());
        assertThat(payload).isEqualTo(REFERENCE.encode(text, 20, new Cancellation()));
    }

    @Test
    void damagedPayloadsGiveWhatTheyGiveTheReference() {
        Mixing mixing = new NativeMixing();
        MixedText frame = MixedText.random(101);
        byte[] text = MixedText.kind("prose");
        byte[] payload = mixing.encode(text, 22, new Cancellation());
        byte[] mixedPayload = encode(mixing, frame);
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            byte[] damaged = damaged(payload, random);
            assertThat(outcome(() -> decode(mixing, damaged, text.length)))
                    .isEqualTo(outcome(() -> decode(REFERENCE, damaged, text.length)));
            byte[] mixedDamaged = damaged(mixedPayload, random);
            assertThat(outcome(() -> frame.decode(mixing, mixedDamaged, 24)))
                    .isEqualTo(outcome(() -> frame.decode(REFERENCE, mixedDamaged, 24)));
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void rowsInNativeMemoryGiveWhatTheirSumsGive(String path) {
        Mixing mixing = new NativeMixing(path);
        Random random = new Random(9);
        for (long seed = 300; seed < 308; seed++) {
            MixedText frame = MixedText.random(seed);
            byte[] payload = encode(REFERENCE, frame);
            for (int round = 0; round < 6; round++) {
                byte[] given = round == 0 ? payload : damaged(payload, random);
                assertThat(outcome(
                                () -> frame.decode(mixing, given, 24, below -> inNativeMemory(below, frame, random))))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(
                                round == 0
                                        ? HexFormat.of().formatHex(frame.text())
                                        : outcome(() -> frame.decode(REFERENCE, given, 24)));
            }
        }
    }

    @Test
    void aRowOfAnotherVocabularyIsRefused() {
        MixedText frame = MixedText.random(101);
        byte[] payload = encode(REFERENCE, frame);
        int symbols = frame.spelling().vocabulary().size() + 1;
        NativeRow row = NativeRows.of(symbols, symbol -> 3L * symbol, new Random(1));
        assertThatThrownBy(() -> frame.decode(new NativeMixing(), payload, 24, below -> row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a row of %d symbols".formatted(symbols));
    }

    private static NativeRow inNativeMemory(IntToLongFunction below, MixedText frame, Random random) {
        return NativeRows.of(frame.spelling().vocabulary().size(), below, random);
    }

    /** The text in hexadecimal digits, or that there is none. */
    private static String outcome(Supplier<byte[]> decoding) {
        try {
            return HexFormat.of().formatHex(decoding.get());
        } catch (InvalidCodeException e) {
            return "refused";
        }
    }

    private static byte[] decode(Mixing mixing, byte[] payload, int textBytes) {
        byte[] text = new byte[textBytes];
        mixing.decode(payload, 0, payload.length, text, 22, new Cancellation());
        return text;
    }

    private static byte[] damaged(byte[] payload, Random random) {
        byte[] damaged = Arrays.copyOf(payload, payload.length - random.nextInt(3));
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        return damaged;
    }

    @Test
    void cancellingEndsIt() {
        Cancellation cancellation = new Cancellation();
        cancellation.cancel("enough");
        assertThatThrownBy(() -> new NativeMixing().encode(new byte[10], 22, cancellation))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("enough");
    }

    @Test
    void anUnknownPathIsRefusedNamingThoseThereAre() {
        assertThatThrownBy(() -> new NativeMixing("abacus"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("plain");
    }

    private static byte[] encode(Mixing mixing, MixedText frame) {
        return mixing.encode(frame.spelling(), frame.text(), frame.laneStarts(), frame.odds(), 24, new Cancellation());
    }
}
