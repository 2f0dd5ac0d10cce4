package io.codelength.app;

import io.codelength.store.StoreConfiguration;
import io.codelength.web.WebConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** The Spring side of the service; {@link Service} starts it. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({StoreConfiguration.class, WebConfiguration.class})
class ServeApplication {}
