package io.codelength.exact;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The test vectors of {@code docs/arithmetic.md}, read from the page itself. */
public final class DocumentVectors {
    private static final Path DOCUMENT = Path.of("docs/arithmetic.md");

    private DocumentVectors() {}

    /** One line: fields of one or more numbers each. */
    public record Vector(String line, List<String[]> fields) {
        /** [numbers] float32 of a field, given by their bits. */
        public float[] floats(int field) {
            String[] numbers = fields.get(field);
            float[] values = new float[numbers.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = number(field, i);
            }
            return values;
        }

        float number(int field, int index) {
            return Float.intBitsToFloat(Integer.parseUnsignedInt(fields.get(field)[index], 16));
        }

        double wide(int field, int index) {
            return Double.longBitsToDouble(Long.parseUnsignedLong(fields.get(field)[index], 16));
        }

        /** [numbers] integers of a field. */
        public long[] integers(int field) {
            return Arrays.stream(fields.get(field)).mapToLong(Long::parseLong).toArray();
        }

        /** The first integer of a field. */
        public int integer(int field) {
            return Math.toIntExact(integers(field)[0]);
        }
    }

    /**
     * The vectors of one operation.
     *
     * @throws IllegalStateException if the page has none of that name
     */
    public static List<Vector> of(String name) {
        String page;
        try {
            page = Files.readString(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Matcher block = Pattern.compile("```vectors " + name + "\n(.+?)```", Pattern.DOTALL)
                .matcher(page);
        if (!block.find()) {
            throw new IllegalStateException("no vectors '" + name + "' in " + DOCUMENT);
        }
        return block.group(1)
                .lines()
                .map(line -> new Vector(
                        line,
                        Arrays.stream(line.split(" : "))
                                .map(field -> field.split(" "))
                                .toList()))
                .toList();
    }
}
