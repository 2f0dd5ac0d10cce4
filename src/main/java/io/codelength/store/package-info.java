/**
 * Objects and their archives in PostgreSQL: entities, repositories, chunk rows.
 *
 * <p>In: archives as streams of bytes. Out: stored objects, readable at any place. May use {@code codec},
 * {@code container} and {@code limit}. An object is seen by others only when all its chunks are committed and were read
 * back. It deliberately does not know HTTP, nor what the bytes of an archive mean.
 */
@NullMarked
package io.codelength.store;

import org.jspecify.annotations.NullMarked;
