@NullMarked
package io.codelength.store.embedded;

import org.jspecify.annotations.NullMarked;
