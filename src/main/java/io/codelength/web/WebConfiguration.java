package io.codelength.web;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.PredictorSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Wires the controllers. The application provides a {@link PredictorSource}, a {@link ModelCatalog},
 * {@link ServiceLimits} and a {@link SpoolDirectory}.
 */
@Configuration(proxyBeanMethods = false)
@ComponentScan
public class WebConfiguration {
    /** Where bytes on their way may lie. */
    public record SpoolDirectory(java.nio.file.Path path) {}

    @Bean
    Compressor compressor(PredictorSource predictors) {
        return new Compressor(predictors);
    }

    @Bean
    Decompressor decompressor(PredictorSource predictors, RequestDictionaries dictionaries) {
        return new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, dictionaries);
    }

    @Bean
    WorkGate workGate(ServiceLimits limits, MeterRegistry meters) {
        return new WorkGate(limits, meters);
    }

    @Bean
    Workbench workbench(ServiceLimits limits, WorkGate gate, SpoolDirectory directory) {
        return new Workbench(limits, gate, directory.path());
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> webServer() {
        return factory -> {
            // Bodies are bytes, whatever their type says: curl calls them a form, and Tomcat would swallow them as one.
            factory.addConnectorCustomizers(connector -> connector.setParseBodyMethods(""));
            factory.addEngineValves(new ClientConnection.Recorder());
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof org.apache.catalina.core.StandardHost host) {
                    host.setErrorReportValveClass(ProblemReportValve.class.getName());
                }
            });
        };
    }

    /** Ends work before the web server waits for its requests. */
    @Bean
    ApplicationListener<ContextClosedEvent> workEndsFirst(Workbench workbench) {
        return event -> workbench.cancelAll();
    }

    @Bean
    OpenAPI openApi() {
        return new OpenAPI()
                .info(new Info()
                        .title("Codelength")
                        .version("1")
                        .description("Compress, store and measure text with language models, exactly."
                                + " Errors are RFC 9457 problem details, listed in docs/api.md.")
                        .license(new License().name("Apache-2.0").identifier("Apache-2.0")));
    }
}
