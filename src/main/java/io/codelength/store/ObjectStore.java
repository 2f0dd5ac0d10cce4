package io.codelength.store;

import io.codelength.codec.CompressionSummary;
import io.codelength.store.ObjectUpload.Written;
import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Stores archives: {@link #begin}, write, {@link #finish}. Nothing is shown, and so nothing acknowledged, before its
 * chunks are committed and were read back.
 */
public final class ObjectStore {
    /** Length of an archive's chunk rows but the last. */
    static final int CHUNK_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ObjectStore.class);

    private final StoredObjectRepository objects;
    private final ArchiveChunkRepository chunks;
    private final EntityManager entities;
    private final TransactionTemplate transaction;
    private final ServiceInstance instance;
    private final Clock clock;
    private final Set<UUID> beingWritten = ConcurrentHashMap.newKeySet();

    ObjectStore(
            StoredObjectRepository objects,
            ArchiveChunkRepository chunks,
            EntityManager entities,
            TransactionTemplate transaction,
            ServiceInstance instance,
            Clock clock) {
        this.objects = objects;
        this.chunks = chunks;
        this.entities = entities;
        this.transaction = transaction;
        this.instance = instance;
        this.clock = clock;
    }

    /** Begins a pending object; close the writer in any case. */
    public ObjectUpload begin(ObjectDescription description) {
        UUID id = UUID.randomUUID();
        // PostgreSQL keeps microseconds; what is answered now is what is read later.
        StoredObject object = new StoredObject(
                id, description, instance.key(), CHUNK_BYTES, clock.instant().truncatedTo(ChronoUnit.MICROS));
        beingWritten.add(id);
        boolean begun = false;
        try {
            transaction.executeWithoutResult(status -> entities.persist(object));
            begun = true;
        } finally {
            if (!begun) {
                beingWritten.remove(id); // if a row is there all the same, the sweep takes it
            }
        }
        return new ObjectUpload(this, id);
    }

    void writeChunk(UUID object, int index, byte[] bytes) throws IOException {
        try {
            transaction.executeWithoutResult(
                    status -> entities.persist(new ArchiveChunk(new ArchiveChunk.Id(object, index), bytes)));
        } catch (org.springframework.dao.DataIntegrityViolationException | jakarta.persistence.PersistenceException e) {
            if (objects.existsById(object)) {
                throw e;
            }
            throw new ObjectGoneException(object, "written");
        }
    }

    /**
     * Reads the archive back from the database, compares it with what was written, and shows the object.
     *
     * @throws IllegalStateException if the database gives other bytes than it was given
     * @throws ObjectGoneException if the pending object was swept, this service having lost its lock
     */
    public StoredObject finish(ObjectUpload writer, CompressionSummary summary) throws IOException {
        UUID id = writer.object();
        Written written = writer.end();
        if (written.bytes() != summary.archiveBytes()) {
            throw new IllegalStateException("the archive of object %s has %d bytes, its compressor counted %d"
                    .formatted(id, written.bytes(), summary.archiveBytes()));
        }
        readBack(id, written);
        int shown = required(transaction.execute(status -> objects.show(
                id,
                instance.key(),
                summary.originalBytes(),
                written.bytes(),
                summary.frames(),
                HexFormat.of().formatHex(summary.sha256()),
                written.sha256())));
        if (shown != 1) {
            throw new ObjectGoneException(id, "written");
        }
        beingWritten.remove(id);
        return find(id).orElseThrow(() -> new ObjectGoneException(id, "written"));
    }

    private void readBack(UUID id, Written written) throws IOException {
        MessageDigest digest = Digests.sha256();
        long bytes = 0;
        for (int index = 0; index < written.chunks(); index++) {
            byte[] chunk = chunks.bytes(id, index).orElseThrow(() -> new ObjectGoneException(id, "written"));
            digest.update(chunk);
            bytes += chunk.length;
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (bytes != written.bytes() || !found.equals(written.sha256()) || chunks.count(id) != written.chunks()) {
            throw new IllegalStateException(
                    "the archive of object %s came back from the database changed: %d bytes with SHA-256 %s, written were %d with %s"
                            .formatted(id, bytes, found, written.bytes(), written.sha256()));
        }
    }

    void abandon(UUID object) {
        if (beingWritten.contains(object)) {
            try {
                remove(object, ObjectState.PENDING);
                beingWritten.remove(object);
            } catch (RuntimeException e) {
                // The database is out of reach, and the sweep tries again; the caller has an error of its own to tell.
                beingWritten.remove(object);
                LOG.warn("the unfinished object {} could not be removed yet: {}", object, e.getMessage());
            }
        }
    }

    /** A stored object's facts. */
    public Optional<StoredObject> find(UUID id) {
        return objects.findByIdAndState(id, ObjectState.STORED);
    }

    /** A stored object's archive. */
    public Optional<StoredArchive> open(UUID id) {
        return find(id).map(object -> new StoredArchive(object, chunks));
    }

    /**
     * Stored objects, newest first.
     *
     * @param after the last object of the page before; empty for the first page
     */
    public List<StoredObject> list(int limit, Optional<PagePosition> after) {
        Limit rows = Limit.of(limit);
        return after.isPresent()
                ? objects.newestAfter(after.get().created(), after.get().id(), rows)
                : objects.newest(rows);
    }

    /** Removes a stored object with its archive; whether there was one. */
    public boolean delete(UUID id) {
        return remove(id, ObjectState.STORED);
    }

    private boolean remove(UUID id, ObjectState state) {
        // The chunks go in the same transaction, by the foreign key.
        return required(transaction.execute(status -> objects.deleteInState(id, state))) == 1;
    }

    /**
     * Removes what dead services, and this one's failed attempts, left pending. Called at start and now and then.
     *
     * @return how many objects were removed
     */
    public int sweep() throws SQLException {
        instance.renewIfLost();
        int removed = 0;
        for (long owner : objects.instancesWithPending()) {
            removed += owner == instance.key() ? sweepOwn() : sweepIfDead(owner);
        }
        return removed;
    }

    private int sweepOwn() {
        int removed = 0;
        for (UUID id : objects.pendingOf(instance.key())) {
            if (!beingWritten.contains(id) && remove(id, ObjectState.PENDING)) {
                removed++;
            }
        }
        return removed;
    }

    private int sweepIfDead(long owner) {
        return required(transaction.execute(status -> {
            // Whoever can take a service's lock knows that its connection is gone.
            if (!objects.tryLock(owner)) {
                return 0;
            }
            int removed = 0;
            for (UUID id : objects.pendingOf(owner)) {
                removed += objects.deleteInState(id, ObjectState.PENDING);
            }
            return removed;
        }));
    }

    private static <T> T required(@org.jspecify.annotations.Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a transaction gave no answer");
        }
        return value;
    }
}
