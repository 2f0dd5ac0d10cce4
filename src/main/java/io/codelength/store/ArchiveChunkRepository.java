package io.codelength.store;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface ArchiveChunkRepository extends Repository<ArchiveChunk, ArchiveChunk.Id> {
    @Query("select c.bytes from ArchiveChunk c where c.id.objectId = :objectId and c.id.chunkIndex = :chunkIndex")
    Optional<byte[]> bytes(UUID objectId, int chunkIndex);

    @Query("select count(c) from ArchiveChunk c where c.id.objectId = :objectId")
    long count(UUID objectId);
}
