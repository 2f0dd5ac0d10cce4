package io.codelength.store;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A dictionary with its text. */
@Entity
@Table(name = "dictionaries")
@SuppressWarnings("UnusedVariable") // the columns, which queries read
class StoredDictionary {
    @Id
    private String id = "";

    private String name = "";
    private String sha256 = "";
    private int textBytes;
    private byte[] text = {};
    private Instant created = Instant.EPOCH;

    /** For JPA. */
    protected StoredDictionary() {}

    StoredDictionary(DictionaryFacts facts, byte[] text) {
        id = facts.id();
        name = facts.name();
        sha256 = facts.sha256();
        textBytes = facts.bytes();
        created = facts.created();
        this.text = text;
    }
}
