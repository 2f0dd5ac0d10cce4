package io.codelength.web;

import java.util.Arrays;

/** Compares entity tags as {@code If-None-Match} wants it (RFC 9110, section 13.1.2). */
final class EntityTags {
    private EntityTags() {}

    /** @param header a list of tags, weak ones among them, or {@code *} */
    static boolean match(String header, String tag) {
        // Our tags hold hexadecimal digits only, so no tag of ours is cut at a comma.
        return Arrays.stream(header.split(","))
                .map(String::strip)
                .map(each -> each.startsWith("W/") ? each.substring(2) : each)
                .anyMatch(each -> each.equals("*") || each.equals(tag));
    }
}
