package io.codelength.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Says to other services on the same database that this one lives: a connection of its own holds an advisory lock whose
 * key marks every object that this service is writing. PostgreSQL drops the lock with the connection, so a service that
 * died, however, is known to be dead at once and one that lives is never taken for dead.
 */
final class ServiceInstance implements AutoCloseable {
    private static final int VALIDITY_SECONDS = 5;

    private final DataSource connections;
    private final long key;
    private @Nullable Connection holder;

    /** @param connections gives one connection that this keeps */
    ServiceInstance(DataSource connections) throws SQLException {
        this.connections = connections;
        this.key = new SecureRandom().nextLong();
        hold();
    }

    long key() {
        return key;
    }

    /**
     * Takes the lock again if its connection was lost, as when the database was restarted. What this service was writing
     * may have been swept by another one meanwhile; showing such an object then fails, which is all that is needed.
     */
    synchronized void renewIfLost() throws SQLException {
        if (holder == null || !holder.isValid(VALIDITY_SECONDS)) {
            close();
            hold();
        }
    }

    private synchronized void hold() throws SQLException {
        Connection connection = connections.getConnection();
        boolean held = false;
        try (PreparedStatement lock = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            connection.setAutoCommit(true);
            lock.setLong(1, key);
            try (ResultSet result = lock.executeQuery()) {
                held = result.next() && result.getBoolean(1);
            }
            if (!held) {
                throw new SQLException("the advisory lock of this service is held by another connection for now");
            }
            holder = connection;
        } finally {
            if (!held) {
                connection.close();
            }
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        Connection connection = holder;
        holder = null;
        if (connection != null) {
            connection.close();
        }
    }
}
