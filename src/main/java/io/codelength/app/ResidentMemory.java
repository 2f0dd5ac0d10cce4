package io.codelength.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory that this process has in the machine: the heap and, what the JVM's own metrics leave out, everything that models,
 * native kernels and threads hold. Told by Linux only.
 */
final class ResidentMemory implements MeterBinder {
    private static final Path STATUS = Path.of("/proc/self/status");

    @Override
    public void bindTo(MeterRegistry registry) {
        if (Files.isReadable(STATUS)) {
            gauge("codelength.memory.resident", "VmRSS:", "Memory that the process has now", registry);
            gauge("codelength.memory.resident.peak", "VmHWM:", "The most that it had since it started", registry);
        }
    }

    private static void gauge(String name, String line, String description, MeterRegistry registry) {
        Gauge.builder(name, () -> bytes(line))
                .baseUnit("bytes")
                .description(description)
                .register(registry);
    }

    private static double bytes(String line) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(each -> each.startsWith(line))
                    .mapToLong(each -> 1024 * Long.parseLong(each.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + line));
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
