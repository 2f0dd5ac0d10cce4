package io.codelength.container;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The foreign reader: written from docs/format.md alone, one field after the other, sharing nothing with the reader under
 * test but the toy coder of payloads. Any broken rule is an error without finesse.
 */
final class SlowReader {
    private final String digits; // two a byte
    private int at; // in bytes
    final List<String> frames = new ArrayList<>();

    private SlowReader(byte[] archive) {
        this.digits = HexFormat.of().formatHex(archive);
    }

    /** The original, with everything checked that the document says can be. */
    static byte[] read(byte[] archive) {
        SlowReader reader = new SlowReader(archive);
        return reader.digits.startsWith("9e") ? reader.compact() : reader.full();
    }

    private byte[] full() {
        demand(take(3).equals("c14c4e"), "magic");
        demand(number(1) == 1, "version");
        int fieldsBytes = number(1);
        String fields = take(fieldsBytes);
        demand(crc32c(digits.substring(0, 2 * at)).equals(take(4)), "header checksum");
        Set<Integer> fieldTypes = fieldTypes(fields);

        StringBuilder original = new StringBuilder();
        StringBuilder table = new StringBuilder();
        String mark = take(4);
        for (; mark.equals("fe46524d"); mark = take(4)) {
            int head = at;
            String descriptor = take(6);
            table.append(descriptor);
            BigInteger bits = littleEndian(descriptor);
            int method = bits(bits, 0, 3);
            int lanes = bits(bits, 3, 5) + 1;
            int originalBytes = bits(bits, 8, 20) + 1;
            int payloadBytes = bits(bits, 28, 20);
            demand(method != 4, "method");
            String originalCrc = method == 0 ? "" : take(4);
            String payloadCrc = take(4);
            demand(crc16(digits.substring(2 * head, 2 * at)).equals(take(2)), "head checksum");
            if (method == 0) {
                demand(lanes == 1 && payloadBytes == 0, "stored descriptor");
                payloadBytes = originalBytes;
            } else {
                demand(payloadBytes < originalBytes && lanes <= originalBytes, "coded descriptor");
                demand((method & 3) == 1 || fieldTypes.contains(1), "model");
                demand((method & 3) == 2 || fieldTypes.contains(2), "memory of context mixing");
            }
            String payload = take(payloadBytes);
            demand(crc32c(payload).equals(payloadCrc), "payload checksum");
            String part = payload;
            if (method != 0) {
                part = hex(TestArchive.expand(bytes(payload), originalBytes));
                demand(crc32c(part).equals(originalCrc), "original checksum");
            }
            original.append(part);
            frames.add(
                    "method %d lanes %d original %d payload %d".formatted(method, lanes, originalBytes, payloadBytes));
        }

        int footer = at - 4;
        demand(mark.equals("fd454e44"), "mark");
        demand(take(table.length() / 2).contentEquals(table), "seek table");
        String digest = take(16);
        demand(take(fieldsBytes).equals(fields), "fields again");
        demand(number(1) == fieldsBytes, "length of the fields again");
        int length = number(4);
        demand(crc32c(digits.substring(2 * footer, 2 * at)).equals(take(4)), "footer checksum");
        demand(take(4).equals("014e4cc1"), "end");
        demand(length == at - footer, "footer length");
        demand(2 * at == digits.length(), "nothing after the end");
        byte[] restored = bytes(original.toString());
        demand(hex(TestArchive.sha256(restored)).startsWith(digest), "digest");
        return restored;
    }

    private static Set<Integer> fieldTypes(String fields) {
        Set<Integer> types = new HashSet<>();
        int last = -1;
        for (int i = 0; i < fields.length(); ) {
            int type = Integer.parseInt(fields.substring(i, i + 1), 16);
            int length = Integer.parseInt(fields.substring(i + 1, i + 2), 16);
            i += 2;
            if (length == 15) {
                length = Integer.parseInt(fields.substring(i, i + 2), 16);
                demand(length >= 15, "long length");
                i += 2;
            }
            String value = fields.substring(i, i + 2 * length);
            i += 2 * length;
            demand(type > last, "order of fields");
            last = type;
            types.add(type);
            if (type == 1) {
                demand(length == 6 || length == 21, "model field");
                demand(value.startsWith("01"), "profile");
                int window = littleEndian(value.substring(2, 6)).intValue();
                int overlap = littleEndian(value.substring(6, 10)).intValue();
                demand(window >= 2 && overlap <= window - 2, "window");
                demand(length == 21 || !value.endsWith("00"), "model number");
            } else if (type == 2) {
                demand(length == 1 && value.compareTo("10") >= 0 && value.compareTo("1a") <= 0, "memory field");
            } else {
                demand(type >= 8, "critical field");
            }
        }
        return types;
    }

    private byte[] compact() {
        demand(take(2).equals("9eb1"), "magic and version");
        int method = number(1);
        boolean overlaps = method >= 128;
        boolean hasDictionary = method % 128 >= 64;
        method = method % 64;
        demand(method < 8 && method != 4, "method");
        demand(!overlaps || (method & 3) >= 2, "overlap without a model");
        demand(!hasDictionary || method % 2 == 1, "a dictionary that nothing needs");
        int group = number(1);
        int originalBytes = group % 128;
        for (int worth = 128; group >= 128; worth *= 128) {
            group = number(1);
            demand(worth <= 128 * 128 && group != 0, "length");
            originalBytes += group % 128 * worth;
        }
        demand(originalBytes <= 16_384, "length");
        if ((method & 3) >= 2 && number(1) == 0) {
            take(8);
        }
        if (hasDictionary) {
            take(4);
        }
        String head = digits.substring(0, 2 * at);
        String checksum = take(4);
        String payload = digits.substring(2 * at);
        if (method == 0) {
            demand(payload.length() == 2 * originalBytes, "stored length");
            demand(crc32c(head + payload).equals(checksum), "checksum");
            return bytes(payload);
        }
        demand(payload.length() < 2 * originalBytes, "payload length");
        byte[] original = TestArchive.expand(bytes(payload), originalBytes);
        demand(crc32c(head + payload + hex(original)).equals(checksum), "checksum");
        return original;
    }

    private String take(int count) {
        demand(2 * (at + count) <= digits.length(), "length of the archive");
        at += count;
        return digits.substring(2 * (at - count), 2 * at);
    }

    private int number(int count) {
        return littleEndian(take(count)).intValueExact();
    }

    private static BigInteger littleEndian(String field) {
        BigInteger value = BigInteger.ZERO;
        for (int i = field.length(); i > 0; i -= 2) {
            value = value.shiftLeft(8).add(new BigInteger(field.substring(i - 2, i), 16));
        }
        return value;
    }

    private static int bits(BigInteger value, int from, int count) {
        return value.shiftRight(from).mod(BigInteger.ONE.shiftLeft(count)).intValueExact();
    }

    /** Bit by bit, as a division of polynomials, least significant bit first. */
    private static String crc32c(String message) {
        long crc = 0xFFFFFFFFL;
        for (byte value : bytes(message)) {
            for (int bit = 0; bit < 8; bit++) {
                long out = (crc ^ (value >> bit)) & 1;
                crc = (crc >> 1) ^ (out == 1 ? 0x82F63B78L : 0);
            }
        }
        return littleEndianHex(crc ^ 0xFFFFFFFFL, 4);
    }

    private static String crc16(String message) {
        int crc = 0xFFFF;
        for (byte value : bytes(message)) {
            for (int bit = 7; bit >= 0; bit--) {
                int out = ((crc >> 15) ^ (value >> bit)) & 1;
                crc = ((crc << 1) & 0xFFFF) ^ (out == 1 ? 0x1021 : 0);
            }
        }
        return littleEndianHex(crc, 2);
    }

    private static String littleEndianHex(long value, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (value >> (8 * i));
        }
        return hex(bytes);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static void demand(boolean kept, String what) {
        if (!kept) {
            throw new IllegalArgumentException("not a valid archive: " + what);
        }
    }

    /** Whether the document calls these bytes valid. */
    static boolean accepts(byte[] archive) {
        try {
            read(archive);
            return true;
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException | ArithmeticException e) {
            return false;
        }
    }
}
