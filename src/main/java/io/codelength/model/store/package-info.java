/**
 * Models on disk: opening what users have, and the folder of installed models.
 *
 * <p>In: paths. Out: {@link io.codelength.model.SourceModel}s to import and {@link io.codelength.model.ExactModel}s to
 * serve. May use {@code model}, and is the only package of the core that names files. It deliberately does not know what is
 * in them.
 */
@NullMarked
package io.codelength.model.store;

import org.jspecify.annotations.NullMarked;
