package io.codelength.app;

import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.predict.schedule.SchedulingStatistics.Passes;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.TimeUnit;

/** Shows what the predictors' scheduler counted; {@code docs/operations.md} lists the names. */
final class SchedulingMetrics implements MeterBinder {
    private static final String PREFIX = "codelength.predict.";

    private final SchedulingStatistics statistics;

    SchedulingMetrics(SchedulingStatistics statistics) {
        this.statistics = statistics;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        passes("step", statistics.steps(), registry);
        passes("prefill", statistics.prefills(), registry);
        Gauge.builder(PREFIX + "calls.waiting", statistics, SchedulingStatistics::waiting)
                .description("Calls for predictions that wait or are being served")
                .register(registry);
        FunctionTimer.builder(
                        PREFIX + "queue",
                        statistics,
                        SchedulingStatistics::calls,
                        SchedulingStatistics::queueNanos,
                        TimeUnit.NANOSECONDS)
                .description("How long calls for predictions waited before their first pass")
                .register(registry);
    }

    private static void passes(String kind, Passes passes, MeterRegistry registry) {
        FunctionTimer.builder(PREFIX + "passes", passes, Passes::count, Passes::nanos, TimeUnit.NANOSECONDS)
                .tag("kind", kind)
                .description("Passes through a model, and the time they took")
                .register(registry);
        FunctionCounter.builder(PREFIX + "tokens", passes, Passes::tokens)
                .tag("kind", kind)
                .description("Tokens read; over the passes, the mean batch; over their time, the speed")
                .register(registry);
        FunctionCounter.builder(PREFIX + "callers", passes, Passes::callers)
                .tag("kind", kind)
                .description("Calls served in the passes; over the passes, how many shared one")
                .register(registry);
        Gauge.builder(PREFIX + "batch.mean", passes, each -> each.tokens() / (double) Math.max(1, each.count()))
                .tag("kind", kind)
                .description("Tokens a pass since the start, on average")
                .register(registry);
        Gauge.builder(PREFIX + "batch.largest", passes, Passes::largest)
                .tag("kind", kind)
                .description("Tokens of the largest pass since the start")
                .register(registry);
    }
}
