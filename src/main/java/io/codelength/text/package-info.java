/**
 * Bytes to frames' spans and lanes' chunks.
 *
 * <p>In: any bytes. Out: contiguous ranges of them. May use nothing of ours. It deliberately does not know tokens.
 */
@NullMarked
package io.codelength.text;

import org.jspecify.annotations.NullMarked;
