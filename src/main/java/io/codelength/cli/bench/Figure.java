package io.codelength.cli.bench;

/**
 * One number of a report.
 *
 * @param part of the report
 * @param what was measured
 * @param unit of the value, as in {@code tokens/s}; {@code times} for a ratio
 */
public record Figure(String part, String what, double value, String unit) {}
