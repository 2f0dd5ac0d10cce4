package io.codelength.coding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeCoderTest {
    private static final long TOTAL_MAX = RangeEncoder.TOTAL_LIMIT - 1;

    /** One choice: an interval of a total. */
    record Choice(long below, long frequency, long total) {
        double bits() {
            return Math.log((double) total / frequency) / Math.log(2);
        }
    }

    /** How the cases of one kind are made. */
    private interface Source {
        Choice next(Random random);
    }

    private static final List<Source> SOURCES = List.of(
            random -> choice(random, 1 + random.nextInt(300), random.nextDouble()),
            random -> choice(random, 1 + (random.nextLong() & Long.MAX_VALUE) % TOTAL_MAX, random.nextDouble()),
            random -> new Choice(nextBelow(random, TOTAL_MAX), 1, TOTAL_MAX),
            random -> new Choice(0, 1, TOTAL_MAX),
            random -> new Choice(TOTAL_MAX - 1, 1, TOTAL_MAX),
            random -> new Choice(0, TOTAL_MAX, TOTAL_MAX),
            random -> new Choice(0, 1, 1),
            random -> random.nextInt(500) == 0
                    ? new Choice(TOTAL_MAX - 1, 1, TOTAL_MAX)
                    : new Choice(0, TOTAL_MAX - 1, TOTAL_MAX),
            // Just below a half again and again: the number stays at 0.0111… and a carry may run through all of it.
            random -> random.nextInt(40) == 0 ? new Choice(1, 1, 2) : new Choice(127, 1, 256),
            random -> random.nextInt(60) == 0 ? new Choice(255, 1, 256) : new Choice(254, 2, 256),
            random -> choice(random, 1L << (30 + random.nextInt(18)), 1e-9));

    private static Choice choice(Random random, long total, double share) {
        long frequency = Math.max(1, (long) (total * share * random.nextDouble()));
        return new Choice(nextBelow(random, total - frequency + 1), frequency, total);
    }

    private static long nextBelow(Random random, long bound) {
        return (random.nextLong() & Long.MAX_VALUE) % bound;
    }

    private static List<Choice> sequence(long seed, int kind, int length) {
        Random random = new Random(seed);
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            Source source = kind < SOURCES.size() ? SOURCES.get(kind) : SOURCES.get(random.nextInt(SOURCES.size()));
            choices.add(source.next(random));
        }
        return choices;
    }

    private static byte[] encode(List<Choice> choices) {
        RangeEncoder encoder = new RangeEncoder();
        for (Choice choice : choices) {
            encoder.encode(choice.below(), choice.frequency(), choice.total());
        }
        return encoder.finish();
    }

    private static void decodeAndCompare(byte[] payload, List<Choice> choices) {
        RangeDecoder decoder = new RangeDecoder(payload, 0, payload.length);
        for (Choice choice : choices) {
            assertThat(decoder.target(choice.total()))
                    .isBetween(choice.below(), choice.below() + choice.frequency() - 1);
            decoder.advance(choice.below(), choice.frequency(), choice.total());
        }
        decoder.finish();
    }

    @Test
    void whatIsEncodedIsDecoded() {
        for (int kind = 0; kind <= SOURCES.size(); kind++) {
            for (int length : new int[] {0, 1, 2, 3, 7, 50, 2000}) {
                for (int seed = 0; seed < 20; seed++) {
                    List<Choice> choices = sequence(seed, kind, length);
                    decodeAndCompare(encode(choices), choices);
                }
            }
        }
    }

    @Test
    void theBytesAreThoseOfASlowCoderOnUnboundedIntegers() {
        for (int kind = 0; kind <= SOURCES.size(); kind++) {
            for (int length : new int[] {0, 1, 2, 3, 10, 300}) {
                for (int seed = 0; seed < 10; seed++) {
                    List<Choice> choices = sequence(1000 + seed, kind, length);
                    assertThat(encode(choices))
                            .as("seed %d, kind %d, length %d", 1000 + seed, kind, length)
                            .isEqualTo(SlowCoder.encode(choices));
                }
            }
        }
    }

    @Test
    void theSlowCoderReadsWhatTheEncoderWrote() {
        for (int kind = 0; kind <= SOURCES.size(); kind++) {
            for (int seed = 0; seed < 10; seed++) {
                List<Choice> choices = sequence(2000 + seed, kind, 200);
                SlowCoder.decodeAndCompare(encode(choices), choices);
            }
        }
    }

    @Test
    void theLengthIsWithinOneByteOfTheInformation() {
        for (int kind = 0; kind <= SOURCES.size(); kind++) {
            for (int seed = 0; seed < 10; seed++) {
                List<Choice> choices = sequence(3000 + seed, kind, 3000);
                double bits = choices.stream().mapToDouble(Choice::bits).sum();
                // A step loses at most total/range of a part: log2(1 / (1 - total / 2^56)).
                double loss = choices.stream()
                        .mapToDouble(choice -> -Math.log1p(-choice.total() * 0x1p-56) / Math.log(2))
                        .sum();
                assertThat((double) encode(choices).length)
                        .as("seed %d, kind %d", 3000 + seed, kind)
                        .isLessThanOrEqualTo(Math.ceil((bits + loss) / 8 + 1e-6));
            }
        }
    }

    @Test
    void aCarryRunsThroughAThousandBytes() {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(0, 1, 2));
        // The upper edge of [0, 1/2) in smaller and smaller steps: bytes 7F FF FF FF …, until the last choice ends it.
        for (int i = 0; i < 1000; i++) {
            choices.add(new Choice(255, 1, 256));
        }
        decodeAndCompare(encode(choices), choices);
        assertThat(encode(choices)).isEqualTo(SlowCoder.encode(choices));

        // The lower number 0.FF FF …, then over the edge: [254/256, 1) holds more than one byte's worth.
        List<Choice> over = new ArrayList<>();
        over.add(new Choice(1, 2, 4));
        for (int i = 0; i < 1000; i++) {
            over.add(new Choice((1L << 40) / 2 - 1, 2, 1L << 40));
        }
        over.add(new Choice(1, 1, 2));
        decodeAndCompare(encode(over), over);
        assertThat(encode(over)).isEqualTo(SlowCoder.encode(over));
    }

    @Test
    void nothingAndCertaintiesTakeNoBytes() {
        assertThat(encode(List.of())).isEmpty();
        assertThat(encode(sequence(1, 6, 1000))).isEmpty();
        assertThat(encode(List.of(new Choice(0, 1, 2)))).isEmpty();
        assertThat(encode(List.of(new Choice(1, 1, 2)))).containsExactly(0x80);
    }

    @Test
    void noShorterPayloadDecodes() {
        for (int seed = 0; seed < 200; seed++) {
            List<Choice> choices = sequence(4000 + seed, SOURCES.size(), 30);
            byte[] payload = encode(choices);
            boolean endsInZeros = SlowCoder.encode(choices).length < payload.length;
            if (payload.length > 0 && !endsInZeros && payload[payload.length - 1] != 0) {
                byte[] shorter = Arrays.copyOf(payload, payload.length - 1);
                assertThatThrownBy(() -> decodeAndCompare(shorter, choices))
                        .as("seed %d", 4000 + seed)
                        .isNotNull();
                if (shorter.length > 0 && ++shorter[shorter.length - 1] != 0) {
                    assertThatThrownBy(() -> decodeAndCompare(shorter, choices)).isNotNull();
                }
            }
        }
    }

    @Test
    void aPayloadThatEndsTooEarlyIsReported() {
        RangeDecoder decoder = new RangeDecoder(new byte[0], 0, 0);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        decoder.target(256);
                        decoder.advance(0, 1, 256);
                    }
                })
                .isInstanceOf(InvalidCodeException.class);
    }

    @Test
    void aPayloadThatGoesOnIsReported() {
        List<Choice> choices = sequence(5, 0, 100);
        byte[] payload = encode(choices);
        byte[] longer = Arrays.copyOf(payload, payload.length + 1);
        longer[payload.length] = 1;
        byte[] muchLonger = Arrays.copyOf(payload, payload.length + 20);
        assertThatThrownBy(() -> decodeAndCompare(muchLonger, choices)).isInstanceOf(InvalidCodeException.class);
        assertThatThrownBy(() -> {
                    decodeAndCompare(longer, choices);
                    decodeAndCompare(Arrays.copyOf(longer, payload.length + 2), choices);
                })
                .isInstanceOf(InvalidCodeException.class);
    }

    @Test
    void anyBytesDecodeToSymbolsOrAnErrorAndEnd() {
        Random random = new Random(6);
        for (int i = 0; i < 3000; i++) {
            byte[] payload = new byte[random.nextInt(40)];
            random.nextBytes(payload);
            if (i % 10 == 0) {
                Arrays.fill(payload, (byte) 0xFF);
            }
            RangeDecoder decoder = new RangeDecoder(payload, 0, payload.length);
            int steps = 0;
            try {
                while (steps < 1000) {
                    long total = 2 + nextBelow(random, TOTAL_MAX - 2);
                    long target = decoder.target(total);
                    assertThat(target).isBetween(0L, total - 1);
                    long below = target / 2;
                    decoder.advance(below, Math.max(1, Math.min(total - below, target - below + 1)), total);
                    steps++;
                }
            } catch (InvalidCodeException expected) {
                steps = 0;
            }
            assertThat(steps).isLessThan(1000);
        }
    }

    /** As native code does: looks ahead, decodes there, and says how far it came. */
    @Test
    void aDecoderGoesOnWhereAnotherOneArrived() {
        List<Choice> choices = sequence(5, 0, 200);
        byte[] payload = encode(choices);
        RangeDecoder whole = new RangeDecoder(payload, 0, payload.length);
        RangeDecoder follower = new RangeDecoder(payload, 0, payload.length);
        byte[] seen = new byte[payload.length];
        int read = Math.min(8, payload.length);
        for (Choice choice : choices) {
            ByteBuffer ahead = ByteBuffer.wrap(seen);
            assertThat(follower.peek(ahead, 6)).isEqualTo(Math.min(6, payload.length - read));
            whole.target(choice.total());
            whole.advance(choice.below(), choice.frequency(), choice.total());
            int left = whole.peek(ByteBuffer.wrap(seen), seen.length);
            follower.resume(whole.code(), whole.range(), payload.length - left - read, whole.pastEnd());
            read = payload.length - left;
        }
        follower.finish();
        assertThatThrownBy(() -> follower.resume(0, -1, 1, follower.pastEnd()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 bytes read of 0");
        assertThatThrownBy(() -> follower.resume(0, -1, 0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void intervalsOutsideTheTotalAreRefused() {
        RangeEncoder encoder = new RangeEncoder();
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(0, 0, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(-1, 1, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(3, 3, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(0, 1, RangeEncoder.TOTAL_LIMIT));
        assertThatIllegalArgumentException().isThrownBy(() -> encoder.encode(Long.MAX_VALUE, Long.MAX_VALUE, 5));
        RangeDecoder decoder = new RangeDecoder(new byte[] {(byte) 0x80}, 0, 1);
        assertThat(decoder.target(2)).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> decoder.advance(0, 1, 2));
    }

    /**
     * The foreign coder: no renormalisation, no carry, no shifting. The number is an exact fraction low / 2^scale with as
     * many bits as it takes; written from docs/format.md, "Range coder".
     */
    private static final class SlowCoder {
        private BigInteger low = BigInteger.ZERO;
        private BigInteger range = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
        private int shifted;

        private void narrow(Choice choice) {
            BigInteger total = BigInteger.valueOf(choice.total());
            BigInteger part = range.divide(total);
            BigInteger start = part.multiply(BigInteger.valueOf(choice.below()));
            low = low.add(start);
            range = choice.below() + choice.frequency() == choice.total()
                    ? range.subtract(start)
                    : part.multiply(BigInteger.valueOf(choice.frequency()));
            while (range.bitLength() <= 56) {
                range = range.shiftLeft(8);
                low = low.shiftLeft(8);
                shifted++;
            }
        }

        static byte[] encode(List<Choice> choices) {
            SlowCoder coder = new SlowCoder();
            choices.forEach(coder::narrow);
            // The interval is [low, low + range) in units of 256^-(8 + shifted). Try 0, 1, 2… bytes.
            int digits = 8 + coder.shifted;
            for (int length = Math.max(0, coder.shifted - 8); ; length++) {
                BigInteger unit = BigInteger.ONE.shiftLeft(8 * (digits - length));
                BigInteger value = coder.low.add(unit).subtract(BigInteger.ONE).divide(unit);
                if (value.multiply(unit).compareTo(coder.low.add(coder.range)) < 0) {
                    byte[] all = value.toByteArray();
                    byte[] payload = new byte[length];
                    for (int i = 0; i < length && i < all.length; i++) {
                        payload[length - 1 - i] = all[all.length - 1 - i];
                    }
                    return payload;
                }
            }
        }

        static void decodeAndCompare(byte[] payload, List<Choice> choices) {
            SlowCoder coder = new SlowCoder();
            for (Choice choice : choices) {
                int digits = 8 + coder.shifted;
                BigInteger value = new BigInteger(1, Arrays.copyOf(payload, Math.max(digits, payload.length)))
                        .shiftRight(8 * Math.max(0, payload.length - digits));
                BigInteger part = coder.range.divide(BigInteger.valueOf(choice.total()));
                long target = value.subtract(coder.low)
                        .divide(part)
                        .min(BigInteger.valueOf(choice.total() - 1))
                        .longValueExact();
                assertThat(target).isBetween(choice.below(), choice.below() + choice.frequency() - 1);
                coder.narrow(choice);
            }
        }
    }

    @Test
    void bitsComeBackAndCostWhatTheirProbabilitiesSay() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int length = random.nextInt(3000);
            int[] bits = new int[length];
            int[] ones = new int[length];
            double cost = 0;
            RangeEncoder encoder = new RangeEncoder();
            for (int i = 0; i < length; i++) {
                ones[i] = switch (random.nextInt(4)) {
                    case 0 -> 1;
                    case 1 -> 65535;
                    default -> 1 + random.nextInt(65535);
                };
                bits[i] = random.nextInt(65536) < ones[i] ? 1 : 0;
                cost -= Math.log((bits[i] == 1 ? ones[i] : 65536 - ones[i]) / 65536.0) / Math.log(2);
                encoder.encodeBit(bits[i], ones[i]);
            }
            byte[] payload = encoder.finish();
            assertThat(payload.length).as("seed %d", seed).isLessThanOrEqualTo((int) Math.ceil(cost / 8 + 1e-6));
            RangeDecoder decoder = new RangeDecoder(payload, 0, payload.length);
            for (int i = 0; i < length; i++) {
                assertThat(decoder.decodeBit(ones[i])).isEqualTo(bits[i]);
            }
            decoder.finish();
        }
    }

    @Test
    void aBitIsAnIntervalOfTwoToTheSixteen() {
        RangeEncoder asBits = new RangeEncoder();
        RangeEncoder asIntervals = new RangeEncoder();
        Random random = new Random(5);
        for (int i = 0; i < 5000; i++) {
            int one = 1 + random.nextInt(65535);
            int bit = random.nextInt(2);
            asBits.encodeBit(bit, one);
            asIntervals.encode(bit == 1 ? 0 : one, bit == 1 ? one : 65536 - one, 65536);
        }
        assertThat(asBits.finish()).isEqualTo(asIntervals.finish());
        assertThatIllegalArgumentException().isThrownBy(() -> new RangeEncoder().encodeBit(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new RangeEncoder().encodeBit(0, 65536));
    }
}
