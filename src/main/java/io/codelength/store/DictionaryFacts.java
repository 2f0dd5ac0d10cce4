package io.codelength.store;

import java.time.Instant;

/**
 * What is known of a stored dictionary beside its text.
 *
 * @param id what archives call it, eight hexadecimal digits
 * @param name what the user calls it; may be empty
 * @param bytes of its text
 * @param sha256 digest of its text, in hexadecimal digits
 */
public record DictionaryFacts(String id, String name, int bytes, String sha256, Instant created) {}
