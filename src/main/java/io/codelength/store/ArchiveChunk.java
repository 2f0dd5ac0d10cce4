package io.codelength.store;

import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;

/** A piece of an object's archive. */
@Entity
@Table(name = "archive_chunks")
class ArchiveChunk {
    /** Which piece of which object; pieces count from 0. */
    @Embeddable
    record Id(UUID objectId, int chunkIndex) {}

    @EmbeddedId
    private Id id = new Id(new UUID(0, 0), 0);

    private byte[] bytes = {};

    /** For JPA. */
    protected ArchiveChunk() {}

    /** @param bytes not copied */
    ArchiveChunk(Id id, byte[] bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    Id id() {
        return id;
    }

    byte[] bytes() {
        return bytes;
    }
}
