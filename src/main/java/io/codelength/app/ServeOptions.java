package io.codelength.app;

import io.codelength.codec.PredictorSource;
import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.web.ModelCatalog;
import io.codelength.web.ServiceLimits;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What `codelength serve` runs with.
 *
 * @param port 0 for any free one
 * @param address where to listen
 * @param data directory of the embedded database and of bytes on their way; one service each
 * @param programs directory where the embedded database's programs are unpacked, shared by all data directories
 * @param database an own PostgreSQL server; empty for the embedded one, unless Spring's usual properties
 *     ({@code SPRING_DATASOURCE_URL} and its like) name one
 * @param predictors the models; stays the caller's, who closes them after the service
 * @param statistics what the predictors count into, shown as metrics
 * @param catalog what may be named
 */
public record ServeOptions(
        int port,
        String address,
        Path data,
        Path programs,
        Optional<Database> database,
        ServiceLimits limits,
        PredictorSource predictors,
        SchedulingStatistics statistics,
        ModelCatalog catalog) {
    public static final int DEFAULT_PORT = 8080;

    /** Loopback: whoever wants more says so. */
    public static final String DEFAULT_ADDRESS = "127.0.0.1";

    /** A server to connect to, as a JDBC URL. User and password may be empty or part of the URL. */
    public record Database(String url, String user, String password) {}

    /**
     * The defaults below a home directory.
     *
     * @param home {@code $CODELENGTH_HOME}
     */
    public static ServeOptions in(
            Path home, PredictorSource predictors, SchedulingStatistics statistics, ModelCatalog catalog) {
        return new ServeOptions(
                DEFAULT_PORT,
                DEFAULT_ADDRESS,
                home.resolve("data"),
                home.resolve("postgresql"),
                Optional.empty(),
                ServiceLimits.defaults(),
                predictors,
                statistics,
                catalog);
    }
}
