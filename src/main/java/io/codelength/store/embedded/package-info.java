/**
 * The PostgreSQL that the service brings along: unpacked, initialised, started and stopped by us.
 *
 * <p>In: a data directory. Out: a running server of that directory and how to reach it. May use nothing of ours; of
 * libraries only the one that ships PostgreSQL's programs (why not more of it: {@code docs/decisions}) and SLF4J. It deliberately
 * does not know Spring, our tables, or other data directories: a process is touched only when its number, its directory
 * and its start time all say that it is the server of this one.
 */
@NullMarked
package io.codelength.store.embedded;

import org.jspecify.annotations.NullMarked;
