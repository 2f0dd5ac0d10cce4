package io.codelength.engine.pytorch;

import ai.djl.pytorch.engine.PtNDArray;

/**
 * Rows of integers carried as float32, and what one step of each row is worth.
 *
 * @param values [rows, columns] or [rows, heads, columns], integers
 * @param scales the same with one column
 */
record Quantized(PtNDArray values, PtNDArray scales) {}
