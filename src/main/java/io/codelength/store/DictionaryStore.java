package io.codelength.store;

import io.codelength.container.Dictionary;
import io.codelength.container.DictionaryId;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionTemplate;

/** Stores dictionaries, and keeps those that objects need. */
public final class DictionaryStore {
    private final StoredDictionaryRepository dictionaries;
    private final EntityManager entities;
    private final TransactionTemplate transaction;
    private final Clock clock;

    DictionaryStore(
            StoredDictionaryRepository dictionaries,
            EntityManager entities,
            TransactionTemplate transaction,
            Clock clock) {
        this.dictionaries = dictionaries;
        this.entities = entities;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * Keeps a dictionary.
     *
     * @return whether it was not stored before; its name stays what it was
     * @throws DictionaryConflictException if another one has its id
     */
    public boolean add(String name, Dictionary dictionary) {
        String id = dictionary.id().toString();
        if (isStored(dictionary)) {
            return false;
        }
        DictionaryFacts facts = new DictionaryFacts(
                id,
                name,
                dictionary.text().length,
                dictionary.sha256(),
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        try {
            transaction.executeWithoutResult(
                    status -> entities.persist(new StoredDictionary(facts, dictionary.text())));
            return true;
        } catch (DataIntegrityViolationException | jakarta.persistence.PersistenceException e) {
            // Somebody else may have stored it meanwhile.
            if (isStored(dictionary)) {
                return false;
            }
            throw e;
        }
    }

    private boolean isStored(Dictionary dictionary) {
        Optional<DictionaryFacts> stored = facts(dictionary.id());
        if (stored.isPresent() && !stored.get().sha256().equals(dictionary.sha256())) {
            throw new DictionaryConflictException(dictionary.id().toString());
        }
        return stored.isPresent();
    }

    /** All of them, newest first. */
    public List<DictionaryFacts> list() {
        return dictionaries.newest();
    }

    /** What is known of one. */
    public Optional<DictionaryFacts> facts(DictionaryId id) {
        return dictionaries.facts(id.toString());
    }

    /** One with its text. */
    public Optional<Dictionary> find(DictionaryId id) {
        return dictionaries.text(id.toString()).map(Dictionary::new);
    }

    /**
     * Removes a dictionary; whether there was one.
     *
     * @throws DictionaryInUseException if objects need it
     */
    public boolean delete(DictionaryId id) {
        try {
            Integer deleted = transaction.execute(status -> dictionaries.delete(id.toString()));
            return deleted != null && deleted == 1;
        } catch (DataIntegrityViolationException e) {
            // The foreign key refuses it, whoever else writes at the same time.
            throw new DictionaryInUseException(id.toString(), dictionaries.objectsWith(id.toString()), e);
        }
    }
}
