package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.context.FhirContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.servlet.CacheControlFilter;
import ndop.fhir.servlet.ClientCertificateFilter;
import ndop.fhir.servlet.CorsHeaderFilter;
import ndop.fhir.servlet.HapiHeaderFilter;
import ndop.fhir.servlet.HeadRequestFilter;
import ndop.fhir.servlet.HealthProbeFilter;
import ndop.fhir.servlet.HostScopeFilter;
import ndop.fhir.servlet.RequestLimitFilter;
import ndop.fhir.servlet.ServerHeaderFilter;
import ndop.fhir.servlet.SpineErrorFilter;
import ndop.fhir.store.Readiness;
import ndop.fhir.web.PublishedContentFilter;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.RegistrationBean;
import org.springframework.context.ApplicationContext;

/** The order in which the container calls the servlet filters. */
class FilterOrderTest {

  private static final Map<String, String> SETTINGS = Map.of("ndop.clients", "clients.txt");

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withUserConfiguration(FilterConfiguration.class)
          .withBean(FhirContext.class, () -> EditionFixtures.FHIR)
          .withBean(EditionPackage.class, () -> EditionFixtures.PACKAGE)
          .withBean(SpineOutcomeFactory.class, () -> new SpineOutcomeFactory(EditionFixtures.FACTS))
          .withBean(Readiness.class)
          .withBean(NdopProperties.class, () -> PropertiesFixtures.bind(SETTINGS))
          .withPropertyValues("ndop.clients=clients.txt");

  @Test
  void everyCheckComesBeforeAnyContentAndTheHost() {
    runner.run(
        context -> {
          List<FilterRegistrationBean<?>> registrations = registrations(context);
          assertThat(registrations.stream().<Class<?>>map(one -> one.getFilter().getClass()))
              .containsExactly(
                  ServerHeaderFilter.class,
                  CacheControlFilter.class,
                  HealthProbeFilter.class,
                  CorsHeaderFilter.class,
                  RequestLimitFilter.class,
                  ClientCertificateFilter.class,
                  PublishedContentFilter.class,
                  HostScopeFilter.class,
                  HapiHeaderFilter.class,
                  HeadRequestFilter.class,
                  SpineErrorFilter.class);
          assertThat(registrations).extracting(RegistrationBean::getOrder).doesNotHaveDuplicates();
        });
  }

  private static List<FilterRegistrationBean<?>> registrations(ApplicationContext context) {
    List<FilterRegistrationBean<?>> registrations = new ArrayList<>();
    context
        .getBeanProvider(FilterRegistrationBean.class)
        .orderedStream()
        .forEach(registrations::add);
    return registrations;
  }
}
