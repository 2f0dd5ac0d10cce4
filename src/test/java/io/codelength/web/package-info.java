@NullMarked
package io.codelength.web;

import org.jspecify.annotations.NullMarked;
