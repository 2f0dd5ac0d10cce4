package io.codelength.store;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface StoredDictionaryRepository extends Repository<StoredDictionary, String> {
    @Query("""
            select new io.codelength.store.DictionaryFacts(d.id, d.name, d.textBytes, d.sha256, d.created)
            from StoredDictionary d order by d.created desc, d.id""")
    List<DictionaryFacts> newest();

    @Query("""
            select new io.codelength.store.DictionaryFacts(d.id, d.name, d.textBytes, d.sha256, d.created)
            from StoredDictionary d where d.id = :id""")
    Optional<DictionaryFacts> facts(String id);

    @Query("select d.text from StoredDictionary d where d.id = :id")
    Optional<byte[]> text(String id);

    @Query("select count(o) from StoredObject o where o.dictionary = :id")
    long objectsWith(String id);

    @Modifying
    @Query("delete from StoredDictionary d where d.id = :id")
    int delete(String id);
}
