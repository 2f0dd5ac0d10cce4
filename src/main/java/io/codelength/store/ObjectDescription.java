package io.codelength.store;

/**
 * What is known of an object before its bytes.
 *
 * @param name what the user calls it; may be empty
 * @param tier the tier it is compressed with
 * @param model fingerprint of the model, 64 hexadecimal digits; empty if the tier uses none
 * @param modelName the model's short name; empty if there is none
 * @param dictionary id of the dictionary that its archive needs; empty if it needs none
 */
public record ObjectDescription(String name, String tier, String model, String modelName, String dictionary) {
    /** Without a dictionary. */
    public ObjectDescription(String name, String tier, String model, String modelName) {
        this(name, tier, model, modelName, "");
    }
}
