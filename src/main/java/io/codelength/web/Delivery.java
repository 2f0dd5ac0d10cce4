package io.codelength.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * How bytes that never change are answered: whole, in part, or not at all because the client has them (RFC 9110, sections
 * 13 and 14).
 *
 * @param tag entity tag, quoted
 * @param length of all the bytes
 * @param part what was asked for; empty for all
 * @param known whether the client has them already
 */
record Delivery(String tag, long length, Optional<ByteRange> part, boolean known) {
    /**
     * Reads what a request asks for.
     *
     * @param sha256 digest of all the bytes
     * @param range its headers, null where it has none; an empty range where {@code ifNoneMatch} holds is no error
     * @throws RangeNotSatisfiableException if no byte of the range exists
     */
    static Delivery of(
            String sha256,
            long length,
            @Nullable String range,
            @Nullable String ifRange,
            @Nullable String ifNoneMatch) {
        String tag = '"' + sha256 + '"';
        boolean known = ifNoneMatch != null && EntityTags.match(ifNoneMatch, tag);
        // A range for another version of the object (If-Range) is answered with the whole of this one.
        boolean whole = known || (ifRange != null && !ifRange.strip().equals(tag));
        return new Delivery(
                tag, length, whole || range == null ? Optional.empty() : ByteRange.parse(range, length), known);
    }

    /**
     * Writes status and headers.
     *
     * @param fileName what to save the bytes as; may be empty
     * @return whether the bytes are to follow
     */
    boolean begin(HttpServletRequest request, HttpServletResponse response, String fileName) {
        response.setHeader(HttpHeaders.ETAG, tag);
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (known) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return false;
        }
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!fileName.isEmpty()) {
            response.setHeader(HttpHeaders.CONTENT_DISPOSITION, disposition(fileName));
        }
        if (part.isPresent()) {
            response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
            response.setHeader(HttpHeaders.CONTENT_RANGE, part.get().contentRange(length));
        }
        response.setContentLengthLong(part.map(ByteRange::length).orElse(length));
        return !request.getMethod().equals("HEAD");
    }

    private static String disposition(String fileName) {
        return ContentDisposition.attachment()
                .filename(fileName, StandardCharsets.UTF_8)
                .build()
                .toString();
    }
}
