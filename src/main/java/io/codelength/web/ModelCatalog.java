package io.codelength.web;

import java.util.List;

/** The models that requests may name. */
@FunctionalInterface
public interface ModelCatalog {
    /** Shipped models first, then installed ones by name. */
    List<ModelSummary> models();

    /**
     * A model's facts.
     *
     * @param name its short name
     * @param fingerprint 64 hexadecimal digits
     * @param shipped whether it ships inside the program
     * @param bytes length of its exact file
     */
    record ModelSummary(String name, String fingerprint, boolean shipped, long bytes) {}
}
