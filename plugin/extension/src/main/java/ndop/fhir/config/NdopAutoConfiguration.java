package ndop.fhir.config;

import ca.uhn.fhir.batch2.coordinator.JobDefinitionRegistry;
import ca.uhn.fhir.batch2.jobs.reindex.ReindexJobParameters;
import ca.uhn.fhir.batch2.model.JobDefinition;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.packages.IPackageInstallerSvc;
import ca.uhn.fhir.jpa.searchparam.matcher.SearchParamMatcher;
import ca.uhn.fhir.rest.server.RestfulServer;
import jakarta.servlet.DispatcherType;
import java.nio.file.Path;
import java.util.Optional;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.ClientCertificateAllowList;
import ndop.fhir.policy.RateLimiter;
import ndop.fhir.policy.UrlPolicy;
import ndop.fhir.servlet.CacheControlFilter;
import ndop.fhir.servlet.ClientCertificateFilter;
import ndop.fhir.servlet.RequestLimitFilter;
import ndop.fhir.servlet.ServerHeaderFilter;
import ndop.fhir.servlet.SpineErrorFilter;
import ndop.fhir.servlet.SpineErrorResponseFactory;
import ndop.fhir.servlet.TomcatCustomizer;
import ndop.fhir.web.PublishedContentFilter;
import ndop.fhir.web.PublishedFiles;
import ndop.fhir.web.StartPage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.cors.CorsConfiguration;

/** The beans of the extension, found by Spring Boot in any HAPI JPA server that has the jar. */
@AutoConfiguration
@ConditionalOnClass(RestfulServer.class)
@EnableConfigurationProperties(NdopProperties.class)
public class NdopAutoConfiguration {

  @Bean
  EditionPackage ndopEdition(FhirContext fhir, NdopProperties settings) {
    HostRequirements.requireHapi();
    HostRequirements.requireStu3(fhir);
    EditionPackage edition = EditionPackageLoader.read(fhir, settings);
    HostRequirements.requireAnswers(edition.edition());
    return edition;
  }

  @Bean
  SpineOutcomeFactory ndopOutcomes(EditionPackage edition) {
    return new SpineOutcomeFactory(edition.edition());
  }

  @Bean
  ServerSetup ndopServerSetup(
      RestfulServer server,
      EditionPackage edition,
      NdopProperties settings,
      SpineOutcomeFactory outcomes,
      JpaStorageSettings storage,
      DaoRegistry daos,
      SearchParamMatcher matcher,
      IPackageInstallerSvc installer,
      JobDefinitionRegistry jobs,
      ObjectProvider<JobDefinition<ReindexJobParameters>> reindexing) {
    return new ServerSetup(
        server,
        edition,
        settings,
        outcomes,
        storage,
        daos,
        matcher,
        new SearchParameterInstaller(installer, jobs, reindexing.stream().toList()));
  }

  @Bean
  SpineErrorResponseFactory ndopOutcomeBodies(FhirContext fhir, SpineOutcomeFactory outcomes) {
    return new SpineErrorResponseFactory(fhir, outcomes);
  }

  @Bean
  FilterRegistrationBean<SpineErrorFilter> ndopErrorBodies(SpineErrorResponseFactory bodies) {
    FilterRegistrationBean<SpineErrorFilter> registration =
        new FilterRegistrationBean<>(new SpineErrorFilter(bodies));
    registration.setDispatcherTypes(DispatcherType.ERROR);
    return registration;
  }

  @Bean
  FilterRegistrationBean<ServerHeaderFilter> ndopDiscretion() {
    FilterRegistrationBean<ServerHeaderFilter> registration =
        new FilterRegistrationBean<>(new ServerHeaderFilter());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  FilterRegistrationBean<CacheControlFilter> ndopPrivacy() {
    FilterRegistrationBean<CacheControlFilter> registration =
        new FilterRegistrationBean<>(new CacheControlFilter());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  FilterRegistrationBean<RequestLimitFilter> ndopBounds(
      NdopProperties settings, SpineErrorResponseFactory bodies) {
    FilterRegistrationBean<RequestLimitFilter> registration =
        new FilterRegistrationBean<>(
            new RequestLimitFilter(
                new UrlPolicy(settings.maxUrl().toBytes(), settings.maxParameters()),
                settings.maxPerMinute() > 0
                    ? Optional.of(new RateLimiter(settings.maxPerMinute(), System::nanoTime))
                    : Optional.empty(),
                settings.maxAtOnce(),
                settings.maxTime(),
                bodies));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return registration;
  }

  @Bean
  FilterRegistrationBean<PublishedContentFilter> ndopPages(
      FhirContext fhir, EditionPackage edition, NdopProperties settings) {
    CorsConfiguration origins = new CorsConfiguration();
    if (edition.edition().cors()) {
      origins.setAllowedOriginPatterns(settings.corsOrigins());
    }
    PublishedFiles files = new PublishedFiles(fhir, edition);
    FilterRegistrationBean<PublishedContentFilter> registration =
        new FilterRegistrationBean<>(
            new PublishedContentFilter(new StartPage(edition.edition(), files), files, origins));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
    return registration;
  }

  @Bean
  @ConditionalOnProperty("ndop.clients")
  FilterRegistrationBean<ClientCertificateFilter> ndopClients(
      NdopProperties settings, SpineErrorResponseFactory bodies) {
    FilterRegistrationBean<ClientCertificateFilter> registration =
        new FilterRegistrationBean<>(
            new ClientCertificateFilter(
                new ClientCertificateAllowList(Path.of(settings.clients())), bodies));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return registration;
  }

  /** Where the container is Tomcat. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.apache.catalina.startup.Tomcat")
  static class OnTomcat {

    @Bean
    TomcatCustomizer ndopTomcatCustomizer(ObjectProvider<SpineErrorResponseFactory> responses) {
      return new TomcatCustomizer(responses::getObject);
    }
  }
}
