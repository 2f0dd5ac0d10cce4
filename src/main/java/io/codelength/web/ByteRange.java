package io.codelength.web;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of bytes, zero-based and inclusive.
 *
 * @param first first byte
 * @param last last byte, at least {@code first}
 */
record ByteRange(long first, long last) {
    // Eighteen digits fit a long; no object is longer.
    private static final Pattern ONE_RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})", Pattern.CASE_INSENSITIVE);

    /**
     * Reads a {@code Range} header (RFC 9110, section 14).
     *
     * @return empty if the header asks for something that may be ignored: other units, several ranges, bad syntax
     * @throws RangeNotSatisfiableException if no byte of the range exists
     */
    static Optional<ByteRange> parse(String header, long length) {
        Matcher parts = ONE_RANGE.matcher(header.strip());
        if (!parts.matches() || (parts.group(1).isEmpty() && parts.group(2).isEmpty())) {
            return Optional.empty();
        }
        boolean suffix = parts.group(1).isEmpty();
        long number = Long.parseLong(suffix ? parts.group(2) : parts.group(1));
        long first = suffix ? Math.max(0, length - number) : number;
        long last = suffix || parts.group(2).isEmpty() ? length - 1 : Long.parseLong(parts.group(2));
        if (!suffix && last < first && !parts.group(2).isEmpty()) {
            return Optional.empty();
        }
        if (first >= length) {
            throw new RangeNotSatisfiableException(header, length);
        }
        return Optional.of(new ByteRange(first, Math.min(last, length - 1)));
    }

    long length() {
        return last - first + 1;
    }

    String contentRange(long total) {
        return "bytes %d-%d/%d".formatted(first, last, total);
    }
}
