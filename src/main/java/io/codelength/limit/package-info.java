/**
 * What bounds a call: whether it is still wanted, and how much memory it may take.
 *
 * <p>In: a caller's wish to stop, a number of bytes. Out: exceptions that say which limit was met and how to go on. May
 * use nothing of ours; every other package may use it. It deliberately does not know what is being computed.
 */
@NullMarked
package io.codelength.limit;

import org.jspecify.annotations.NullMarked;
