package io.codelength.store;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An object's facts; its archive lies in {@link ArchiveChunk}s. */
@Entity
@Table(name = "objects")
public class StoredObject {
    @Id
    private UUID id = new UUID(0, 0);

    private String name = "";

    @Enumerated(EnumType.STRING)
    private ObjectState state = ObjectState.PENDING;

    private long instance;
    private String tier = "";
    private String model = "";
    private String modelName = "";
    private @Nullable String dictionary;
    private long originalBytes;
    private long archiveBytes;
    private int frames;
    private int chunkBytes;
    private String sha256 = "";
    private String archiveSha256 = "";
    private Instant created = Instant.EPOCH;

    /** For JPA. */
    protected StoredObject() {}

    /**
     * A pending object.
     *
     * @param instance the service that writes it
     * @param chunkBytes length of all its chunks but the last
     */
    StoredObject(UUID id, ObjectDescription description, long instance, int chunkBytes, Instant created) {
        this.id = id;
        this.name = description.name();
        this.tier = description.tier();
        this.model = description.model();
        this.modelName = description.modelName();
        this.dictionary = description.dictionary().isEmpty() ? null : description.dictionary();
        this.instance = instance;
        this.chunkBytes = chunkBytes;
        this.created = created;
    }

    public UUID id() {
        return id;
    }

    /** What the user called it; empty if nothing. */
    public String name() {
        return name;
    }

    public String tier() {
        return tier;
    }

    /** Fingerprint of the model it was compressed with, 64 hexadecimal digits; empty if its tier uses none. */
    public String model() {
        return model;
    }

    /** The model's short name, for people; empty if there is none. */
    public String modelName() {
        return modelName;
    }

    /** Id of the dictionary that its archive needs; empty if it needs none. */
    public String dictionary() {
        return dictionary == null ? "" : dictionary;
    }

    public long originalBytes() {
        return originalBytes;
    }

    public long archiveBytes() {
        return archiveBytes;
    }

    public int frames() {
        return frames;
    }

    /** Digest of the original, 64 hexadecimal digits. */
    public String sha256() {
        return sha256;
    }

    /** Digest of the archive, 64 hexadecimal digits. */
    public String archiveSha256() {
        return archiveSha256;
    }

    public Instant created() {
        return created;
    }

    ObjectState state() {
        return state;
    }

    /** The advisory lock's key of the service that wrote or writes it. */
    long instance() {
        return instance;
    }

    int chunkBytes() {
        return chunkBytes;
    }
}
