package io.codelength.app;

import io.codelength.cli.CommandFailedException;
import io.codelength.codec.PredictorSource;
import io.codelength.store.embedded.DirectoryLock;
import io.codelength.store.embedded.EmbeddedDatabase;
import io.codelength.web.ModelCatalog;
import io.codelength.web.ServiceLimits;
import io.codelength.web.WebConfiguration.SpoolDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * A running service: directory lock, database, web server, in this order, and stopped in the opposite one. Stops with the
 * process, too, when that ends by SIGTERM or Ctrl-C.
 */
public final class Service implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Service.class);

    /** Threads of the web server beside those whose requests compute or wait: who asks for facts and metrics needs one. */
    private static final int SPARE_THREADS = 32;

    private static final String DATABASE_PROPERTY = "spring.datasource.url";

    private final String address;
    private @Nullable DirectoryLock lock;
    private @Nullable EmbeddedDatabase database;
    private @Nullable ConfigurableApplicationContext context;
    private int port;
    private boolean closed;
    private final CountDownLatch stopped = new CountDownLatch(1);

    private Service(String address) {
        this.address = address;
    }

    /**
     * Starts a service and says on standard output where it listens.
     *
     * @throws io.codelength.store.embedded.DatabaseStartException if the data directory is in use, or its database does
     *     not start
     * @throws CommandFailedException if the port is in use, or a database that was named cannot be used
     */
    public static Service start(ServeOptions options) throws IOException {
        Service service = new Service(options.address());
        // Before the database starts: whatever ends this process early ends that too.
        Thread atExit = new Thread(service::stop, "codelength-exit");
        Runtime.getRuntime().addShutdownHook(atExit);
        boolean started = false;
        try {
            service.begin(options);
            started = true;
        } finally {
            if (!started) {
                service.close();
            }
        }
        System.out.println("Codelength listens on " + service.url());
        System.out.flush();
        return service;
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Where it listens, without a slash at the end. */
    public String url() {
        String host = address.contains(":") ? "[" + address + "]" : address;
        return "http://%s:%d".formatted(host, port);
    }

    /** Waits until the service was stopped, by {@link #close} or by a signal to the process. */
    public void await() throws InterruptedException {
        stopped.await();
    }

    /** Cancels what is in flight, stops the web server, then the database. Closing twice does nothing. */
    @Override
    public void close() {
        stop();
    }

    private synchronized void begin(ServeOptions options) throws IOException {
        if (closed) {
            throw new IllegalStateException("the process is ending");
        }
        lock = DirectoryLock.acquire(options.data());
        SpoolDirectory spool = emptySpool(options.data());
        StandardEnvironment environment = new org.springframework.web.context.support.StandardServletEnvironment();
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("server.port", options.port());
        properties.put("server.address", options.address());
        String where;
        if (options.database().isPresent()) {
            ServeOptions.Database own = options.database().get();
            properties.put("spring.datasource.url", own.url());
            if (!own.user().isEmpty()) {
                properties.put("spring.datasource.username", own.user());
                properties.put("spring.datasource.password", own.password());
            }
            where = withoutParameters(own.url());
        } else if (environment.containsProperty(DATABASE_PROPERTY)) {
            where = withoutParameters(String.valueOf(environment.getProperty(DATABASE_PROPERTY)));
        } else {
            EmbeddedDatabase embedded = EmbeddedDatabase.start(options.data(), options.programs());
            database = embedded;
            properties.put(DATABASE_PROPERTY, embedded.jdbcUrl());
            properties.put("spring.datasource.username", embedded.user());
            properties.put("spring.datasource.password", embedded.password());
            where = "the embedded PostgreSQL in " + options.data().toRealPath().resolve("postgresql");
        }
        environment.getPropertySources().addFirst(new MapPropertySource("serve", properties));
        SpringApplication application = new SpringApplication(ServeApplication.class);
        application.setWebApplicationType(WebApplicationType.SERVLET);
        application.setRegisterShutdownHook(false);
        application.setEnvironment(environment);
        ServiceLimits limits = options.limits();
        application.setDefaultProperties(
                Map.of("server.tomcat.threads.max", limits.inFlight() + limits.queued() + SPARE_THREADS));
        application.addInitializers(created -> {
            GenericApplicationContext beans = (GenericApplicationContext) created;
            beans.registerBean(PredictorSource.class, options::predictors);
            beans.registerBean(ModelCatalog.class, options::catalog);
            beans.registerBean(ServiceLimits.class, options::limits);
            beans.registerBean(SpoolDirectory.class, () -> spool);
            beans.registerBean(ResidentMemory.class, ResidentMemory::new);
            beans.registerBean(SchedulingMetrics.class, () -> new SchedulingMetrics(options.statistics()));
        });
        ConfigurableApplicationContext running = run(application, options, where);
        context = running;
        port = Optional.ofNullable(((WebServerApplicationContext) running).getWebServer())
                .orElseThrow(() -> new IllegalStateException("the web server did not start"))
                .getPort();
        LOG.info("objects are kept in {}", where);
    }

    /** Where bytes on their way lie: a dead service's are nobody's. The caller holds the directory's lock. */
    private static SpoolDirectory emptySpool(Path data) throws IOException {
        Path spool = Files.createDirectories(data.resolve("spool"));
        try (Stream<Path> left = Files.list(spool)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        return new SpoolDirectory(spool);
    }

    private static ConfigurableApplicationContext run(
            SpringApplication application, ServeOptions options, String database) {
        // From here on the service logs; until here it spoke as commands do.
        System.clearProperty(Main.LOG_CONFIGURATION_PROPERTY);
        try {
            return application.run();
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof PortInUseException) {
                    throw new CommandFailedException(
                            "port %d of %s is in use; choose another with --port"
                                    .formatted(options.port(), options.address()),
                            e);
                }
                if (cause instanceof SQLException) {
                    throw new CommandFailedException(
                            "%s cannot be used: %s".formatted(database, cause.getMessage()), e);
                }
            }
            throw e;
        }
    }

    /** Parameters of a JDBC URL may hold a password. */
    private static String withoutParameters(String jdbcUrl) {
        int parameters = jdbcUrl.indexOf('?');
        return parameters < 0 ? jdbcUrl : jdbcUrl.substring(0, parameters);
    }

    private synchronized void stop() {
        closed = true;
        if (context != null) {
            LOG.info("stopping; work in flight is cancelled");
            context.close();
            context = null;
        }
        if (database != null) {
            database.close();
            database = null;
        }
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                throw new IllegalStateException("the lock file of the data directory cannot be closed", e);
            }
            lock = null;
        }
        stopped.countDown();
    }
}
