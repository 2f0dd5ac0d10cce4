package io.codelength.cli;

import io.codelength.cli.bench.Figure;
import io.codelength.cli.bench.ServiceClient;
import io.codelength.cli.bench.ServiceLoad;
import io.codelength.cli.bench.ServiceLoad.Exchange;
import io.codelength.cli.bench.ServiceLoad.Round;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What {@code codelength bench --service} does: the same documents by one client after another and by many at once, there
 * and back, and what it took.
 */
final class ServiceBench {
    /** The service's highest resident memory since it started. */
    private static final String PEAK_METRIC = "codelength.memory.resident.peak";

    private final Session session;
    private final String url;
    private final ServiceClient service;
    private final ServiceLoad load;
    private final List<byte[]> documents;
    private final List<Row> rows = new ArrayList<>();

    /**
     * One line of the table.
     *
     * @param baseSeconds what the first number of clients took
     */
    private record Row(String tier, String work, int clients, Round round, double baseSeconds) {}

    /** @throws UsageException if the address makes no sense, or there is nothing to send */
    ServiceBench(Session session, String url, List<byte[]> documents) {
        this.session = session;
        this.url = url;
        this.documents = documents;
        try {
            service = new ServiceClient(url);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        if (documents.isEmpty()) {
            throw new UsageException("the files hold no document; give longer files or smaller --document-bytes");
        }
        load = new ServiceLoad(service, session.cancellation());
    }

    /** Every tier with every number of clients. */
    void run(List<String> tiers, String model, List<Integer> clients) throws IOException {
        for (String tier : tiers) {
            Exchange compress = document -> service.compress(document, tier, model);
            Exchange decompress = service::decompress;
            // Once unmeasured: the service loads the model and its JVM compiles what is hot.
            int most = Collections.max(clients);
            List<byte[]> archives = load.run(documents, most, compress).answers();
            load.run(archives, most, decompress);
            measure(tier, "compress", documents, archives, clients, compress);
            measure(tier, "decompress", archives, documents, clients, decompress);
        }
    }

    private void measure(
            String tier,
            String work,
            List<byte[]> bodies,
            List<byte[]> expected,
            List<Integer> clients,
            Exchange exchange)
            throws IOException {
        OptionalDouble base = OptionalDouble.empty();
        for (int count : clients) {
            if (session.terminal().errIsTerminal()) {
                session.say("tier %s: %s, %d at once".formatted(tier, work, count));
            }
            Round round = load.run(bodies, count, exchange);
            for (int i = 0; i < expected.size(); i++) {
                if (!Arrays.equals(round.answers().get(i), expected.get(i))) {
                    throw new CommandFailedException(
                            "%s of document %d by %d clients at once gave other bytes than before; report this"
                                    .formatted(work, i, count));
                }
            }
            base = OptionalDouble.of(base.orElse(round.seconds()));
            rows.add(new Row(tier, work, count, round, base.getAsDouble()));
        }
    }

    /** Seconds of every round, shares of the first number of clients', and the service's peak memory. */
    List<Figure> figures(String part) throws IOException {
        List<Figure> figures = new ArrayList<>();
        for (Row row : rows) {
            String what = "%d documents, tier %s, %s, %s"
                    .formatted(
                            documents.size(),
                            row.tier,
                            row.work,
                            row.clients == 1 ? "one after another" : row.clients + " clients at once");
            figures.add(new Figure(part, what, row.round.seconds(), "s"));
            if (row.round.seconds() != row.baseSeconds) {
                figures.add(new Figure(part, what + ": share", row.round.seconds() / row.baseSeconds, "times"));
            }
        }
        service.metric(PEAK_METRIC)
                .ifPresent(peak -> figures.add(new Figure(part, "peak memory of the service", peak / 1e6, "MB")));
        return figures;
    }

    void print(Map<String, String> heading, boolean json) throws IOException {
        OptionalDouble peak = service.metric(PEAK_METRIC);
        int bytes = documents.stream().mapToInt(document -> document.length).sum();
        Map<String, Object> facts = Json.object();
        facts.putAll(heading);
        facts.put("service", url);
        facts.put("documents", documents.size());
        facts.put("originalBytes", bytes);
        peak.ifPresent(most -> facts.put("servicePeakBytes", (long) most));
        if (json) {
            facts.put("results", rows.stream().map(row -> facts(row, bytes)).toList());
            Json.print(session, facts);
            return;
        }
        facts.forEach((key, value) -> print("%s: %s", key, value));
        String line = "%-8s  %-10s  %7s  %8s  %11s  %8s  %8s  %8s  %7s  %s";
        print("");
        print(
                line,
                "tier",
                "work",
                "clients",
                "seconds",
                "documents/s",
                "KB/s",
                "mean ms",
                "95 % ms",
                "of base",
                "lanes a step");
        for (Row row : rows) {
            print(
                    line,
                    row.tier,
                    row.work,
                    row.clients,
                    decimal(row.round.seconds(), 2),
                    decimal(documents.size() / row.round.seconds(), 1),
                    decimal(bytes / row.round.seconds() / 1000, 1),
                    decimal(row.round.meanMillis(), 1),
                    decimal(row.round.slowMillis(), 1),
                    decimal(row.round.seconds() / row.baseSeconds, 3),
                    row.round.tokensAStep().isPresent()
                            ? decimal(row.round.tokensAStep().getAsDouble(), 1)
                            : "-");
        }
    }

    private Map<String, Object> facts(Row row, int bytes) {
        Map<String, Object> facts = Json.object();
        facts.put("tier", row.tier);
        facts.put("work", row.work);
        facts.put("clients", row.clients);
        facts.put("seconds", row.round.seconds());
        facts.put("documentsPerSecond", documents.size() / row.round.seconds());
        facts.put("kilobytesPerSecond", bytes / row.round.seconds() / 1000);
        facts.put("meanMillis", row.round.meanMillis());
        facts.put("percentile95Millis", row.round.slowMillis());
        facts.put("ofBase", row.round.seconds() / row.baseSeconds);
        row.round.tokensAStep().ifPresent(mean -> facts.put("lanesAStep", mean));
        return facts;
    }

    private static String decimal(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    private void print(String format, @Nullable Object... values) {
        session.terminal().out().println(String.format(Locale.ROOT, format, values));
    }
}
