/**
 * The range coder: intervals of integers to bytes and back.
 *
 * <p>In: (low, frequency, total) with total below 2^48. Out: the fewest bytes that decide. May use nothing of ours. It
 * deliberately does not know where frequencies come from; no floating point here.
 */
@NullMarked
package io.codelength.coding;

import org.jspecify.annotations.NullMarked;
