package io.codelength.mix;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.codelength.token.Vocabulary;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SpellingTreeTest {
    @Test
    void aPrefixStopsOrGoesOnAndBitsThatAllShareAreNotAsked() {
        SpellingTree tree = tree("a", "ab", "ac");
        int root = tree.root();
        assertEquals(SpellingTree.STOP, tree.decision(root));
        assertEquals(1, tree.bytesBefore(root));
        assertEquals(~0, tree.lower(root));
        int goesOn = tree.upper(root);
        assertEquals(7, tree.decision(goesOn), "'b' and 'c' differ in their last bit only");
        assertEquals(1, tree.bytesBefore(goesOn));
        assertEquals(~1, tree.lower(goesOn));
        assertEquals(~2, tree.upper(goesOn));
    }

    @Test
    void theOnlySymbolIsNeverAskedFor() {
        assertEquals(~0, tree("xyz").root());
    }

    @Test
    void decisionsOnTheWayToASymbolSpellItAndMultiplyToItsProbability() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            byte[][] spellings = spellings(random);
            check(spellings, random, "seed " + seed);
        }
    }

    @Test
    void aVocabularyOfNestedPrefixesIsAsDeepAsItIsLong() {
        byte[][] spellings = new byte[3000][];
        for (int i = 0; i < spellings.length; i++) {
            spellings[i] = new byte[i + 1];
        }
        check(spellings, new Random(1), "nested");
    }

    private static void check(byte[][] spellings, Random random, String what) {
        SpellingTree tree = new SpellingTree(new Vocabulary(spellings));
        long[] below = new long[spellings.length + 1];
        for (int symbol = 0; symbol < spellings.length; symbol++) {
            below[symbol + 1] = below[symbol] + 1 + random.nextInt(1 << random.nextInt(20));
        }
        boolean[] seen = new boolean[Math.max(0, spellings.length - 1)];
        for (int symbol = 0; symbol < spellings.length; symbol++) {
            int low = 0;
            int high = spellings.length;
            BigInteger numerator = BigInteger.ONE;
            BigInteger denominator = BigInteger.ONE;
            int depth = -1;
            int at = tree.root();
            while (at >= 0) {
                seen[at] = true;
                denominator = denominator.multiply(BigInteger.valueOf(below[high] - below[low]));
                boolean upper = symbol >= tree.split(at);
                int decision = tree.decision(at);
                int here = tree.bytesBefore(at) * 9 + (decision == SpellingTree.STOP ? 0 : 1 + decision);
                assertTrue(here > depth, what + ": decisions go forward");
                depth = here;
                if (decision == SpellingTree.STOP) {
                    assertEquals(upper, spellings[symbol].length > tree.bytesBefore(at), what);
                } else {
                    int bit = spellings[symbol][tree.bytesBefore(at)] >>> (7 - decision) & 1;
                    assertEquals(upper ? 1 : 0, bit, what);
                }
                low = upper ? tree.split(at) : low;
                high = upper ? high : tree.split(at);
                numerator = numerator.multiply(BigInteger.valueOf(below[high] - below[low]));
                at = upper ? tree.upper(at) : tree.lower(at);
            }
            assertEquals(~symbol, at, what);
            BigInteger frequency = BigInteger.valueOf(below[symbol + 1] - below[symbol]);
            BigInteger total = BigInteger.valueOf(below[spellings.length]);
            assertEquals(frequency.multiply(denominator), total.multiply(numerator), what);
        }
        for (boolean node : seen) {
            assertTrue(node, what + ": every node lies on a way");
        }
    }

    private static byte[][] spellings(Random random) {
        TreeSet<byte[]> set = new TreeSet<>(Arrays::compareUnsigned);
        int count = 1 + random.nextInt(300);
        int alphabet = 1 + random.nextInt(256);
        while (count-- > 0) {
            byte[] spelling = new byte[1 + random.nextInt(6)];
            for (int i = 0; i < spelling.length; i++) {
                spelling[i] = (byte) random.nextInt(alphabet);
            }
            set.add(spelling);
        }
        return set.toArray(byte[][]::new);
    }

    private static SpellingTree tree(String... spellings) {
        return new SpellingTree(new Vocabulary(
                Arrays.stream(spellings).map(text -> text.getBytes(ISO_8859_1)).toArray(byte[][]::new)));
    }
}
