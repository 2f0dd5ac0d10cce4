package io.codelength.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface StoredObjectRepository extends JpaRepository<StoredObject, UUID> {
    Optional<StoredObject> findByIdAndState(UUID id, ObjectState state);

    @Query("select o from StoredObject o where o.state = STORED order by o.created desc, o.id desc")
    List<StoredObject> newest(Limit limit);

    /** The objects that {@link #newest} would show after one of the given time and id, which need not exist any more. */
    @Query("""
            select o from StoredObject o where o.state = STORED
              and (o.created < :created or o.created = :created and o.id < :id)
            order by o.created desc, o.id desc""")
    List<StoredObject> newestAfter(Instant created, UUID id, Limit limit);

    @Modifying
    @Query("delete from StoredObject o where o.id = :id and o.state = :state")
    int deleteInState(UUID id, ObjectState state);

    /** Shows a pending object, if it is still this service's. */
    @Modifying
    @Query("""
            update StoredObject o set o.state = STORED, o.originalBytes = :originalBytes, o.archiveBytes = :archiveBytes,
              o.frames = :frames, o.sha256 = :sha256, o.archiveSha256 = :archiveSha256
            where o.id = :id and o.state = PENDING and o.instance = :instance""")
    int show(
            UUID id,
            long instance,
            long originalBytes,
            long archiveBytes,
            int frames,
            String sha256,
            String archiveSha256);

    @Query("select distinct o.instance from StoredObject o where o.state = PENDING")
    List<Long> instancesWithPending();

    @Query("select o.id from StoredObject o where o.state = PENDING and o.instance = :instance")
    List<UUID> pendingOf(long instance);

    /** Takes the instance's lock until the transaction ends, if nobody holds it. */
    @Query(value = "select pg_try_advisory_xact_lock(:instance)", nativeQuery = true)
    boolean tryLock(long instance);
}
