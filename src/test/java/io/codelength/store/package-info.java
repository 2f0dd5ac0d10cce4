@NullMarked
package io.codelength.store;

import org.jspecify.annotations.NullMarked;
