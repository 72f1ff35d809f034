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
import ndop.fhir.outcome.SpineOutcomes;
import ndop.fhir.policy.KnownClients;
import ndop.fhir.policy.RequestBounds;
import ndop.fhir.policy.RequestRate;
import ndop.fhir.servlet.AdmitsKnownClients;
import ndop.fhir.servlet.ErrorsInSpineForm;
import ndop.fhir.servlet.HoldsRequestsInBounds;
import ndop.fhir.servlet.KeepsAnswersPrivate;
import ndop.fhir.servlet.OutcomeBodies;
import ndop.fhir.servlet.SaysNoProduct;
import ndop.fhir.servlet.TomcatErrorsInSpineForm;
import ndop.fhir.web.AnswersBrowsers;
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
@EnableConfigurationProperties(ExtensionSettings.class)
public class ExtensionConfiguration {

  @Bean
  EditionPackage ndopEdition(FhirContext fhir, ExtensionSettings settings) {
    HostRequirements.insistOnHapi();
    HostRequirements.insistOnStu3(fhir);
    EditionPackage edition = EditionPackages.read(fhir, settings);
    HostRequirements.insistOnAnswers(edition.edition());
    return edition;
  }

  @Bean
  SpineOutcomes ndopOutcomes(EditionPackage edition) {
    return new SpineOutcomes(edition.edition());
  }

  @Bean
  ServerSetup ndopServerSetup(
      RestfulServer server,
      EditionPackage edition,
      ExtensionSettings settings,
      SpineOutcomes outcomes,
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
        new PackageInstallation(installer, jobs, reindexing.stream().toList()));
  }

  @Bean
  OutcomeBodies ndopOutcomeBodies(FhirContext fhir, SpineOutcomes outcomes) {
    return new OutcomeBodies(fhir, outcomes);
  }

  @Bean
  FilterRegistrationBean<ErrorsInSpineForm> ndopErrorBodies(OutcomeBodies bodies) {
    FilterRegistrationBean<ErrorsInSpineForm> registration =
        new FilterRegistrationBean<>(new ErrorsInSpineForm(bodies));
    registration.setDispatcherTypes(DispatcherType.ERROR);
    return registration;
  }

  @Bean
  FilterRegistrationBean<SaysNoProduct> ndopDiscretion() {
    FilterRegistrationBean<SaysNoProduct> registration =
        new FilterRegistrationBean<>(new SaysNoProduct());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  FilterRegistrationBean<KeepsAnswersPrivate> ndopPrivacy() {
    FilterRegistrationBean<KeepsAnswersPrivate> registration =
        new FilterRegistrationBean<>(new KeepsAnswersPrivate());
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  FilterRegistrationBean<HoldsRequestsInBounds> ndopBounds(
      ExtensionSettings settings, OutcomeBodies bodies) {
    FilterRegistrationBean<HoldsRequestsInBounds> registration =
        new FilterRegistrationBean<>(
            new HoldsRequestsInBounds(
                new RequestBounds(settings.maxUrl().toBytes(), settings.maxParameters()),
                settings.maxPerMinute() > 0
                    ? Optional.of(new RequestRate(settings.maxPerMinute(), System::nanoTime))
                    : Optional.empty(),
                settings.maxAtOnce(),
                settings.maxTime(),
                bodies));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return registration;
  }

  @Bean
  FilterRegistrationBean<AnswersBrowsers> ndopPages(
      FhirContext fhir, EditionPackage edition, ExtensionSettings settings) {
    CorsConfiguration origins = new CorsConfiguration();
    if (edition.edition().cors()) {
      origins.setAllowedOriginPatterns(settings.corsOrigins());
    }
    PublishedFiles files = new PublishedFiles(fhir, edition);
    FilterRegistrationBean<AnswersBrowsers> registration =
        new FilterRegistrationBean<>(
            new AnswersBrowsers(new StartPage(edition.edition(), files), files, origins));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 2);
    return registration;
  }

  @Bean
  @ConditionalOnProperty("ndop.clients")
  FilterRegistrationBean<AdmitsKnownClients> ndopClients(
      ExtensionSettings settings, OutcomeBodies bodies) {
    FilterRegistrationBean<AdmitsKnownClients> registration =
        new FilterRegistrationBean<>(
            new AdmitsKnownClients(new KnownClients(Path.of(settings.clients())), bodies));
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return registration;
  }

  /** Where the container is Tomcat. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.apache.catalina.startup.Tomcat")
  static class OnTomcat {

    @Bean
    TomcatErrorsInSpineForm ndopTomcatErrors(ObjectProvider<OutcomeBodies> bodies) {
      return new TomcatErrorsInSpineForm(bodies::getObject);
    }
  }
}
