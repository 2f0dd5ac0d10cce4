/**
 * Numeric profile 1 ({@code docs/arithmetic.md}): the operations that give the same bits on every machine.
 *
 * <p>In: float32 vectors, int8 matrices. Out: integers and float32 that every engine reproduces bit for bit. May use
 * nothing of ours. It deliberately does not know tokens, models' file formats or how many threads compute.
 */
@NullMarked
package io.codelength.exact;

import org.jspecify.annotations.NullMarked;
