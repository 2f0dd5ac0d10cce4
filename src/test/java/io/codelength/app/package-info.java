@NullMarked
package io.codelength.app;

import org.jspecify.annotations.NullMarked;
