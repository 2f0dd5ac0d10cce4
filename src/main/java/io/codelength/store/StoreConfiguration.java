package io.codelength.store;

import jakarta.persistence.EntityManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Makes an {@link ObjectStore} and a {@link DictionaryStore} over the application's database, and keeps it swept. */
@Configuration(proxyBeanMethods = false)
@EntityScan(basePackageClasses = StoredObject.class)
@EnableJpaRepositories(basePackageClasses = StoredObject.class)
@EnableScheduling
public class StoreConfiguration {
    @Bean
    ServiceInstance serviceInstance(JdbcConnectionDetails database) throws SQLException {
        // Not from the pool: closing a pooled connection would keep its locks.
        DriverManagerDataSource connections = new DriverManagerDataSource();
        connections.setUrl(database.getJdbcUrl());
        connections.setUsername(database.getUsername());
        connections.setPassword(database.getPassword());
        return new ServiceInstance(connections);
    }

    @Bean
    ObjectStore objectStore(
            StoredObjectRepository objects,
            ArchiveChunkRepository chunks,
            EntityManager entities,
            PlatformTransactionManager transactions,
            ServiceInstance instance) {
        return new ObjectStore(
                objects, chunks, entities, new TransactionTemplate(transactions), instance, Clock.systemUTC());
    }

    @Bean
    DictionaryStore dictionaryStore(
            StoredDictionaryRepository dictionaries, EntityManager entities, PlatformTransactionManager transactions) {
        return new DictionaryStore(dictionaries, entities, new TransactionTemplate(transactions), Clock.systemUTC());
    }

    @Bean
    Sweeper sweeper(ObjectStore store) throws SQLException {
        Sweeper sweeper = new Sweeper(store);
        sweeper.sweep();
        return sweeper;
    }

    /** Calls {@link ObjectStore#sweep}. */
    static final class Sweeper {
        private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

        private final ObjectStore store;

        Sweeper(ObjectStore store) {
            this.store = store;
        }

        void sweep() throws SQLException {
            int removed = store.sweep();
            if (removed > 0) {
                LOG.info("removed {} unfinished objects that no living service is writing", removed);
            }
        }

        @Scheduled(initialDelay = 30, fixedDelay = 30, timeUnit = TimeUnit.SECONDS)
        void sweepAgain() {
            try {
                sweep();
            } catch (SQLException | RuntimeException databaseAway) {
                LOG.warn("unfinished objects cannot be swept now: {}", databaseAway.getMessage());
            }
        }
    }
}
