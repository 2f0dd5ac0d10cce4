/**
 * Tokenizers and vocabularies: bytes to symbols and back.
 *
 * <p>In: any bytes. Out: symbols whose spellings concatenate to exactly those bytes. A <em>symbol</em> is a class of
 * tokens that spell the same bytes; symbols are numbered in the order of those bytes. May use {@code text}. It
 * deliberately does not know models, probabilities or files.
 */
@NullMarked
package io.codelength.token;

import org.jspecify.annotations.NullMarked;
