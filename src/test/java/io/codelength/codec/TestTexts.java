package io.codelength.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Small texts of our own, from a seed, that look like what people keep and like what nobody should. */
public final class TestTexts {
    private static final String[] WORDS = {
        "the",
        "water",
        "of",
        "ein",
        "Straße",
        "été",
        "мир",
        "город",
        "こんにちは",
        "世界",
        "שלום",
        "नमस्ते",
        "🙂",
        "1984",
        "def",
        "return",
        "x",
        "==",
        "https://example.org/a?b=c",
        "…",
        "naïve",
        "ﬁ"
    };

    private TestTexts() {}

    /** Words of many scripts with punctuation and line ends, cut to the length in bytes wherever that falls. */
    public static byte[] words(int bytes, long seed) {
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (out.size() < bytes) {
            String word = WORDS[random.nextInt(WORDS.length)];
            out.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            out.writeBytes((random.nextInt(9) == 0 ? ".\r\n" : " ").getBytes(StandardCharsets.UTF_8));
        }
        return Arrays.copyOf(out.toByteArray(), bytes);
    }

    public static byte[] random(int bytes, long seed) {
        byte[] noise = new byte[bytes];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    /** What breaks other compressors, by name. */
    public static Map<String, byte[]> awkward() {
        Map<String, byte[]> texts = new LinkedHashMap<>();
        texts.put("empty", new byte[0]);
        texts.put("one zero", new byte[1]);
        texts.put("zeros", new byte[3000]);
        texts.put("control token", text("before <|endoftext|> after <s></s><|im_start|>".repeat(60)));
        texts.put("SentencePiece's space", text("▁a ▁ b▁▁ ▁".repeat(150)));
        texts.put("lone surrogate in UTF-8", new byte[] {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80, 'b'});
        texts.put("overlong and cut off", new byte[] {(byte) 0xC0, (byte) 0xAF, (byte) 0xE2, (byte) 0x82});
        texts.put("byte-order mark and CR LF", text("\uFEFFone\r\ntwo\r\n\r\nthree\n\rfour\r"));
        texts.put("one long line", text("abcdefghij".repeat(700)));
        texts.put("one long line of letters", noSpaces(9000));
        texts.put("all bytes", allBytes());
        texts.put("noise", random(2500, 7));
        texts.put("noise beyond a frame", random(300_000, 8));
        return texts;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] noSpaces(int bytes) {
        Random random = new Random(3);
        byte[] line = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            line[i] = (byte) ('a' + random.nextInt(26));
        }
        return line;
    }

    private static byte[] allBytes() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        return all;
    }
}
