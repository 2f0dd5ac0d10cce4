/**
 * The REST service under {@code /v1}: controllers, limits, problem details.
 *
 * <p>In: HTTP requests. Out: answers that are whole and verified, or a problem that says what to do, or a broken
 * connection. May use {@code codec}, {@code store}, {@code container}, {@code model}, {@code predict} and {@code limit}.
 * It deliberately does not know which engine predicts, where models lie, or how the database is run.
 */
@NullMarked
package io.codelength.web;

import org.jspecify.annotations.NullMarked;
